/** Between places of a text and paths into its documents: for highlighting, diagnostics and going from form to YAML and back. */
import { isMap, isSeq, type ParsedNode } from 'yaml'
import type { JsonPath } from '#lib/json.ts'
import { asNode, keyText, type ParsedDocument, parseText } from './parse-manifest.ts'
import { contentEnd, isFlow, lineEnd, pairEnd, pairStart, pairsOf, walkTo } from './source-text.ts'

/** A place in a text: offsets in UTF-16 units, line counted from 1. */
export interface SourceRange {
  start: number
  end: number
  line: number
}

/** The path of the deepest field an offset stands in; empty for the document itself, or where nothing is. Never throws. */
export function pathAtOffset(text: string, docIndex: number, offset: number): JsonPath {
  const document = documentAt(text, docIndex)
  return document?.contents ? deeper(text, document.contents, offset, []) : []
}

/** The same of many offsets, with one reading of the text. */
export function pathsAtOffsets(text: string, docIndex: number, offsets: readonly number[]): JsonPath[] {
  const contents = documentAt(text, docIndex)?.contents
  return offsets.map((offset) => (contents ? deeper(text, contents, offset, []) : []))
}

/** Which document of the text an offset stands in, counted from 0. */
export function documentAtOffset(text: string, offset: number): number {
  let index = 0
  for (const [at, document] of documentsOf(text).entries()) if (at > 0 && document.range[0] <= offset) index = at
  return index
}

function deeper(text: string, node: ParsedNode, offset: number, path: JsonPath): JsonPath {
  if (isMap(node)) {
    for (const pair of pairsOf(node)) {
      const end = pairEnd(text, pair)
      // A kept block scalar ends with its last line end: the next key starts right there.
      const last = isFlow(node) ? end : text[end - 1] === '\n' ? end - 1 : lineEnd(text, end)
      if (offset < pairStart(pair) || offset > last) continue
      const here = [...path, keyText(pair.key)]
      return pair.value && offset >= pair.key.range[1] ? deeper(text, pair.value, offset, here) : here
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const child = asNode(item)
      if (child && offset >= child.range[0] - 2 && offset <= contentEnd(text, child)) return deeper(text, child, offset, [...path, index])
    }
  }
  return path
}

/** Where a field stands, key included. For a field that is not there: its nearest parent that is. Undefined for a document that is not there. */
export function rangeOf(text: string, docIndex: number, path: JsonPath): SourceRange | undefined {
  const document = documentAt(text, docIndex)
  if (!document) return undefined
  const steps = walkTo(document, path).steps
  const step = steps.at(-1)
  const node = step?.node
  const start = step?.pair ? pairStart(step.pair) : (node?.range[0] ?? document.range[0])
  const end = step?.pair ? pairEnd(text, step.pair) : node ? contentEnd(text, node) : start
  return { start, end: Math.max(start, end), line: Math.max(1, parseText(text).lines.linePos(start).line) }
}

function documentsOf(text: string): readonly ParsedDocument[] {
  try {
    return parseText(text).documents
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

const documentAt = (text: string, index: number) => documentsOf(text)[index]
