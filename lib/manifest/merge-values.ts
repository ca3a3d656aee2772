/**
 * Three-way merge of a manifest, field by field: what I changed since the base is put into what others made of it meanwhile.
 *
 * The result is their text, edited in place: their comments, order and quoting stay, and so do the file's other documents. Where my
 * change can be taken over line by line with the same outcome, it is, so that my comments come along; comments of mine that find no
 * place are named. A field both changed, to different values, is a conflict: theirs stands until somebody chooses.
 */
import { diffArrays } from 'diff'
import { CorbelError } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, isExactObject, type Json, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { diffValues, type ValueDifference } from './diff-values.ts'
import { deleteValue, insertItem, removeItem, setValue } from './edit-manifest.ts'
import { digitsAsText } from './exact-value.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { withoutValue, withValue } from './with-value.ts'

/** How the lists at a path are merged: by the keys that tell items apart, as a whole, or (undefined) by a unique `name` where all items have one. */
export type MergeLists = (path: JsonPath) => readonly string[] | 'whole' | undefined

/** A field that both changed, differently. A side without the field is undefined. Numbers beyond 2^53 are texts of their digits. */
export interface MergeConflict {
  /** Tells the conflict from all others of this merge; the same whichever side is called mine. */
  id: string
  /** Where the field stands in their document, or in mine where theirs has it no more. */
  path: JsonPath
  base: Json | undefined
  mine: Json | undefined
  theirs: Json | undefined
  /** Set when my value cannot be written into their text: a sentence. */
  why?: string
}

export interface MergeResult {
  /** Their file with my changes. */
  text: string
  conflicts: MergeConflict[]
  /** My changes that are in the text. */
  mine: ValueDifference[]
  /** Their changes that I did not make. */
  theirs: ValueDifference[]
  /** Comments I wrote that are not in the text. */
  lostComments: string[]
}

/** Which side of a conflict goes into the text; undefined leaves it a conflict. */
export type Choose = (conflict: MergeConflict) => 'mine' | 'theirs' | undefined

export interface MergeSides {
  base: string
  mine: string
  theirs: string
  /** Which document of each file; the first where it is not said. */
  documents?: { base: number; mine: number; theirs: number }
}

/** Longer texts are merged by fields alone. */
const longestForLines = 200_000
const mostChanges = 40
/** Each change tried on its own reads the text once: this many letters in all. */
const mostRead = 2_000_000
/** How long a comparison of lines may search, in milliseconds. */
const timeout = 500

/** Merges my changes into theirs. Never throws: a text that cannot be read, or a refused edit, is a conflict with its reason. */
export function mergeManifests(sides: MergeSides, lists: MergeLists = () => undefined, choose: Choose = () => undefined): MergeResult {
  const at = sides.documents ?? { base: 0, mine: 0, theirs: 0 }
  const base = read(sides.base, at.base)
  const mine = read(sides.mine, at.mine)
  const theirs = read(sides.theirs, at.theirs)
  const unread = mine.problem ?? theirs.problem ?? base.problem
  if (unread !== undefined) {
    const conflict = { id: '[]', path: [], base: base.value, mine: mine.value, theirs: theirs.value, why: unread }
    return { text: sides.theirs, conflicts: [told(conflict)], mine: [], theirs: [], lostComments: [] }
  }
  const plan = (now: ExactJson): { merger: Merger; value: ExactJson } => {
    const target = new ValueTarget(now)
    const merger = new Merger(target, lists, choose)
    merger.merge(base.value, mine.value, now, [], [])
    return { merger, value: target.value }
  }
  const planned = plan(theirs.value)
  // Lines first: they bring my comments along, and leave little to edit. Then the fields that are left.
  const lined = withLines(sides, at, planned.value, (now) => plan(now).value)
  const written = new TextTarget(lined, at.theirs)
  const rest = new Merger(written, lists, choose)
  rest.merge(base.value, mine.value, read(lined, at.theirs).value, [], [])
  const refused = rest.conflicts.filter(({ why }) => why !== undefined)
  return {
    text: written.text,
    conflicts: [...planned.merger.conflicts, ...refused].map(told),
    mine: planned.merger.mine.filter(({ path }) => !refused.some((conflict) => sameJson(conflict.path, path))).map(toldDifference),
    theirs: planned.merger.theirs.map(toldDifference),
    lostComments: lostComments(sides, written.text),
  }
}

