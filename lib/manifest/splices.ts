/** The splices that single changes of a document need: a key or item added, a node replaced, lines removed. */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml'
import { type ExactJson, isExactObject } from '#lib/json.ts'
import { insertFlowEntry, isJsonLike } from './edit-flow.ts'
import { asNode, type ParsedDocument } from './parse-manifest.ts'
import {
  type ExactScalar,
  type Printed,
  printAfterKey,
  printFlow,
  printItem,
  printList,
  printMap,
  printPair,
  printScalar,
  printText,
} from './print-value.ts'
import {
  afterColon,
  afterDeeperComments,
  columnOf,
  contentEnd,
  dashes,
  isBlockScalar,
  isEmpty,
  isFlow,
  keyColumn,
  lineEnd,
  lineEnding,
  lineStart,
  nextLine,
  nodeStart,
  pairStart,
  propsEnd,
  type Splice,
  type Step,
  startsOnLine,
  styleOf,
} from './source-text.ts'

/** An item of a block list: from its dash to the end of its last line, comment included. */
export function itemRange(text: string, list: Parameters<typeof dashes>[0], index: number): { start: number; end: number } {
  const start = dashes(list)[index] ?? list.range?.[0] ?? 0
  const node = asNode(list.items[index])
  const end = node && !isEmpty(node) ? Math.max(start + 1, contentEnd(text, node)) : start + 1
  return { start, end: text[end - 1] === '\n' ? end : lineEnd(text, end) }
}

