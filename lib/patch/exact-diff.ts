/**
 * From one value to another in the fewest bytes of JSON Patch, each change guarded by a `test` of what was there. Objects and lists are
 * descended into, or replaced as a whole where that is shorter; items of lists are matched by their keys or by their longest common
 * sequence, and indexes are those at the moment the operation is carried out.
 */
import { diffArrays } from 'diff'
import type { JsonPath } from '#lib/json.ts'
import type { Operation } from './apply-patch.ts'
import { type ExactJson, type ExactObject, isExactObject, ownExact, printExact, sameExact } from './exact-json.ts'
import { pointerOf } from './json-pointer.ts'

/** The keys that tell the items of a list apart (`x-kubernetes-list-map-keys`), or undefined where position does. */
export type ListKeys = (path: JsonPath) => readonly string[] | undefined

/** A field that changes, as people look at it: always the lowest one, however the patch is written. */
export interface FieldChange {
  kind: 'added' | 'removed' | 'changed'
  /** Where it stands in the edited object; in the live one for what is removed. */
  path: JsonPath
  /** Where it stands in the live object; undefined for what is added. */
  livePath: JsonPath | undefined
  before: ExactJson | undefined
  after: ExactJson | undefined
}

/** Operations, their length as JSON in bytes (a comma each), and the fields they change. */
export interface Steps {
  operations: Operation[]
  bytes: number
  changes: FieldChange[]
}

/** Where a value stands: in the patch as it is carried out, in the edited object and in the live one. */
interface Place {
  patch: JsonPath
  edited: JsonPath
  live: JsonPath
}

/** Values looked at before second-best is good enough; an object of a mebibyte has some ten thousand. */
const mostLooks = 100_000
/** Insertions and removals that a comparison of two lists looks for. */
const mostListEdits = 300

export const rootPlace = (path: JsonPath): Place => ({ patch: path, edited: path, live: path })

export function exactDiff(listKeys: ListKeys = () => undefined) {
  let looks = 0

  const value = (before: ExactJson, after: ExactJson, place: Place): Steps => {
    if (sameExact(before, after)) return nothing()
    const whole = replaced(before, after, place)
    if (++looks > mostLooks) return whole
    const descended =
      isExactObject(before) && isExactObject(after)
        ? children(before, after, place)
        : Array.isArray(before) && Array.isArray(after)
          ? list(before, after, place)
          : undefined
    if (!descended) return whole
    return descended.bytes <= whole.bytes ? descended : { ...whole, changes: descended.changes }
  }

  /** Key by key, without replacing the object itself. */
  const children = (before: ExactObject, after: ExactObject, place: Place): Steps => {
    const steps = nothing()
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const there = stepTo(place, key)
      const [old, wanted] = [ownExact(before, key), ownExact(after, key)]
      if (wanted === undefined && old !== undefined) append(steps, removed(old, there))
      else if (old === undefined && wanted !== undefined) append(steps, added(wanted, there))
      else if (old !== undefined && wanted !== undefined) append(steps, value(old, wanted, there))
    }
    return steps
  }

  const list = (before: ExactJson[], after: ExactJson[], place: Place): Steps => {
    const pairs = matched(before, after, listKeys(place.edited))
    const best = items(before, after, pairs, place)
    const inPlace = before.length === after.length && pairs.some(([old, wanted]) => old !== wanted)
    if (!inPlace || looks > mostLooks / 10) return best
    const positional = items(
      before,
      after,
      before.map((_, index) => [index, index]),
      place,
    )
    return positional.bytes < best.bytes ? positional : best
  }

  const items = (before: ExactJson[], after: ExactJson[], pairs: Pair[], place: Place): Steps => {
    const steps = nothing()
    let at = 0
    for (const [old, wanted] of pairs) {
      const there: Place = {
        patch: [...place.patch, at],
        edited: [...place.edited, wanted ?? old ?? 0],
        live: [...place.live, old ?? 0],
      }
      const was = old === undefined ? undefined : before[old]
      const will = wanted === undefined ? undefined : after[wanted]
      if (was !== undefined && will !== undefined) append(steps, value(was, will, there))
      else if (was !== undefined) append(steps, removed(was, { ...there, edited: there.live }))
      else if (will !== undefined) append(steps, added(will, there))
      if (will !== undefined) at++
    }
    return steps
  }

  return { value, children }
}

const nothing = (): Steps => ({ operations: [], bytes: 0, changes: [] })

function append(steps: Steps, more: Steps): void {
  // not push(...more): a list may have more items than a call takes arguments
  for (const operation of more.operations) steps.operations.push(operation)
  for (const change of more.changes) steps.changes.push(change)
  steps.bytes += more.bytes
}