const shown = (value: ExactJson | undefined): Json | undefined => (value === undefined ? undefined : digitsAsText(value))
const told = ({ base, mine, theirs, ...rest }: Dispute): MergeConflict => ({
  ...rest,
  base: shown(base),
  mine: shown(mine),
  theirs: shown(theirs),
})
const toldDifference = ({ path, before, after }: Difference): ValueDifference => ({ path, before: shown(before), after: shown(after) })

interface Reading {
  value: ExactJson
  /** The values of the file's other documents. */
  others: ExactJson[]
  start: number
  end: number
  problem?: string
}

function read(text: string, index: number): Reading {
  try {
    const { documents, problems } = parseManifestFile(text)
    const document = documents[index]
    const others = documents.filter((_, at) => at !== index).map(({ exact }) => exact)
    const { exact: value = null, start = 0, end = text.length } = document ?? {}
    const error = problems.find(({ severity }) => severity === 'error')
    if (error) return { value, others, start, end, problem: `Line ${error.line}: ${error.message}` }
    if (!document && text.trim() !== '') return { value, others, start, end, problem: 'The resource is no longer in its file.' }
    return { value, others, start, end }
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    return { value: null, others: [], start: 0, end: text.length, problem: error.message }
  }
}

/**
 * My lines put into theirs as far as the merged value stays the same: all at once where that works, else one change after another. So my
 * comments and my way of writing come along, and a line that happens to fit can never change the outcome.
 */
function withLines(
  sides: MergeSides,
  at: NonNullable<MergeSides['documents']>,
  wanted: ExactJson,
  merged: (now: ExactJson) => ExactJson,
): string {
  const longest = Math.max(sides.base.length, sides.mine.length, sides.theirs.length)
  if (sides.mine === sides.base || longest > longestForLines) return sides.theirs
  const { start, others } = read(sides.theirs, at.theirs)
  const theirs = linesOf(sides.theirs, at.theirs)
  const changes = lineChanges(linesOf(sides.base, at.base), linesOf(sides.mine, at.mine), theirs).reverse()
  const offsets = [start]
  for (const line of theirs) offsets.push((offsets.at(-1) ?? start) + line.length)
  const applied = (text: string, { first, count, lines }: LineChange): string =>
    text.slice(0, offsets[first]) + lines.join('') + text.slice(offsets[first + count])
  const fits = (text: string): boolean => {
    const now = read(text, at.theirs)
    return now.problem === undefined && sameJson(now.others, others) && sameJson(merged(now.value), wanted)
  }
  // from the end, so that the places before stay where they are
  const whole = changes.reduce(applied, sides.theirs)
  if (fits(whole)) return whole
  if (changes.length > mostChanges || changes.length * longest > mostRead) return sides.theirs
  return changes.reduce((text, change) => {
    const candidate = applied(text, change)
    return fits(candidate) ? candidate : text
  }, sides.theirs)
}

function linesOf(text: string, index: number): string[] {
  const { start, end } = read(text, index)
  return text.slice(start, end).split(/(?<=\n)/)
}

/** Lines of theirs to be replaced. */
interface LineChange {
  first: number
  count: number
  lines: string[]
}

/** My changes of lines, as replacements of lines of theirs; those of lines that theirs has changed too are left out. */
function lineChanges(base: string[], mine: string[], theirs: string[]): LineChange[] {
  const kept = new Map<number, number>()
  let line = 0
  let there = 0
  for (const { added, removed, value } of diffArrays(base, theirs, { timeout }) ?? []) {
    if (!added && !removed) for (const offset of value.keys()) kept.set(line + offset, there + offset)
    if (!added) line += value.length
    if (!removed) there += value.length
  }
  const changes: LineChange[] = []
  const parts = diffArrays(base, mine, { timeout }) ?? []
  line = 0
  for (const [index, { added, removed, value }] of parts.entries()) {
    const before = parts[index - 1]
    const next = parts[index + 1]
    if (removed) {
      const places = value.map((_, offset) => kept.get(line + offset))
      const first = places[0]
      if (first !== undefined && places.every((place, offset) => place === first + offset))
        changes.push({ first, count: value.length, lines: next?.added ? next.value : [] })
    } else if (added && !before?.removed) {
      const above = kept.get(line - 1)
      const place = line === 0 ? 0 : above === undefined ? kept.get(line) : above + 1
      if (place !== undefined) changes.push({ first: place, count: 0, lines: value })
    }
    if (!added) line += value.length
  }
  return changes
}

