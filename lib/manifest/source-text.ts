/** Where nodes stand in a text: the arithmetic of lines, indentation and the ends of values that splicing edits need. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml'
import type { JsonPath } from '#lib/json.ts'
import { asNode, keyText, type ParsedDocument } from './parse-manifest.ts'
import { defaultStyle, type PrintStyle } from './print-value.ts'

/** A replacement of text[start, end). */
export interface Splice {
  start: number
  end: number
  text: string
}

/** The text with non-overlapping splices made. */
export function applySplices(text: string, splices: Splice[]): string {
  const parts: string[] = []
  let at = text.length
  for (const { start, end, text: insert } of [...splices].sort((a, b) => b.start - a.start || b.end - a.end)) {
    parts.push(text.slice(end, at), insert)
    at = start
  }
  return text.slice(0, at) + parts.reverse().join('')
}

/** The line end the file uses most; "\n" when it has none. */
export function lineEnding(text: string): '\n' | '\r\n' {
  const windows = text.split('\r\n').length - 1
  const all = text.split('\n').length - 1
  return windows > all - windows ? '\r\n' : '\n'
}

/** The start of the line holding an offset; a byte order mark belongs to no line. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start
}

/** The end of the line holding an offset, before its line end. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  if (at < 0) return text.length
  return at > offset && text[at - 1] === '\r' ? at - 1 : at
}

/** The start of the following line, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}

export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset)

/** Where a node's own text starts, after its anchor and tag. */
export const nodeStart = (node: ParsedNode): number => node.range[0]

export const isFlow = (node: YAMLMap | YAMLSeq): boolean => node.srcToken?.type === 'flow-collection'

export const isBlockScalar = (node: unknown): boolean => isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')

export type BlockPair = Pair & { key: ParsedNode; value: ParsedNode | null }

/** The pairs of a map. */
export function pairsOf(map: YAMLMap): BlockPair[] {
  // Proof: pairs of a parsed map have parsed nodes, or null, as key and value; a pair always has a key node.
  return map.items as BlockPair[]
}

/** The offset just after the colon of a pair, or after the key where a flow map leaves it out. */
export function afterColon(pair: BlockPair): number {
  const colon = pair.srcToken?.sep?.find((token) => token.type === 'map-value-ind')
  return colon ? colon.offset + 1 : pair.key.range[1]
}

/** Where the pair's text starts: its key, with anchor, tag or `?` before it. */
export function pairStart(pair: BlockPair): number {
  const before = pair.srcToken?.start.find((token) => token.type === 'explicit-key-ind' || token.type === 'anchor' || token.type === 'tag')
  return before ? before.offset : pair.key.range[0]
}

/** After comment lines that follow and are indented deeper than a column: they belong to what stands above. */
export function afterDeeperComments(text: string, end: number, column: number): number {
  let best = end
  const ended = end > 0 && text[end - 1] === '\n'
  for (let at = ended ? end : nextLine(text, end); at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at))
    if (line.trim() === '') continue
    if (!line.trimStart().startsWith('#') || line.length - line.trimStart().length <= column) break
    best = lineEnd(text, at)
  }
  return best
}

/** The same, with the lines of spaces among and after them. */
export function afterDeeperLines(text: string, end: number, column: number): number {
  let best = afterDeeperComments(text, end, column)
  for (let at = nextLine(text, best); at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at))
    if (line.trim() !== '' || line.length <= column) break
    best = lineEnd(text, at)
  }
  return best
}

/** The end of the empty lines that follow the line of `end`; `end` itself where none do. */
export function afterBlankLines(text: string, end: number): number {
  let best = end
  for (let at = end > 0 && text[end - 1] === '\n' ? end : nextLine(text, end); at < text.length; at = best) {
    if (text.slice(at, lineEnd(text, at)).trim() !== '') break
    best = nextLine(text, at)
  }
  return best
}

/** Whether the pair's value starts on the line of its colon. */
export function startsOnLine(text: string, from: number, node: ParsedNode): boolean {
  return !text.slice(from, nodeStart(node)).includes('\n')
}