const stepTo = ({ patch, edited, live }: Place, key: string | number): Place => ({
  patch: [...patch, key],
  edited: [...edited, key],
  live: [...live, key],
})

function stepsOf(operations: Operation[], change: FieldChange): Steps {
  return { operations, bytes: operations.reduce((sum, operation) => sum + bytesOfOperation(operation) + 1, 0), changes: [change] }
}

/**
 * A `test` of what is there; none where that holds a list with null in it, at which the API server's JSON Patch fails with a panic and the
 * connection ends (evanphx/json-patch v4; seen on Kubernetes 1.37). The generation guards those fields all the same.
 */
export const testOf = (path: string, value: ExactJson): Operation[] => (holdsNullItem(value) ? [] : [{ op: 'test', path, value }])

function holdsNullItem(value: ExactJson): boolean {
  if (Array.isArray(value)) return value.some((item) => item === null || holdsNullItem(item))
  return isExactObject(value) && Object.values(value).some(holdsNullItem)
}

export function replaced(before: ExactJson, after: ExactJson, { patch, edited, live }: Place): Steps {
  const path = pointerOf(patch)
  const operations: Operation[] = [...testOf(path, before), { op: 'replace', path, value: after }]
  return stepsOf(operations, { kind: 'changed', path: edited, livePath: live, before, after })
}

export function removed(before: ExactJson, { patch, edited, live }: Place): Steps {
  const path = pointerOf(patch)
  const operations: Operation[] = [...testOf(path, before), { op: 'remove', path }]
  return stepsOf(operations, { kind: 'removed', path: edited, livePath: live, before, after: undefined })
}

export function added(after: ExactJson, { patch, edited }: Place): Steps {
  const operations: Operation[] = [{ op: 'add', path: pointerOf(patch), value: after }]
  return stepsOf(operations, { kind: 'added', path: edited, livePath: undefined, before: undefined, after })
}

const encoder = new TextEncoder()
const utf8Length = (text: string): number => encoder.encode(text).length

export function printOperation(operation: Operation): string {
  const { op, path } = operation
  return op === 'remove' ? printExact({ op, path }) : printExact({ op, path, value: operation.value })
}

const bytesOfOperation = (operation: Operation): number => utf8Length(printOperation(operation))

/** Indexes of items that belong together; one side is undefined for an item that goes or comes. */
type Pair = readonly [old: number | undefined, wanted: number | undefined]

/** Items in the order in which a patch comes to them. */
function matched(before: ExactJson[], after: ExactJson[], keys: readonly string[] | undefined): Pair[] {
  const named = keys && namesOf(before, keys)
  const wanted = keys && namesOf(after, keys)
  const byKey = named !== undefined && wanted !== undefined
  const parts = diffArrays(byKey ? named : before.map(printExact), byKey ? wanted : after.map(printExact), { maxEditLength: mostListEdits })
  if (!parts) return inTurn(0, before.length, 0, after.length)
  const pairs: Pair[] = []
  let [old, next, gone, come] = [0, 0, 0, 0]
  const close = () => {
    // what went and what came at one place are taken for the same item changed, unless their keys say otherwise
    const gap = inTurn(old, gone, next, come)
    if (byKey)
      pairs.push(
        ...gap.flatMap(([a, b]): Pair[] =>
          a === undefined || b === undefined
            ? [[a, b]]
            : [
                [a, undefined],
                [undefined, b],
              ],
        ),
      )
    else pairs.push(...gap)
    ;[old, next, gone, come] = [old + gone, next + come, 0, 0]
  }
  for (const { added: isAdded, removed: isRemoved, count } of parts) {
    if (isRemoved) gone += count
    else if (isAdded) come += count
    else {
      close()
      for (let index = 0; index < count; index++) pairs.push([old++, next++])
    }
  }
  close()
  return pairs
}

/** Items one by one, and then those one side has more. */
function inTurn(old: number, oldCount: number, wanted: number, wantedCount: number): Pair[] {
  return Array.from(
    { length: Math.max(oldCount, wantedCount) },
    (_, index): Pair => [index < oldCount ? old + index : undefined, index < wantedCount ? wanted + index : undefined],
  )
}

/** What tells the items apart, one text each; undefined where something does not have it. */
export function namesOf(items: ExactJson[], keys: readonly string[]): string[] | undefined {
  const names = items.flatMap((item) =>
    isExactObject(item) && keys.some((key) => ownExact(item, key) !== undefined)
      ? printExact(keys.map((key) => ownExact(item, key) ?? null))
      : [],
  )
  return names.length === items.length ? names : undefined
}
