/** The text of one document of a file: what a proposal and a dry run send. Pure. */
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'

/** The document with its comments; the whole text where the file has one document only, or cannot be read. */
export function documentText(text: string, document: number): string {
  const { documents } = parseManifestFile(text)
  const found = documents[document]
  if (!found || documents.length === 1) return text
  return text.slice(found.start, found.end)
}
