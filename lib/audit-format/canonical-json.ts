/**
 * JSON as bytes that everybody gets alike: RFC 8785 (JSON Canonicalization Scheme). Keys are sorted by their UTF-16 code
 * units, numbers are written as ECMAScript writes them, there is no space. Pure.
 */
import { isObject, type Json } from '#lib/json.ts'

/** The canonical text of a value. Throws RangeError for numbers that JSON does not have. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isObject(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
      .join(',')}}`
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON has no number ${value}.`)
  return JSON.stringify(value)
}

/**
 * A copy whose texts PostgreSQL can keep: NUL and halves of surrogate pairs, which its JSON does not take, become the
 * replacement character. What cannot be written down must not stop an act from being recorded.
 */
export function storable(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storable)
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]))
  return value
}

const storableText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
