/** Edits inside brackets: flow maps and lists, and JSON files, which are nothing else. */
import { isMap, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml'
import { asNode } from './parse-manifest.ts'
import { columnOf, isFlow, lineEnding, lineStart, pairsOf, type Splice } from './source-text.ts'

/** Whether a node is written as JSON writes it: quoted keys, so new keys and texts are quoted too. */
export function isJsonLike(text: string, node: ParsedNode | YAMLMap | YAMLSeq): boolean {
  const range = node.range
  if (!range || ((isMap(node) || isSeq(node)) && !isFlow(node))) return false
  if (isMap(node) && node.items.length > 0) return text[pairsOf(node)[0]?.key.range[0] ?? 0] === '"'
  const first = text.trimStart()[0]
  return (first === '{' || first === '[') && /"\s*:/.test(text)
}

interface Entry {
  start: number
  end: number
}

function entries(node: YAMLMap | YAMLSeq): Entry[] {
  if (isMap(node)) {
    return pairsOf(node).map((pair) => {
      const colon = pair.srcToken?.sep?.find((token) => token.type === 'map-value-ind')
      const afterKey = colon ? colon.offset + 1 : pair.key.range[1]
      return { start: pair.key.range[0], end: Math.max(afterKey, pair.value?.range[1] ?? 0) }
    })
  }
  return node.items.map((item) => {
    const range = asNode(item)?.range
    return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 }
  })
}

/** Puts a written entry before the one at an index; the length appends, after a trailing comma if there is one. */
export function insertFlowEntry(text: string, node: YAMLMap | YAMLSeq, index: number, written: string): Splice {
  const all = entries(node)
  const open = (node.range?.[0] ?? 0) + 1
  if (all.length === 0) return { start: open, end: open, text: written }
  const here = all[index]
  if (here) {
    const ownLine = text.slice(lineStart(text, here.start), here.start).trim() === ''
    return {
      start: here.start,
      end: here.start,
      text: `${written},${ownLine ? lineEnding(text) + ' '.repeat(columnOf(text, here.start)) : ' '}`,
    }
  }
  const last = all.at(-1) ?? { start: open, end: open }
  const ownLine = text.slice(lineStart(text, last.start), last.start).trim() === ''
  const before = ownLine ? lineEnding(text) + text.slice(lineStart(text, last.start), last.start) : ' '
  const comma = /^\s*,/.exec(text.slice(last.end, (node.range?.[1] ?? text.length) - 1))
  if (comma) return { start: last.end + comma[0].length, end: last.end + comma[0].length, text: `${before}${written},` }
  return { start: last.end, end: last.end, text: `,${before}${written}` }
}

/** Takes an entry out, with the comma that belongs to it. */
export function deleteFlowEntry(text: string, node: YAMLMap | YAMLSeq, index: number): Splice {
  const all = entries(node)
  const here = all[index] ?? { start: 0, end: 0 }
  const next = all[index + 1]
  if (next) return { start: here.start, end: next.start, text: '' }
  const previous = all[index - 1]
  if (previous) return { start: previous.end, end: here.end, text: '' }
  const open = (node.range?.[0] ?? 0) + 1
  return { start: open, end: (node.range?.[1] ?? text.length) - 1, text: '' }
}
