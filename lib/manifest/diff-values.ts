/** Differences between two values, field by field. */
import { type ExactJson, type ExactObject, isExactObject, type Json, type JsonPath, sameJson } from '#lib/json.ts'
import { digitsAsText } from './exact-value.ts'

/** A field that differs. A side without the field is undefined, which is not the same as null. */
export interface ValueDifference<Value extends ExactJson = Json> {
  path: JsonPath
  before: Value | undefined
  after: Value | undefined
}

/** The keys that tell the items of a list apart (`x-kubernetes-list-map-keys`), or undefined where position does. */
export type ListKeys = (path: JsonPath) => string[] | undefined

/**
 * The fields that differ, in the order of `before` and then of `after`. Lists are compared by position, or, where keys are told, item by
 * item with equal keys; paths then hold the position in `after`, or in `before` for items that went.
 */
export function diffValues(before: Json | undefined, after: Json | undefined, listKeys?: ListKeys): ValueDifference[]
export function diffValues(before: ExactJson | undefined, after: ExactJson | undefined, listKeys?: ListKeys): ValueDifference<ExactJson>[]
export function diffValues(
  before: ExactJson | undefined,
  after: ExactJson | undefined,
  listKeys: ListKeys = () => undefined,
): ValueDifference<ExactJson>[] {
  const differences: ValueDifference<ExactJson>[] = []
  const compare = (a: ExactJson | undefined, b: ExactJson | undefined, path: JsonPath) => {
    if (sameJson(a, b)) return
    if (isExactObject(a) && isExactObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(own(a, key), own(b, key), [...path, key])
    } else if (Array.isArray(a) && Array.isArray(b)) {
      const keys = listKeys(path)
      if (keys && a.every(isExactObject) && b.every(isExactObject)) compareByKeys(a, b, keys, path)
      else for (let index = 0; index < Math.max(a.length, b.length); index++) compare(a[index], b[index], [...path, index])
    } else differences.push({ path, before: a, after: b })
  }
  const compareByKeys = (a: ExactObject[], b: ExactObject[], keys: string[], path: JsonPath) => {
    const name = (item: ExactObject) => JSON.stringify(keys.map((key) => digitsAsText(own(item, key) ?? null)))
    const after = new Map(b.map((item, index) => [name(item), index]))
    const matched = new Set<number>()
    for (const [index, item] of a.entries()) {
      const found = after.get(name(item))
      if (found === undefined || matched.has(found)) differences.push({ path: [...path, index], before: item, after: undefined })
      else {
        matched.add(found)
        compare(item, b[found], [...path, found])
      }
    }
    for (const [index, item] of b.entries())
      if (!matched.has(index)) differences.push({ path: [...path, index], before: undefined, after: item })
  }
  compare(before, after, [])
  return differences
}

const own = (object: ExactObject, key: string): ExactJson | undefined => (Object.hasOwn(object, key) ? object[key] : undefined)
