/** A JSON value. Custom resources stay opaque in this type until a reader needs a field and checks it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A JSON object. */
export type JsonObject = { [key: string]: Json }

/** Where a value stands in a document: keys of objects and indexes of lists, never a string split at dots. */
export type JsonPath = (string | number)[]

/** Whether a value is an object, not a list and not null. */
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path, or undefined where some key on the way is missing. */
export function valueAt(value: Json | undefined, path: JsonPath): Json | undefined {
  let here: Json | undefined = value
  for (const key of path) {
    if (Array.isArray(here)) here = typeof key === 'number' ? here[key] : undefined
    else if (isObject(here)) here = Object.hasOwn(here, String(key)) ? here[String(key)] : undefined
    else return undefined
  }
  return here
}

/** The text at a path, or undefined where there is none or it is not text. */
export function textAt(value: Json | undefined, ...path: JsonPath): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}

/** Whether two values are the same, whatever the order of keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}