/** The end of a node's content, without comments and blank lines that follow. A kept block scalar (`|+`) owns its blank lines. */
export function contentEnd(text: string, node: ParsedNode): number {
  if (isScalar(node) && isBlockScalar(node)) {
    const token = node.srcToken
    if (token?.type !== 'block-scalar') return node.range[1]
    const header = token.props.find((part) => part.type === 'block-scalar-header')
    const start = header ? header.offset : token.offset
    const end = node.range[1]
    if (header && 'source' in header && header.source.includes('+')) return end
    const trimmed = text.slice(start, end).trimEnd()
    return start + trimmed.length
  }
  if (isMap(node) && !isFlow(node)) {
    const last = pairsOf(node).at(-1)
    return last ? pairEnd(text, last) : node.range[0]
  }
  if (isSeq(node) && !isFlow(node)) {
    const token = node.srcToken
    if (token?.type !== 'block-seq') return node.range[1]
    const last = asNode(node.items.at(-1))
    const dash = dashes(node).at(-1)
    const afterDash = dash === undefined ? node.range[0] : dash + 1
    return last ? Math.max(afterDash, contentEnd(text, last)) : afterDash
  }
  return node.range[1]
}

/** The end of a pair's content. */
export function pairEnd(text: string, pair: BlockPair): number {
  const colon = afterColon(pair)
  if (!pair.value || isEmpty(pair.value)) return Math.max(colon, propsEnd(pair))
  return Math.max(colon, contentEnd(text, pair.value))
}

/** The end of an anchor or tag before a value; 0 without one. */
export function propsEnd(pair: BlockPair): number {
  const props = pair.srcToken?.sep?.filter((token) => token.type === 'anchor' || token.type === 'tag') ?? []
  const last = props.at(-1)
  return last ? last.offset + last.source.length : 0
}

/** Whether a node is the nothing after `key:`. */
export const isEmpty = (node: ParsedNode): boolean => isScalar(node) && node.range[0] === node.range[1] && !node.srcToken

/** The offsets of a block list's dashes. */
export function dashes(list: YAMLSeq): number[] {
  const token = list.srcToken
  if (token?.type !== 'block-seq') return []
  return token.items.flatMap((item) => item.start.filter((part) => part.type === 'seq-item-ind').map((part) => part.offset))
}

/** The column of a block map's keys. */
export function keyColumn(text: string, map: YAMLMap): number {
  const first = pairsOf(map)[0]
  return first ? columnOf(text, pairStart(first)) : columnOf(text, map.range?.[0] ?? 0)
}

/** How the file is written: the first nested map and the first list under a key decide. */
export function styleOf(text: string, document: ParsedDocument): PrintStyle {
  let step: number | undefined
  let indentLists: boolean | undefined
  const look = (node: ParsedNode | null) => {
    if (!node || (step !== undefined && indentLists !== undefined)) return
    if (isMap(node) && !isFlow(node)) {
      const column = keyColumn(text, node)
      for (const pair of pairsOf(node)) {
        const value = pair.value
        if (isMap(value) && !isFlow(value) && value.items.length > 0) step ??= keyColumn(text, value) - column
        if (isSeq(value) && !isFlow(value)) {
          const dash = dashes(value)[0]
          if (dash !== undefined) indentLists ??= columnOf(text, dash) > column
        }
        look(value)
      }
    } else if (isSeq(node) && !isFlow(node)) for (const item of node.items) look(asNode(item))
  }
  look(document.contents)
  return { step: step !== undefined && step > 0 ? step : defaultStyle.step, indentLists: indentLists ?? defaultStyle.indentLists }
}

/** A node on the way to a path, with what holds it. */
export interface Step {
  node: ParsedNode | null
  /** The pair holding the node, when its parent is a map. */
  pair?: BlockPair
  parent?: YAMLMap | YAMLSeq
  key?: string | number
}

/** The nodes from the root to the deepest one that exists on a path. `aliased`: the walk met an alias before the end of the path. */
export function walkTo(document: ParsedDocument, path: JsonPath): { steps: Step[]; aliased: boolean } {
  const steps: Step[] = [{ node: document.contents }]
  for (const key of path) {
    const here = steps.at(-1)?.node ?? null
    if (isAlias(here)) return { steps, aliased: true }
    if (isMap(here)) {
      const pair = pairsOf(here).find((candidate) => keyText(candidate.key) === String(key))
      if (!pair) break
      steps.push({ node: pair.value, pair, parent: here, key: String(key) })
    } else if (isSeq(here) && typeof key === 'number' && key >= 0 && key < here.items.length) {
      steps.push({ node: asNode(here.items[key]), parent: here, key })
    } else break
  }
  return { steps, aliased: false }
}
