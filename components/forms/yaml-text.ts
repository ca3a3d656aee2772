/** Parts of a manifest as YAML by themselves: for boxes one types into, for copying and pasting. Pure. */
import { CorbelError } from '#lib/errors.ts'
import { type ExactJson, isExactObject } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { defaultStyle, printList, printMap, printScalar } from '#lib/manifest/print-value.ts'

/** A value as YAML, without a line end after it; `''` for nothing. */
export function yamlText(value: ExactJson | undefined): string {
  if (value === undefined) return ''
  if (isExactObject(value)) return Object.keys(value).length > 0 ? printMap(value, 0, defaultStyle).join('\n') : '{}'
  if (Array.isArray(value)) return value.length > 0 ? printList(value, 0, defaultStyle).join('\n') : '[]'
  return printScalar(value)
}

/** What a text of YAML says: its value with every digit, `undefined` for an empty text, or what is wrong with it. */
export function readYaml(text: string): { value: ExactJson | undefined } | { problem: string } {
  if (text.trim() === '') return { value: undefined }
  try {
    const file = parseManifestFile(text)
    const problem = file.problems.find((candidate) => candidate.severity === 'error')
    if (problem) return { problem: `Line ${problem.line}: ${problem.message}` }
    if (file.documents.length > 1) return { problem: 'One document only: take out the line with ---.' }
    return { value: file.documents[0]?.exact ?? null }
  } catch (error) {
    if (error instanceof CorbelError) return { problem: error.message }
    throw error
  }
}