/** What a merge writes into: a text, or only its value. Methods throw CorbelError where the text does not allow a change. */
interface Target {
  set: (path: JsonPath, value: ExactJson) => void
  unset: (path: JsonPath) => void
  insert: (list: JsonPath, index: number, item: ExactJson) => void
  remove: (list: JsonPath, index: number) => void
}

class TextTarget implements Target {
  text: string
  readonly #document: number
  constructor(text: string, document: number) {
    this.text = text
    this.#document = document
  }
  set(path: JsonPath, value: ExactJson): void {
    this.text = setValue(this.text, this.#document, path, value)
  }
  unset(path: JsonPath): void {
    this.text = deleteValue(this.text, this.#document, path)
  }
  insert(list: JsonPath, index: number, item: ExactJson): void {
    this.text = insertItem(this.text, this.#document, list, index, item)
  }
  remove(list: JsonPath, index: number): void {
    this.text = removeItem(this.text, this.#document, list, index)
  }
}

class ValueTarget implements Target {
  value: ExactJson
  constructor(value: ExactJson) {
    this.value = value
  }
  set(path: JsonPath, value: ExactJson): void {
    this.value = withValue(this.value, path, value)
  }
  unset(path: JsonPath): void {
    this.value = withoutValue(this.value, path)
  }
  insert(list: JsonPath, index: number, item: ExactJson): void {
    const items = valueAt(this.value, list)
    this.set(list, Array.isArray(items) ? items.toSpliced(index, 0, item) : [item])
  }
  remove(list: JsonPath, index: number): void {
    this.unset([...list, index])
  }
}

/** A conflict, and a difference, before they are told. */
type Dispute = Pick<MergeConflict, 'id' | 'path' | 'why'> & Record<'base' | 'mine' | 'theirs', ExactJson | undefined>
type Difference = ValueDifference<ExactJson>

/** One merge under way. Changes go into the target at once; nested ones come first, so that indexes stay right. */
class Merger {
  readonly conflicts: Dispute[] = []
  readonly mine: Difference[] = []
  readonly theirs: Difference[] = []
  readonly #target: Target
  readonly #lists: MergeLists
  readonly #choose: Choose

  constructor(target: Target, lists: MergeLists, choose: Choose) {
    this.#target = target
    this.#lists = lists
    this.#choose = choose
  }

  /** `id`: the path with the keys of list items in place of their indexes. */
  merge(base: ExactJson | undefined, mine: ExactJson | undefined, theirs: ExactJson | undefined, path: JsonPath, id: Json[]): void {
    if (sameJson(mine, theirs)) return
    if (sameJson(base, mine)) {
      const differences = diffValues(base, theirs, (below) => this.#keysFor([...path, ...below]))
      this.theirs.push(...differences.map((difference) => ({ ...difference, path: [...path, ...difference.path] })))
      return
    }
    // Adding the same map on both sides is no conflict by itself; their keys are compared one by one.
    if (isExactObject(mine) && isExactObject(theirs) && (isExactObject(base) || base === undefined || base === null)) {
      const from = isExactObject(base) ? base : {}
      for (const key of new Set([...Object.keys(theirs), ...Object.keys(from), ...Object.keys(mine)]))
        this.merge(own(from, key), own(mine, key), own(theirs, key), [...path, key], [...id, key])
      return
    }
    if (Array.isArray(mine) && Array.isArray(theirs) && this.#mergeItems(base, mine, theirs, path, id)) return
    if (sameJson(base, theirs)) this.#take(base, mine, theirs, path, id)
    else this.#conflict({ id: JSON.stringify(id), path, base, mine, theirs })
  }

  #keysFor(path: JsonPath): string[] | undefined {
    const keys = this.#lists(path)
    return keys === undefined || keys === 'whole' ? undefined : [...keys]
  }

  /** Merges lists item by item. False where items cannot be told apart, or mine is only an order that items alone would not give. */
  #mergeItems(base: ExactJson | undefined, mine: ExactJson[], theirs: ExactJson[], path: JsonPath, id: Json[]): boolean {
    const rule = this.#lists(path)
    if (rule === 'whole' || !(base === undefined || base === null || Array.isArray(base))) return false
    const keys = rule ?? ['name']
    const before = itemsByKey(Array.isArray(base) ? base : [], keys)
    const wanted = itemsByKey(mine, keys)
    const there = itemsByKey(theirs, keys)
    if (!before || !wanted || !there) return false
    if (sameJson(base, theirs) && !sameOrder(before, wanted)) return false

    const known = [...there.keys()]
    const order = [...known]
    for (const [index, key] of known.entries()) {
      if (wanted.has(key)) this.merge(before.get(key), wanted.get(key), there.get(key), [...path, index], [...id, key])
      else if (!before.has(key)) this.theirs.push({ path: [...path, index], before: undefined, after: there.get(key) })
    }
    for (let index = known.length - 1; index >= 0; index -= 1) {
      const key = known[index] ?? ''
      if (wanted.has(key) || !before.has(key)) continue
      const item = there.get(key)
      const place = [...path, index]
      const conflict = { id: JSON.stringify([...id, key]), path: place, base: before.get(key), mine: undefined, theirs: item }
      if (!sameJson(before.get(key), item) && !this.#mayTake(conflict)) continue
      if (this.#try(conflict, () => this.#target.remove(path, index))) order.splice(index, 1)
    }
    let previous: string | undefined
    for (const [index, [key, item]] of [...wanted].entries()) {
      if (there.has(key)) {
        previous = key
        continue
      }
      const place = [...path, index]
      if (before.has(key) && sameJson(before.get(key), item)) {
        this.theirs.push({ path: place, before: item, after: undefined })
        continue
      }
      const conflict = { id: JSON.stringify([...id, key]), path: place, base: before.get(key), mine: item, theirs: undefined }
      if (before.has(key) && !this.#mayTake(conflict)) continue
      const next = [...wanted.keys()].slice(index).find((other) => order.includes(other))
      const to = previous !== undefined ? order.indexOf(previous) + 1 : next !== undefined ? order.indexOf(next) : order.length
      if (!this.#try(conflict, () => this.#target.insert(path, to, item))) continue
      order.splice(to, 0, key)
      previous = key
    }
    return true
  }

  #conflict(conflict: Dispute): void {
    if (this.#mayTake(conflict)) this.#take(conflict.base, conflict.mine, conflict.theirs, conflict.path, JSON.parse(conflict.id))
  }

  /** Whether mine was chosen. A conflict nobody chose about is noted. */
  #mayTake(conflict: Dispute): boolean {
    const chosen = this.#choose(told(conflict))
    if (chosen === undefined) this.conflicts.push(conflict)
    return chosen === 'mine'
  }

  #take(base: ExactJson | undefined, mine: ExactJson | undefined, theirs: ExactJson | undefined, path: JsonPath, id: Json[]): void {
    const write = () => (mine === undefined ? this.#target.unset(path) : this.#target.set(path, mine))
    this.#try({ id: JSON.stringify(id), path, base, mine, theirs }, write)
  }

  #try(conflict: Dispute, write: () => void): boolean {
    try {
      write()
      this.mine.push({ path: conflict.path, before: conflict.theirs, after: conflict.mine })
      return true
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      if (this.#choose(told(conflict)) !== 'theirs') this.conflicts.push({ ...conflict, why: error.message })
      return false
    }
  }
}

/** The items of a list by what its keys hold; undefined where an item lacks a key, or two have the same. */
function itemsByKey(items: readonly ExactJson[], keys: readonly string[]): Map<string, ExactObject> | undefined {
  const found = new Map<string, ExactObject>()
  for (const item of items) {
    if (!isExactObject(item)) return undefined
    const values = keys.map((key) => own(item, key))
    if (values.every((value) => value === undefined)) return undefined
    const key = JSON.stringify(values.map((value) => digitsAsText(value ?? null)))
    if (found.has(key)) return undefined
    found.set(key, item)
  }
  return found
}

/** Whether the items that both have stand in one order, and those added could be put in where they are. */
function sameOrder(before: ReadonlyMap<string, unknown>, wanted: ReadonlyMap<string, unknown>): boolean {
  const kept = [...before.keys()].filter((key) => wanted.has(key))
  return [...wanted.keys()].filter((key) => before.has(key)).every((key, index) => key === kept[index])
}

const own = (object: ExactObject, key: string): ExactJson | undefined => (Object.hasOwn(object, key) ? object[key] : undefined)

/** Comments that mine has and the base has not, as far as the merged text lacks them. */
function lostComments(sides: MergeSides, merged: string): string[] {
  const [base, mine, now] = [sides.base, sides.mine, merged].map(commentsOf)
  const before = new Set(base)
  const there = new Set(now)
  return (mine ?? []).filter((comment) => !before.has(comment) && !there.has(comment))
}

const commentsOf = (text: string): string[] => [...text.matchAll(/(?:^|[ \t])(#[^\r\n]*)$/gm)].map((match) => (match[1] ?? '').trim())
