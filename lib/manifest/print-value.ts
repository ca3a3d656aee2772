/**
 * Writes JSON values as YAML that YAML 1.1 and 1.2 readers understand alike: what either could take for something else than text is quoted.
 */
import { type ExactJson, type ExactObject, isExactObject } from '#lib/json.ts'

/** A value that is no list and no map. */
export type ExactScalar = null | boolean | number | bigint | string

/** How the surrounding file is written. */
export interface PrintStyle {
  /** Spaces per level. */
  step: number
  /** Whether the dashes of a list are indented below their key. */
  indentLists: boolean
  /** Texts of several lines stand in quotes and not as blocks: a comment that follows would become part of a block. */
  noBlocks?: boolean
}

export const defaultStyle: PrintStyle = { step: 2, indentLists: true }

/** A value as it follows a key or dash: `inline` on the same line (may be empty), `lines` below it, fully indented, without line ends. */
export interface Printed {
  inline: string
  lines: string[]
}

const plainWord = /^[\p{L}\p{N}_/.$(+-](?:[\p{L}\p{N}_ /.,@+()=~^;$<>!?*&%'"|\\:#[\]{}-]*[\p{L}\p{N}_/.@+()=~^;$<>!?*&%'"|\\[\]{}-])?$/u
const notText = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|=|---|\.\.\.)$/
const looksNumeric = /^[-+.0-9][-+.0-9_:eExXoObBa-fA-FtTzZ ,]*$/
const infinite = /^[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)$/
/** Characters without a sign of their own: direction overrides and zero widths, by which a file would read otherwise than it is. */
const invisible = /\p{Cf}/u
/** Characters YAML wants escaped, besides those JSON escapes, and the invisible ones. Built from text so that none stands in this file. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufffe\uffff\p{Cf}]/gu

/** Whether a text may stand without quotes. `flow`: inside brackets, where more characters have a meaning. */
export function isPlainSafe(text: string, flow: boolean): boolean {
  if (!plainWord.test(text) || notText.test(text) || infinite.test(text)) return false
  if (looksNumeric.test(text) && /[0-9]/.test(text) && !/^\d+\.\d+\.\d+\.\d+$/.test(text)) return false
  if (/^[-?:](?: |$)/.test(text) || text.includes(': ') || text.includes(' #') || text.endsWith(':')) return false
  return !(flow && /[[\]{},:#]/.test(text))
}

/** A text in double quotes, on one line. `json`: in a way that JSON reads too, which has no escape for a character beyond U+FFFF. */
export const quote = (text: string, json = false): string =>
  JSON.stringify(text).replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
    // not as two surrogates: Go's YAML refuses those
    return json ? character : `\\U${code.toString(16).padStart(8, '0')}`
  })

/** A text on one line, quoted where that is needed. */
export const printText = (text: string, flow = false): string => (isPlainSafe(text, flow) ? text : quote(text))

/** A scalar on one line. */
export function printScalar(value: ExactScalar, flow = false): string {
  return typeof value === 'string' ? printText(value, flow) : printPlain(value)
}

const printPlain = (value: null | boolean | number | bigint): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))

/** Whether a text of several lines keeps its value as a literal block (`|`). */
export function fitsLiteral(text: string): boolean {
  if (!text.includes('\n') || text.endsWith('\n\n') || invisible.test(text) || /^[\s\uFEFF]/u.test(text)) return false
  if (/[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) return false
  return text.split('\n').every((line) => !/^[ \t]+$/.test(line) && !/^(?:---|\.\.\.)/.test(line))
}

/** The lines of a literal block with its header. `indent` is the column of the block's content. */
export function printLiteral(text: string, indent: number): Printed {
  const closed = text.endsWith('\n')
  const body = closed ? text.slice(0, -1) : text
  return { inline: closed ? '|' : '|-', lines: body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent) + line)) }
}

/** A value as it follows `key:`, the key standing at column `indent`. */
export function printAfterKey(value: ExactJson, indent: number, style: PrintStyle): Printed {
  if (Array.isArray(value)) {
    if (value.length === 0) return { inline: '[]', lines: [] }
    return { inline: '', lines: printList(value, style.indentLists ? indent + style.step : indent, style) }
  }
  if (isExactObject(value)) {
    if (Object.keys(value).length === 0) return { inline: '{}', lines: [] }
    return { inline: '', lines: printMap(value, indent + style.step, style) }
  }
  if (typeof value === 'string' && !style.noBlocks && fitsLiteral(value)) return printLiteral(value, indent + style.step)
  return { inline: printScalar(value), lines: [] }
}

/** The lines of a map whose keys stand at column `indent`. */
export function printMap(value: ExactObject, indent: number, style: PrintStyle): string[] {
  return Object.entries(value).flatMap(([key, item]) => printPair(key, item, indent, style))
}

/** The lines of one key and its value. */
export function printPair(key: string, value: ExactJson, indent: number, style: PrintStyle): string[] {
  const { inline, lines } = printAfterKey(value, indent, style)
  const head = `${' '.repeat(indent)}${printText(key)}:`
  return [inline === '' ? head : `${head} ${inline}`, ...lines]
}

/** The lines of a list whose dashes stand at column `indent`. */
export function printList(items: ExactJson[], indent: number, style: PrintStyle): string[] {
  return items.flatMap((item) => printItem(item, indent, style))
}

/** The lines of one list item whose dash stands at column `indent`. */
export function printItem(value: ExactJson, indent: number, style: PrintStyle): string[] {
  const dash = `${' '.repeat(indent)}- `
  if (Array.isArray(value) && value.length > 0) return compact(dash, printList(value, indent + 2, style))
  if (isExactObject(value) && Object.keys(value).length > 0) return compact(dash, printMap(value, indent + 2, style))
  if (typeof value === 'string' && !style.noBlocks && fitsLiteral(value)) {
    const literal = printLiteral(value, indent + 2)
    return [dash + literal.inline, ...literal.lines]
  }
  return [dash + (isExactObject(value) || Array.isArray(value) ? printFlow(value, false) : printScalar(value))]
}

function compact(dash: string, lines: string[]): string[] {
  const [first = '', ...rest] = lines
  return [dash + first.slice(dash.length), ...rest]
}

/** A value inside brackets, on one line. `json`: with JSON's quotes, for JSON files and flow maps written like them. */
export function printFlow(value: ExactJson, json: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => printFlow(item, json)).join(', ')}]`
  if (isExactObject(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${json ? quote(key, true) : printText(key, true)}: ${printFlow(item, json)}`)
    return pairs.length === 0 ? '{}' : `{${pairs.join(', ')}}`
  }
  return typeof value === 'string' ? (json ? quote(value, true) : printText(value, true)) : printPlain(value)
}

const firstKeys = ['apiVersion', 'kind', 'metadata', 'spec']
const firstMetadataKeys = ['name', 'namespace', 'labels', 'annotations']

/** A fresh manifest: apiVersion, kind, metadata (name, namespace, labels, annotations first) and spec in this order, then the rest as given. */
export function printResource(value: ExactObject): string {
  const metadata = value.metadata
  const ordered = order(isExactObject(metadata) ? { ...value, metadata: order(metadata, firstMetadataKeys) } : value, firstKeys)
  const lines = printMap(ordered, 0, defaultStyle)
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`
}

function order(value: ExactObject, first: string[]): ExactObject {
  const keys = Object.keys(value)
  const sorted = [...first.filter((key) => keys.includes(key)), ...keys.filter((key) => !first.includes(key))]
  return Object.fromEntries(sorted.map((key) => [key, value[key] ?? null]))
}
