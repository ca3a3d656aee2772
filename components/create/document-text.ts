/** One document of a file: which one a resource is, and the text a proposal and a dry run send. Pure. */
import { CorbelError } from '#lib/errors.ts'
import { findDocument } from '#lib/manifest/file-documents.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'

/** The document with its comments; the whole text where the file has one document only, or cannot be read. */
export function documentText(text: string, document: number): string {
  const { documents } = parseManifestFile(text)
  const found = documents[document]
  if (!found || documents.length === 1) return text
  return text.slice(found.start, found.end)
}

/** The file with one of its documents in other words; where it has one document only, these words. */
export function withDocumentText(file: string, document: number, text: string): string {
  const { documents } = parseManifestFile(file)
  const found = documents[document]
  if (!found || documents.length === 1) return text
  return file.slice(0, found.start) + text + file.slice(found.end)
}

/**
 * Which document of a text the resource is. A draft may hold an older version of the file, in which it stood elsewhere; `start` is the
 * version whose place is known.
 */
export function documentIn(
  text: string,
  start: { text: string; document: number },
  { kind, group, name }: { kind: string; group: string; name: string | undefined },
): number {
  if (name === undefined || text === start.text) return start.document
  try {
    return findDocument(parseManifestFile(text), { kind, group, name })?.index ?? start.document
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    return start.document
  }
}
