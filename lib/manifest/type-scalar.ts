/**
 * Typing into one value of a manifest: the value stands on one line, and each key replaces it by another one that does.
 * The place is found once by reading the file; after that a key needs only its own line to be read, however long the
 * file is. What comes out is byte for byte what `setValue` gives (`type-scalar.test.ts`); where that cannot be known from
 * the line alone, nothing comes out and the caller uses `setValue`.
 */
import { isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml'
import type { JsonPath } from '#lib/json.ts'
import { holdsRounded } from './keep-digits.ts'
import { type ManifestProblem, parseManifestFile, parseText } from './parse-manifest.ts'
import { afterColon, dashes, isBlockScalar, isEmpty, isFlow, lineEnd, lineStart, walkTo } from './source-text.ts'
import { inStyleOf } from './splices.ts'

export type ScalarValue = null | boolean | number | string

/** Where a value stands that can be typed into. */
export interface ScalarPlace {
  /** The file up to the value, and after it. */
  before: string
  after: string
  /** The value as it is written now: its quotes are kept. */
  node: Scalar.Parsed
  written: string
  /** What follows on the value's line: nothing, or a comment. */
  rest: string
  inList: boolean
}

/** Longer files are read whole at every change: their size is limited in bytes, which must be counted. */
const longest = 256 * 1024

/** The place of a value on one line, outside of brackets, in a file without anchors and errors; undefined for all others. */
export function findScalar(text: string, docIndex: number, path: JsonPath): ScalarPlace | undefined {
  if (text.length > longest || /(?:^|[\s[{,])[*&][^\s,[\]{}]/.test(text)) return undefined
  // A file with an error anywhere is not edited (`setValue` says which): syntax errors, and what only reading finds, like `<<: 0`.
  if (parseManifestFile(text).problems.some(({ severity }) => severity === 'error')) return undefined
  const document = parseText(text).documents[docIndex]
  if (!document) return undefined
  const { steps, aliased } = walkTo(document, path)
  const step = steps.at(-1)
  const node = step?.node
  if (aliased || steps.length !== path.length + 1 || !step?.parent || !typable(node) || isFlow(step.parent)) return undefined
  const start = node.range[0]
  const end = node.range[1]
  const from = step.pair && isMap(step.parent) ? afterColon(step.pair) : dashAfter(step)
  if (from === undefined || !/^ +$/.test(text.slice(from, start)) || text.slice(start, end).includes('\n')) return undefined
  const rest = text.slice(end, lineEnd(text, end))
  if (!/^ *(?: #.*)?$/.test(rest)) return undefined
  return { before: text.slice(0, start), after: text.slice(end), node, written: text.slice(start, end), rest, inList: !step.pair }
}

const typable = (node: ParsedNode | null | undefined): node is Scalar.Parsed =>
  isScalar(node) && !isBlockScalar(node) && !isEmpty(node) && node.anchor === undefined && node.tag === undefined

function dashAfter({ parent, key }: ReturnType<typeof walkTo>['steps'][number]): number | undefined {
  if (!isSeq(parent) || typeof key !== 'number') return undefined
  const dash = dashes(parent)[key]
  return dash === undefined ? undefined : dash + 1
}

/**
 * The file with another value at the place, the place as it is then, and what the reader says of the value. Undefined
 * when the value does not fit on the line in the style it is written in.
 */
export function typeScalar(
  place: ScalarPlace,
  value: ScalarValue,
): { text: string; place: ScalarPlace; problems: ManifestProblem[] } | undefined {
  if (typeof value === 'string' && /[\n\r]/.test(value)) return undefined
  if (value === place.node.value) return { text: place.before + place.written + place.after, place, problems: [] }
  // `setValue` knows whether its digits are
  if (holdsRounded(value)) return undefined
  const written = inStyleOf(place.node, value)
  const lead = place.inList ? '- ' : 'k: '
  // The line by itself says what the whole file would: nothing on it reaches beyond it.
  const line = `${lead}${written}${place.rest}`
  const file = parseManifestFile(line)
  const read = file.documents[0]?.value
  const holder = parseText(line).documents[0]?.contents
  const node = isMap(holder) ? holder.items[0]?.value : isSeq(holder) ? holder.items[0] : undefined
  const got = Array.isArray(read) ? read[0] : typeof read === 'object' && read !== null ? read.k : undefined
  if (file.documents.length !== 1 || file.problems.some(({ severity }) => severity === 'error') || got !== value) return undefined
  if (!isScalar(node)) return undefined
  const typed = asParsed(node)
  if (!typable(typed) || typed.range[1] - typed.range[0] !== written.length) return undefined
  return {
    text: place.before + written + place.after,
    place: { ...place, node: typed, written },
    problems: file.problems.map((problem) => inFile(problem, place, lead.length)),
  }
}

function inFile(problem: ManifestProblem, { before }: ScalarPlace, lead: number): ManifestProblem {
  const at = before.length - lead
  const column = before.length - lineStart(before, before.length) - lead
  return {
    ...problem,
    line: before.split('\n').length,
    column: problem.column + column,
    start: problem.start + at,
    end: problem.end + at,
  }
}

// Proof of the cast: the node comes from a parsed text, whose nodes all have ranges.
const asParsed = (node: Scalar): Scalar.Parsed => node as Scalar.Parsed
