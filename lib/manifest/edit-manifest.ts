/**
 * Edits of one manifest document, made by splicing text at the source ranges of its nodes: whatever the edit does not name keeps its
 * bytes (comments, order, quoting, line ends, other documents).
 *
 * Every edit is proven before it is given back: the new text is read again, and must hold exactly the wanted value in the edited document
 * and the old values in all others. What cannot be done that way (inside an alias, through a shared anchor) is refused with a sentence.
 */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { Invalid } from '#lib/errors.ts'
import { type ExactJson, isExactObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { deleteFlowEntry, insertFlowEntry, isJsonLike } from './edit-flow.ts'
import { withDigitsOf } from './keep-digits.ts'
import { asNode, keyText, type ManifestFile, type ParsedDocument, parseManifestFile, parseText } from './parse-manifest.ts'
import { printFlow, printItem } from './print-value.ts'
import {
  afterBlankLines,
  afterDeeperLines,
  applySplices,
  columnOf,
  dashes,
  isFlow,
  lineEnding,
  lineStart,
  pairEnd,
  pairStart,
  pairsOf,
  type Step,
  styleOf,
  walkTo,
} from './source-text.ts'
import { appendItem, insertKey, itemRange, itemWithComment, removeLines, replaceNode, rootLines } from './splices.ts'
import { nest, pathText, refuse, withoutValue, withValue } from './with-value.ts'

const aliasWhy =
  'it stands inside an alias (*name), so a change would reach other places too. Edit the anchored value, or write the alias out in the YAML.'

/** A document ready to be edited. Throws Invalid when the file or the document has errors or does not exist. */
function openDocument(text: string, docIndex: number): { file: ManifestFile; document: ParsedDocument; value: ExactJson } {
  const file = parseManifestFile(text)
  const entry = file.documents[docIndex]
  if (!entry) throw new Invalid(`The file has no document ${docIndex + 1}. It may have changed: open it again.`)
  const problem = file.problems.find((candidate) => candidate.severity === 'error')
  if (problem) throw new Invalid(`The file has an error in line ${problem.line}: ${problem.message} Correct it in the YAML first.`)
  const document = parseText(text).documents[docIndex]
  if (!document) throw new Invalid(`The file has no document ${docIndex + 1}. It may have changed: open it again.`)
  return { file, document, value: entry.exact }
}

/** Throws unless the edited text holds the wanted value in its document and the same values in all others. */
function prove(before: ManifestFile, after: string, docIndex: number, wanted: ExactJson, path: JsonPath): string {
  let read: ManifestFile
  try {
    read = parseManifestFile(after)
  } catch (error) {
    if (error instanceof RangeError) throw refuse(path, 'the change would nest too deeply.')
    throw error
  }
  const same =
    read.documents.length === Math.max(before.documents.length, docIndex + 1) &&
    read.problems.every((problem) => problem.severity !== 'error') &&
    read.documents.every((document, index) => sameJson(document.exact, index === docIndex ? wanted : before.documents[index]?.exact))
  if (same) return after
  if (/(?:^|[\s[{,])[*&][^\s,[\]{}]/.test(before.text)) {
    throw refuse(path, 'its value is shared with another place through an anchor (&name). Write the value out in the YAML first.')
  }
  throw refuse(path, 'the way it is written does not allow a change that leaves the rest of the file alone. Edit it in the YAML.')
}

/**
 * Sets the value at a path, making the maps on the way. Lists and maps that exist are changed item by item, so that only what differs is
 * rewritten. Setting the value that is there already gives back the same text. Throws Invalid where the document does not allow it, or
 * where the digits of a number are not known (`withDigitsOf`).
 */
export function setValue(text: string, docIndex: number, path: JsonPath, given: ExactJson): string {
  if (text.trim() === '' && docIndex === 0) return newDocument(text, nest(path, withDigitsOf(given, undefined, path)))
  const { file, document, value: before } = openDocument(text, docIndex)
  const old = valueAt(before, path)
  const value = withDigitsOf(given, old, path)
  if (old !== undefined && sameJson(old, value)) return text
  const wanted = withValue(before, path, value)
  return prove(file, setIn(text, document, docIndex, path, value), docIndex, wanted, path)
}

/**
 * Replaces values that are there, all at once: one reading and one proof, however many they are. No path may lead into another.
 * Throws Invalid where the document does not allow it.
 */
export function setValues(text: string, docIndex: number, changes: { path: JsonPath; value: ExactJson }[]): string {
  if (changes.length === 0) return text
  const { file, document, value: before } = openDocument(text, docIndex)
  let wanted = before
  const splices = changes.flatMap(({ path, value: given }) => {
    const value = withDigitsOf(given, valueAt(before, path), path)
    const { steps, aliased } = walkTo(document, path)
    if (aliased) throw refuse(path, aliasWhy)
    if (steps.length !== path.length + 1) throw refuse(path, 'there is no such field.')
    wanted = withValue(wanted, path, value)
    return replaceNode(text, document, steps, value)
  })
  return prove(file, applySplices(text, splices), docIndex, wanted, changes[0]?.path ?? [])
}

/** The change of `setValue` without its proof. */
function setIn(text: string, document: ParsedDocument, docIndex: number, path: JsonPath, value: ExactJson): string {
  const { steps, aliased } = walkTo(document, path)
  if (aliased) throw refuse(path, aliasWhy)
  const deepest = steps.at(-1)
  if (!deepest) return text
  const rest = path.slice(steps.length - 1)
  if (rest.length === 0) return replaceOrMerge(text, document, docIndex, path, deepest, steps, value)
  const [key = '', ...below] = rest
  const made = nest(below, value)
  const node = deepest.node
  if (isMap(node)) {
    if (typeof key === 'number') throw refuse(path, `${pathText(path.slice(0, steps.length - 1))} is a map, not a list.`)
    return applySplices(text, insertKey(text, document, steps, String(key), made))
  }
  if (isSeq(node)) {
    if (key !== node.items.length) throw refuse(path, `the list has ${node.items.length} items.`)
    return applySplices(text, appendItem(text, document, steps, made))
  }
  if (isAlias(node)) throw refuse(path, aliasWhy)
  if (node && !(isScalar(node) && node.value === null))
    throw refuse(path, `${pathText(path.slice(0, steps.length - 1))} is a single value, not a map.`)
  return applySplices(text, replaceNode(text, document, steps, nest(rest, value)))
}

/** Changes maps and lists in place where old and new are of one sort, else replaces the node. */
function replaceOrMerge(
  text: string,
  document: ParsedDocument,
  docIndex: number,
  path: JsonPath,
  step: Step,
  steps: Step[],
  value: ExactJson,
): string {
  const node = step.node
  const again = (changed: string, at: JsonPath, item: ExactJson) => {
    const next = parseText(changed).documents[docIndex]
    return next ? setIn(changed, next, docIndex, at, item) : changed
  }
  if (isMap(node) && isExactObject(value) && Object.keys(value).length > 0 && !node.items.some((pair) => isMergeName(keyText(pair.key)))) {
    const had = pairsOf(node).map((pair) => keyText(pair.key))
    const old = readAt(text, docIndex, path)
    let changed = text
    for (const [key, item] of Object.entries(value)) {
      if (!isExactObject(old) || !Object.hasOwn(old, key) || !sameJson(old[key], item)) changed = again(changed, [...path, key], item)
    }
    for (const key of had) if (!Object.hasOwn(value, key)) changed = deleteIn(changed, docIndex, [...path, key], false)
    return changed
  }
  if (isSeq(node) && Array.isArray(value) && value.length > 0 && node.items.length > 0) return mergeList(text, docIndex, path, value, again)
  return applySplices(text, replaceNode(text, document, steps, value))
}

const isMergeName = (key: string) => key === '<<'

function readAt(text: string, docIndex: number, path: JsonPath): ExactJson | undefined {
  return valueAt(parseManifestFile(text).documents[docIndex]?.exact, path)
}

/** Keeps the items equal at both ends; in the middle changes items in place, then adds or removes the difference. */
function mergeList(
  text: string,
  docIndex: number,
  path: JsonPath,
  value: ExactJson[],
  set: (text: string, path: JsonPath, value: ExactJson) => string,
): string {
  const found = readAt(text, docIndex, path)
  const old = Array.isArray(found) ? found : []
  let head = 0
  while (head < old.length && head < value.length && sameJson(old[head], value[head])) head++
  let tail = 0
  while (tail < old.length - head && tail < value.length - head && sameJson(old[old.length - 1 - tail], value[value.length - 1 - tail]))
    tail++
  const oldMiddle = old.length - head - tail
  const newMiddle = value.length - head - tail
  let changed = text
  const both = Math.min(oldMiddle, newMiddle)
  for (let index = head; index < head + both; index++) changed = set(changed, [...path, index], value[index] ?? null)
  for (let index = head + both; index < head + newMiddle; index++) changed = insertIn(changed, docIndex, path, index, value[index] ?? null)
  for (let index = head + oldMiddle - 1; index >= head + both; index--) changed = deleteIn(changed, docIndex, [...path, index], false)
  return changed
}

/** Deletes the value at a path; nothing happens when there is none. `pruneEmpty`: maps that become empty on the way go too. Throws Invalid. */
export function deleteValue(text: string, docIndex: number, path: JsonPath, options: { pruneEmpty?: boolean } = {}): string {
  const { file, value } = openDocument(text, docIndex)
  if (path.length === 0) throw refuse(path, 'a whole document is removed with its file entry, not by deleting fields.')
  if (valueAt(value, path) === undefined) return text
  const at = options.pruneEmpty ? prunedPath(value, path) : path
  const wanted = withoutValue(value, at)
  let refusal: unknown
  for (const taken of takenAlong) {
    try {
      return prove(file, deleteIn(text, docIndex, at, true, taken), docIndex, wanted, path)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      refusal ??= error
    }
  }
  throw refusal
}

/**
 * What goes with a field, as little as does: left alone, comments below it that are indented deeper, or the empty lines below it, may become
 * part of a block scalar above.
 */
const takenAlong = ['nothing', 'comments', 'empty lines'] as const
type TakenAlong = (typeof takenAlong)[number]

function endWith(taken: TakenAlong, text: string, end: number, column: number): number {
  if (taken === 'nothing') return end
  const below = afterDeeperLines(text, end, column)
  return taken === 'comments' ? below : afterBlankLines(text, below)
}

/** The highest map on the way that would be left empty; list items and the document itself stay. */
function prunedPath(value: ExactJson, path: JsonPath): JsonPath {
  let at = path
  while (at.length > 1) {
    const parentPath = at.slice(0, -1)
    const parent = valueAt(value, parentPath)
    if (!isExactObject(parent) || Object.keys(parent).length !== 1 || typeof parentPath.at(-1) === 'number') break
    at = parentPath
  }
  return at
}

function deleteIn(text: string, docIndex: number, path: JsonPath, inherited: boolean, taken: TakenAlong = 'nothing'): string {
  const document = parseText(text).documents[docIndex]
  if (!document) return text
  const { steps, aliased } = walkTo(document, path)
  if (aliased) throw refuse(path, aliasWhy)
  const step = steps.at(-1)
  if (!step || steps.length <= path.length) {
    if (inherited) throw refuse(path, 'it is copied in by a merge key (<<). Remove it there, or write the map out in the YAML.')
    return text
  }
  const holder = steps.slice(0, -1)
  const parent = step.parent
  if (!parent) return text
  if (parent.items.length === 1 && !isFlow(parent)) return applySplices(text, replaceNode(text, document, holder, isMap(parent) ? {} : []))
  if (isFlow(parent))
    return applySplices(text, [
      deleteFlowEntry(
        text,
        parent,
        parent.items.findIndex((item) => item === (step.pair ?? step.node)),
      ),
    ])
  if (isMap(parent) && step.pair) {
    const pairs = pairsOf(parent)
    const start = pairStart(step.pair)
    const next = pairs[pairs.indexOf(step.pair) + 1]
    if (text.slice(lineStart(text, start), start).trim() !== '' && next) {
      return applySplices(text, [{ start, end: pairStart(next), text: '' }])
    }
    const end = pairEnd(text, step.pair)
    return applySplices(text, [removeLines(text, start, endWith(taken, text, end, columnOf(text, start)))])
  }
  if (isSeq(parent) && typeof step.key === 'number') {
    const range = itemRange(text, parent, step.key)
    const following = dashes(parent)[step.key + 1]
    if (text.slice(lineStart(text, range.start), range.start).trim() !== '' && following !== undefined) {
      return applySplices(text, [{ start: range.start, end: following, text: '' }])
    }
    return applySplices(text, [removeLines(text, range.start, endWith(taken, text, range.end, columnOf(text, range.start)))])
  }
  return text
}

/** Inserts an item into a list, before the one that has the index now; the list's length appends. Makes the list where none is. Throws Invalid. */
export function insertItem(text: string, docIndex: number, path: JsonPath, index: number, given: ExactJson): string {
  if (text.trim() === '' && docIndex === 0) return setValue(text, docIndex, path, [given])
  const value = withDigitsOf(given, undefined, path)
  const { file, value: before } = openDocument(text, docIndex)
  const list = valueAt(before, path)
  if (list === undefined || list === null) return setValue(text, docIndex, path, [value])
  if (!Array.isArray(list)) throw refuse(path, 'it is not a list.')
  if (index < 0 || index > list.length) throw refuse(path, `the list has ${list.length} items.`)
  const wanted = withValue(before, path, list.toSpliced(index, 0, value))
  return prove(file, insertIn(text, docIndex, path, index, value), docIndex, wanted, path)
}

function insertIn(text: string, docIndex: number, path: JsonPath, index: number, value: ExactJson): string {
  const document = parseText(text).documents[docIndex]
  if (!document) return text
  const { steps, aliased } = walkTo(document, path)
  const node = steps.at(-1)?.node
  if (aliased || isAlias(node)) throw refuse(path, aliasWhy)
  if (!isSeq(node)) throw refuse(path, 'it is not a list.')
  if (index >= node.items.length) return applySplices(text, appendItem(text, document, steps, value))
  if (isFlow(node)) return applySplices(text, [insertFlowEntry(text, node, index, printFlow(value, isJsonLike(text, node)))])
  const { start } = itemRange(text, node, index)
  const column = columnOf(text, start)
  const lines = printItem(value, column, styleOf(text, document))
  const [first = '', ...rest] = lines
  const eol = lineEnding(text)
  // The dash may stand behind another dash, so the new item starts where the old one did.
  return applySplices(text, [{ start, end: start, text: `${[first.slice(column), ...rest].join(eol)}${eol}${' '.repeat(column)}` }])
}

/** Removes an item of a list. Throws Invalid. */
export function removeItem(text: string, docIndex: number, path: JsonPath, index: number): string {
  return deleteValue(text, docIndex, [...path, index])
}

/** Moves an item of a list to another index, with its comments. Throws Invalid. */
export function moveItem(text: string, docIndex: number, path: JsonPath, from: number, to: number): string {
  const { file, document, value: before } = openDocument(text, docIndex)
  const list = valueAt(before, path)
  if (!Array.isArray(list)) throw refuse(path, 'it is not a list.')
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) throw refuse(path, `the list has ${list.length} items.`)
  if (from === to) return text
  const { steps, aliased } = walkTo(document, path)
  const node = steps.at(-1)?.node
  if (aliased || !isSeq(node)) throw refuse(path, aliasWhy)
  const ranges = node.items.map((item, index) => {
    const child = asNode(item)
    return isFlow(node) && child ? { start: child.range[0], end: child.range[1] } : itemWithComment(text, node, index)
  })
  const texts = moved(
    ranges.map(({ start, end }) => text.slice(start, end)),
    from,
    to,
  )
  const after = applySplices(
    text,
    ranges.map((range, index) => ({ ...range, text: texts[index] ?? '' })),
  )
  return prove(file, after, docIndex, withValue(before, path, moved(list, from, to)), path)
}

function moved<Item>(items: Item[], from: number, to: number): Item[] {
  const [item] = items.slice(from, from + 1)
  return item === undefined ? items : items.toSpliced(from, 1).toSpliced(to, 0, item)
}

/** A first document in a text of blank lines only. */
function newDocument(text: string, value: ExactJson): string {
  return `${rootLines(value, { step: 2, indentLists: true }).join('\n')}\n${text.trim()}`
}
