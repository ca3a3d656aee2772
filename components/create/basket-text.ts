import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'

/** The file with one of its documents in the basket's words; where it has one document only, these words. Pure. */
export function withDocumentText(file: string, document: number, text: string): string {
  const { documents } = parseManifestFile(file)
  const found = documents[document]
  if (!found || documents.length === 1) return text
  return file.slice(0, found.start) + text + file.slice(found.end)
}
