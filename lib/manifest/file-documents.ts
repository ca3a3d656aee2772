/** Documents of a file: found by the resource they describe, added at the end, taken out. */
import { Invalid } from '#lib/errors.ts'
import { type ManifestDocument, type ManifestFile, maxManifestBytes, parseManifestFile } from './parse-manifest.ts'
import { lineEnding } from './source-text.ts'

/** Which resource is looked for. Version does not matter: one resource has several. */
export interface ResourceKey {
  group: string
  kind: string
  namespace?: string | undefined
  name: string
}

/** The document describing a resource. A document without namespace matches any: its folder decides where it goes. */
export function findDocument(file: ManifestFile, key: ResourceKey): ManifestDocument | undefined {
  const candidates = file.documents.filter(
    ({ identity }) => identity !== undefined && identity.group === key.group && identity.kind === key.kind && identity.name === key.name,
  )
  if (key.namespace === undefined) return candidates[0]
  return (
    candidates.find(({ identity }) => identity?.namespace === key.namespace) ??
    candidates.find(({ identity }) => identity?.namespace === undefined)
  )
}

/** Adds a document at the end, after `---` when the file has one already. The file's line ends are used. */
export function addDocument(text: string, docText: string): string {
  const eol = lineEnding(text)
  const body = docText.replace(/^---[ \t]*\r?\n/, '').replace(/\r?\n/g, eol)
  if (text.trim() === '') return body
  if (text.length + body.length > maxManifestBytes)
    throw new Invalid('With this resource the file would exceed 1 MiB. Put it into a file of its own.')
  const ended = text.endsWith('\n') ? text : text + eol
  const opened = /(?:^|\n)---[ \t]*\r?\n$/.test(ended)
  return `${ended}${opened ? '' : `---${eol}`}${body}`
}

/** Takes a document out, with its `---`. An empty text means that nothing is left in the file. Throws Invalid. */
export function removeDocument(text: string, docIndex: number): string {
  const { documents } = parseManifestFile(text)
  const document = documents[docIndex]
  if (!document) throw new Invalid(`The file has no document ${docIndex + 1}. It may have changed: open it again.`)
  if (documents.length === 1) return ''
  const rest = text.slice(0, document.start) + text.slice(document.end)
  // Without the first document the second one's mark opens the file: it stays, since comments before it may belong to the file.
  const left = documents.filter((_, index) => index !== docIndex)
  const after = parseManifestFile(rest).documents
  if (after.length !== left.length)
    throw new Invalid('This document cannot be taken out without touching its neighbours. Edit the file in the YAML.')
  return rest
}