/** The same with the comment lines directly above; those above the first item may belong to the list, and stay. */
export function itemWithComment(text: string, list: Parameters<typeof dashes>[0], index: number): { start: number; end: number } {
  const range = itemRange(text, list, index)
  if (index === 0) return range
  const column = columnOf(text, range.start)
  let start = range.start
  for (;;) {
    const line = lineStart(text, start)
    if (line === 0) break
    const above = lineStart(text, line - 1)
    const comment = text.slice(above, line).match(/^( *)#/)
    if (comment?.[1]?.length !== column) break
    start = above + column
  }
  return { start, end: range.end }
}

/** Removes whole lines. A file without final newline keeps that way when its last lines go. */
export function removeLines(text: string, start: number, end: number): Splice {
  const first = lineStart(text, start)
  if (end > first && text[end - 1] === '\n') return { start: first, end, text: '' }
  const last = nextLine(text, end)
  if (last === text.length && !text.endsWith('\n') && first > 0) {
    return { start: lineEnd(text, lineStart(text, first - 1)), end: text.length, text: '' }
  }
  return { start: first, end: last, text: '' }
}

/** Lines put below the line that holds `end`; when content ends with a line end already, directly there. */
function linesAfter(text: string, end: number, lines: string[]): Splice {
  const eol = lineEnding(text)
  if (end > 0 && text[end - 1] === '\n') return { start: end, end, text: lines.map((line) => line + eol).join('') }
  const at = lineEnd(text, end)
  return { start: at, end: at, text: lines.map((line) => eol + line).join('') }
}

/** A new key at the end of the map that the steps lead to. */
export function insertKey(text: string, document: ParsedDocument, steps: Step[], key: string, value: ExactJson): Splice[] {
  const map = steps.at(-1)?.node
  if (!isMap(map)) return []
  if (isFlow(map)) {
    if (map.items.length === 0 && !isJsonLike(text, map) && !insideFlow(steps)) return replaceNode(text, document, steps, { [key]: value })
    const json = isJsonLike(text, map)
    return [insertFlowEntry(text, map, map.items.length, `${json ? JSON.stringify(key) : printText(key, true)}: ${printFlow(value, json)}`)]
  }
  const column = keyColumn(text, map)
  return [
    linesAfter(text, afterDeeperComments(text, contentEnd(text, map), column), printPair(key, value, column, styleOf(text, document))),
  ]
}

export function appendItem(text: string, document: ParsedDocument, steps: Step[], value: ExactJson): Splice[] {
  const list = steps.at(-1)?.node
  if (!isSeq(list)) return []
  if (isFlow(list)) {
    const json = isJsonLike(text, list)
    if (list.items.length === 0 && !json && !insideFlow(steps)) return replaceNode(text, document, steps, [value])
    return [insertFlowEntry(text, list, list.items.length, printFlow(value, json))]
  }
  const column = columnOf(text, dashes(list)[0] ?? 0)
  return [linesAfter(text, afterDeeperComments(text, contentEnd(text, list), column), printItem(value, column, styleOf(text, document)))]
}

/** Whether the node at the end of the steps stands inside brackets. */
function insideFlow(steps: Step[]): boolean {
  return steps.slice(0, -1).some((step) => (isMap(step.node) || isSeq(step.node)) && isFlow(step.node))
}

/** Replaces the node at the end of the steps by a value of any sort. */
export function replaceNode(text: string, document: ParsedDocument, steps: Step[], value: ExactJson): Splice[] {
  const step = steps.at(-1)
  const node = step?.node ?? null
  const style = { ...styleOf(text, document), noBlocks: commentFollows(text, node ? contentEnd(text, node) : 0) }
  const eol = lineEnding(text)
  if (!step?.parent) {
    const lines = rootLines(value, style)
    if (!node || isEmpty(node)) return [linesAfter(text, Math.max(document.range[1], node?.range[0] ?? 0), lines)]
    if (isJsonLike(text, node)) return [{ start: nodeStart(node), end: node.range[1], text: printFlow(value, true) }]
    const start = nodeStart(node)
    const own = text.slice(lineStart(text, start), start).trim() === ''
    const end = contentEnd(text, node)
    // a kept block scalar ends with its last line end
    const ended = text[end - 1] === '\n' ? eol : ''
    return [{ start: own ? lineStart(text, start) : start, end, text: (own ? '' : eol) + lines.join(eol) + ended }]
  }
  const scalar = value === null || typeof value !== 'object'
  if (isFlow(step.parent)) {
    const json = isJsonLike(text, step.parent)
    const written = printFlow(value, json)
    if (node && !isEmpty(node)) return [{ start: nodeStart(node), end: node.range[1], text: written }]
    if (!step.pair) return []
    const colon = afterColon(step.pair)
    const bare = colon === step.pair.key.range[1] && text[colon - 1] !== ':'
    return [{ start: colon, end: colon, text: `${bare ? ':' : ''} ${written}` }]
  }
  // One line by one line: only the value's own characters change, and a text keeps its quotes.
  if (scalar && node && !isEmpty(node) && !isBlockScalar(node) && (isScalar(node) || isAlias(node))) {
    if (!(typeof value === 'string' && value.includes('\n')) && !text.slice(nodeStart(node), node.range[1]).includes('\n')) {
      return [{ start: nodeStart(node), end: node.range[1], text: inStyleOf(node, value) }]
    }
  }
  if (step.pair) {
    const from = Math.max(afterColon(step.pair), propsEnd(step.pair))
    const indent = columnOf(text, pairStart(step.pair))
    return replaceAfter(text, from, node, printAfterKey(value, indent, style))
  }
  const list = step.parent
  if (!isSeq(list) || typeof step.key !== 'number') return []
  const range = itemRange(text, list, step.key)
  const column = columnOf(text, range.start)
  const [first = '', ...rest] = printItem(value, column, style)
  const ended = range.end > 0 && text[range.end - 1] === '\n'
  return [{ ...range, text: [first.slice(column), ...rest].join(eol) + (ended ? eol : '') }]
}

/** Whether the next line that is not empty is an indented comment, or holds nothing but spaces. */
function commentFollows(text: string, end: number): boolean {
  const after = text.slice(end > 0 && text[end - 1] === '\n' ? end : nextLine(text, end))
  return /^(?:\r?\n)*[ \t]+(?:#|\r?\n|$)/.test(after)
}

/** A one-line scalar in the quotes its predecessor had. An empty text had them because it must, not by choice. */
export function inStyleOf(node: ParsedNode, value: ExactScalar): string {
  if (typeof value !== 'string' || !isScalar(node) || node.value === '') return printScalar(value)
  if (node.type === 'QUOTE_SINGLE' && !/[^\x20-\x7e\u00a0-\u2027\u202a-\ud7ff]/.test(value)) return `'${value.replaceAll("'", "''")}'`
  if (node.type === 'QUOTE_DOUBLE')
    return /[^\x20-\ud7ff]|[\u007f-\u009f\u2028\u2029]/.test(value) ? printScalar(value) : JSON.stringify(value)
  return printScalar(value)
}

/** Replaces what follows a colon. What stands on the colon's line and what stands below are replaced apart, so that a comment between survives. */
function replaceAfter(text: string, from: number, node: ParsedNode | null, printed: Printed): Splice[] {
  const eol = lineEnding(text)
  const inline = printed.inline === '' ? '' : ` ${printed.inline}`
  const below = printed.lines.map((line) => eol + line).join('')
  if (!node || isEmpty(node)) {
    const at = lineEnd(text, from)
    return [
      { start: from, end: from, text: inline },
      { start: at, end: at, text: below },
    ]
  }
  const onLine = startsOnLine(text, from, node)
  if (!onLine || isBlockScalar(node) || ((isMap(node) || isSeq(node)) && !isFlow(node))) {
    const end = contentEnd(text, node)
    const firstLineEnd = lineEnd(text, onLine ? nodeStart(node) : from)
    const header = onLine ? (text.slice(nodeStart(node), firstLineEnd).match(/^[|>][-+0-9]*/)?.[0].length ?? 0) : 0
    const kept = end > firstLineEnd && text[end - 1] === '\n'
    return [
      { start: onLine ? nodeStart(node) - 1 : from, end: onLine ? nodeStart(node) + header : from, text: inline },
      { start: firstLineEnd, end: Math.max(firstLineEnd, kept ? end : lineEnd(text, end)), text: below + (kept ? eol : '') },
    ]
  }
  const start = text.slice(from, nodeStart(node)).trim() === '' ? from : nodeStart(node) - 1
  const at = lineEnd(text, node.range[1])
  return [
    { start, end: node.range[1], text: inline },
    { start: at, end: at, text: below },
  ]
}

export function rootLines(value: ExactJson, style: Parameters<typeof printMap>[2]): string[] {
  if (isExactObject(value) && Object.keys(value).length > 0) return printMap(value, 0, style)
  if (Array.isArray(value) && value.length > 0) return printList(value, 0, style)
  return [printFlow(value, false)]
}
