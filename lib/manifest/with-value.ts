/** Copies of JSON values with one place changed: what an edit of a document has to lead to. */
import { Invalid } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, isExactObject, type Json, type JsonPath } from '#lib/json.ts'
import { define } from './parse-manifest.ts'

/** How a path reads in a sentence: `spec.lifecycleRule[0]`, keys with other characters quoted. */
export function pathText(path: JsonPath): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join('')
  return text.replace(/^\./, '') || 'the document'
}

/** The error for an edit that cannot be made; `why` completes "… cannot be changed here:". */
export const refuse = (path: JsonPath, why: string) =>
  new Invalid(`${pathText(path)} cannot be changed here: ${why}`, [{ path, message: why }])

/** A value wrapped into the maps a path names; an index must be 0. */
export function nest(path: JsonPath, value: ExactJson): ExactJson {
  return path.reduceRight<ExactJson>((inner, key) => {
    if (typeof key === 'number') {
      if (key !== 0) throw refuse(path, 'a new list starts at item 0.')
      return [inner]
    }
    const made: ExactObject = {}
    define(made, key, inner)
    return made
  }, value)
}

/** A copy of a value with another value at a path; maps on the way are made, null counts as nothing. */
export function withValue(value: Json, path: JsonPath, set: Json): Json
export function withValue(value: ExactJson, path: JsonPath, set: ExactJson): ExactJson
export function withValue(value: ExactJson, path: JsonPath, set: ExactJson): ExactJson {
  const [key, ...rest] = path
  if (key === undefined) return set
  if (Array.isArray(value) && typeof key === 'number') {
    const copy = [...value]
    copy[key] = withValue(value[key] ?? null, rest, set)
    return copy
  }
  if (value === null) return nest(path, set)
  if (!isExactObject(value)) throw refuse(path, 'a single value stands on the way.')
  const copy: ExactObject = {}
  for (const [name, item] of Object.entries(value)) define(copy, name, item)
  const name = String(key)
  define(copy, name, withValue(Object.hasOwn(value, name) ? (value[name] ?? null) : null, rest, set))
  return copy
}

/** A copy of a value without what stands at a path. */
export function withoutValue(value: Json, path: JsonPath): Json
export function withoutValue(value: ExactJson, path: JsonPath): ExactJson
export function withoutValue(value: ExactJson, path: JsonPath): ExactJson {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(value) && typeof key === 'number') {
    return rest.length === 0 ? value.toSpliced(key, 1) : value.with(key, withoutValue(value[key] ?? null, rest))
  }
  if (!isExactObject(value)) return value
  const copy: ExactObject = {}
  for (const [name, item] of Object.entries(value)) {
    if (name !== String(key)) define(copy, name, item)
    else if (rest.length > 0) define(copy, name, withoutValue(item, rest))
  }
  return copy
}
