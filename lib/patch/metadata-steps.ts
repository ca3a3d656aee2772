/**
 * Changes of annotations and labels. They do not raise the object's generation, so each is guarded by itself: a changed or removed key by a
 * `test` of its value, a new one by a `test` for null, which the API server lets pass only where there is nothing.
 */
import type { Operation } from './apply-patch.ts'
import { added, removed, replaced, rootPlace, type Steps } from './exact-diff.ts'
import { type ExactObject, isExactObject, ownExact, sameExact } from './exact-json.ts'
import { pointerOf } from './json-pointer.ts'

export type MetadataPart = 'labels' | 'annotations'

/** Annotations or labels of an object; none for absent, null and what is no map. */
export function metadataMap(object: ExactObject, part: MetadataPart): ExactObject {
  const metadata = ownExact(object, 'metadata')
  const map = isExactObject(metadata) ? ownExact(metadata, part) : undefined
  return isExactObject(map) ? map : {}
}

/** The same, as far as its values are texts: all that the API server takes. */
export const textsOf = (object: ExactObject, part: MetadataPart): Map<string, string> =>
  new Map(Object.entries(metadataMap(object, part)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

/** An empty map is none to the API server: it does not keep one. */
const hasMap = (object: ExactObject, part: MetadataPart): boolean => Object.keys(metadataMap(object, part)).length > 0

/**
 * The steps from the live object's map to the wanted values; undefined removes a key. `unguarded` keys are set whatever they were, as is
 * the session: two sessions may follow each other.
 */
export function metadataSteps(
  live: ExactObject,
  part: MetadataPart,
  wanted: ReadonlyMap<string, string | undefined>,
  unguarded: ReadonlyMap<string, string> = new Map(),
): Steps {
  const before = metadataMap(live, part)
  const steps: Steps = { operations: [], bytes: 0, changes: [] }
  const created: [string, string][] = []
  const take = ({ operations, changes }: Steps, guard?: Operation) => {
    if (guard) steps.operations.push(guard)
    steps.operations.push(...operations)
    steps.changes.push(...changes)
  }
  // what goes comes last: the API server drops a map once it is empty
  const keys = [...wanted.keys()].sort()
  for (const key of keys.filter((each) => wanted.get(each) !== undefined)) {
    const [old, value] = [ownExact(before, key), wanted.get(key)]
    const place = rootPlace(['metadata', part, key])
    const path = pointerOf(place.patch)
    if (value === undefined || (old !== undefined && sameExact(old, value))) continue
    if (old !== undefined) take(replaced(old, value, place))
    else if (hasMap(live, part)) take(added(value, place), { op: 'test', path, value: null })
    else {
      created.push([key, value])
      steps.changes.push(...added(value, place).changes)
    }
  }
  if (hasMap(live, part)) for (const [key, value] of unguarded) take({ ...added(value, rootPlace(['metadata', part, key])), changes: [] })
  else if (created.length + unguarded.size > 0) {
    const path = pointerOf(['metadata', part])
    steps.operations.push({ op: 'test', path, value: null }, { op: 'add', path, value: Object.fromEntries([...created, ...unguarded]) })
  }
  for (const key of keys.filter((each) => wanted.get(each) === undefined)) {
    const old = ownExact(before, key)
    if (old !== undefined) take(removed(old, rootPlace(['metadata', part, key])))
  }
  return steps
}

/** The operations that put labels or annotations back, from the object as the patch leaves it; `except` stays as it is. */
export function metadataInverse(before: ExactObject, after: ExactObject, part: MetadataPart, except: string): Operation[] {
  const [old, now] = [metadataMap(before, part), metadataMap(after, part)]
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => key !== except)
  const wanted = keys.map((key): [string, string | undefined] => {
    const value = ownExact(old, key)
    return [key, typeof value === 'string' ? value : undefined]
  })
  return metadataSteps(after, part, new Map(wanted)).operations
}
