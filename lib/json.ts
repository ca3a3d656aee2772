/** A JSON value. Custom resources stay opaque in this type until a reader needs a field and checks it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A JSON object. */
export type JsonObject = { [key: string]: Json }

/**
 * A JSON value whose whole numbers are exact: those beyond 2^53, which JavaScript's numbers would round, are bigints. Every `Json` is one;
 * nothing that is a `Json` holds a bigint.
 */
export type ExactJson = null | boolean | number | bigint | string | ExactJson[] | ExactObject
export type ExactObject = { [key: string]: ExactJson }

/** Where a value stands in a document: keys of objects and indexes of lists, never a string split at dots. */
export type JsonPath = (string | number)[]

/** Whether a value is an object, not a list and not null. */
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same of a value whose numbers are exact. */
export const isExactObject = (value: unknown): value is ExactObject => isObject(value)

/** The value at a path, or undefined where some key on the way is missing. */
export function valueAt(value: Json | undefined, path: JsonPath): Json | undefined
export function valueAt(value: ExactJson | undefined, path: JsonPath): ExactJson | undefined
export function valueAt(value: ExactJson | undefined, path: JsonPath): ExactJson | undefined {
  let here: ExactJson | undefined = value
  for (const key of path) {
    if (Array.isArray(here)) here = typeof key === 'number' ? here[key] : undefined
    else if (isExactObject(here)) here = Object.hasOwn(here, String(key)) ? here[String(key)] : undefined
    else return undefined
  }
  return here
}

/** The text at a path, or undefined where there is none or it is not text. */
export function textAt(value: Json | undefined, ...path: JsonPath): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}

/** Whether two values are the same, whatever the order of keys. An exact number and a rounded one are not the same. */
export function sameJson(a: ExactJson | undefined, b: ExactJson | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isExactObject(a) || !isExactObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}
