/** Differences between two values, field by field. */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson } from '#lib/json.ts'

/** A field that differs. A side without the field is undefined, which is not the same as null. */
export interface ValueDifference {
  path: JsonPath
  before: Json | undefined
  after: Json | undefined
}

/** The keys that tell the items of a list apart (`x-kubernetes-list-map-keys`), or undefined where position does. */
export type ListKeys = (path: JsonPath) => string[] | undefined

/**
 * The fields that differ, in the order of `before` and then of `after`. Lists are compared by position, or, where keys are told, item by
 * item with equal keys; paths then hold the position in `after`, or in `before` for items that went.
 */
export function diffValues(before: Json | undefined, after: Json | undefined, listKeys: ListKeys = () => undefined): ValueDifference[] {
  const differences: ValueDifference[] = []
  const compare = (a: Json | undefined, b: Json | undefined, path: JsonPath) => {
    if (sameJson(a, b)) return
    if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(own(a, key), own(b, key), [...path, key])
    } else if (Array.isArray(a) && Array.isArray(b)) {
      const keys = listKeys(path)
      if (keys && a.every(isObject) && b.every(isObject)) compareByKeys(a, b, keys, path)
      else for (let index = 0; index < Math.max(a.length, b.length); index++) compare(a[index], b[index], [...path, index])
    } else differences.push({ path, before: a, after: b })
  }
  const compareByKeys = (a: JsonObject[], b: JsonObject[], keys: string[], path: JsonPath) => {
    const name = (item: JsonObject) => JSON.stringify(keys.map((key) => own(item, key) ?? null))
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

const own = (object: JsonObject, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined)
