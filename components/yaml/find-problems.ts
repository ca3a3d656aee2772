/** What the editor underlines: complaints of the YAML reader, and those of check and server at their fields. Pure. */
import type { FieldError } from '#lib/errors.ts'
import { rangeOf } from '#lib/manifest/locate.ts'
import type { ManifestProblem } from '#lib/manifest/parse-manifest.ts'

export interface Underline {
  from: number
  to: number
  severity: 'error' | 'warning'
  message: string
  /** What to write instead to mean text. */
  quoted?: string
}

/** Looking up a place reads the document; a text with very many complaints is shown its first ones. */
const mostComplaints = 40

/** The places of all problems, as offsets of the text. A complaint about a whole block underlines its first line only. */
export function findProblems(
  text: string,
  docIndex: number,
  problems: readonly ManifestProblem[],
  complaints: readonly FieldError[],
): Underline[] {
  const firstLine = (start: number, end: number): { from: number; to: number } => {
    const lineEnd = text.indexOf('\n', start)
    const from = Math.min(start, text.length)
    const to = Math.min(end, lineEnd < 0 ? text.length : lineEnd, text.length)
    return { from, to: Math.max(from, to) }
  }
  const read = problems.map(
    ({ start, end, severity, message, quoted }): Underline => ({
      ...firstLine(start, end),
      severity,
      message,
      ...(quoted === undefined ? {} : { quoted }),
    }),
  )
  const said = complaints.slice(0, mostComplaints).flatMap(({ path, message, hint }): Underline[] => {
    const range = rangeOf(text, docIndex, path)
    return range ? [{ ...firstLine(range.start, range.end), severity: hint ? 'warning' : 'error', message }] : []
  })
  return [...read, ...said].sort((a, b) => a.from - b.from)
}
