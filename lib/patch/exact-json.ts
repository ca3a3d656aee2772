/**
 * JSON without loss: whole numbers beyond 2^53 are bigints, all other numbers are what the API server makes of them (float64). Reading takes
 * the API server's text or a parsed value; printing gives the one text the API server would print, because its JSON Patch compares a
 * `test` letter by letter with the object as Go prints it: `<`, `>`, `&`, U+2028 and U+2029 are escaped, numbers have no `.0`.
 */
import { Invalid } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, isExactObject, type JsonPath } from '#lib/json.ts'
import { exactOf, largestWithoutExponent, roughJson } from '#lib/manifest/exact-value.ts'

// what lib/manifest reads is what is patched here: see `lostDigits` for what a parsed `Json` may have lost
export { type ExactJson, type ExactObject, exactOf, isExactObject, roughJson }

/** Values nest at most this deep; lib/manifest draws the same line for files. */
const maxDepth = 200

/** The own value of a key: never something inherited. */
export const ownExact = (object: ExactObject, key: string): ExactJson | undefined => (Object.hasOwn(object, key) ? object[key] : undefined)

/** Reads JSON text, such as an object as the API server answered it. Throws Invalid where it is no JSON or nests too deeply. */
export function readExactJson(text: string): ExactJson {
  try {
    // Proof of the cast: JSON.parse gives JSON, and the reviver puts nothing but numbers and bigints in place of numbers.
    const value = JSON.parse(text, exactNumber) as ExactJson
    return checkDepth(value)
  } catch (error) {
    if (error instanceof Invalid) throw error
    throw new Invalid('The object is not readable as JSON. Load it again.', [], { cause: error })
  }
}

/** `context.source` is the number as it was written; an engine without it keeps what it parsed, which `lostDigits` then tells. */
function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || !context?.source) return value
  return exactOf(value, context.source)
}

/** Whether a number was read by something that keeps 53 bits and may have had other digits. */
export const lostDigits = (value: ExactJson): boolean =>
  typeof value === 'number' &&
  (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < largestWithoutExponent))

/** The live object: the API server's text, or a value that was parsed with care. Throws Invalid where it is no object or nests too deeply. */
export function exactObject(live: string | ExactObject): ExactObject {
  const value = typeof live === 'string' ? readExactJson(live) : checkDepth(live)
  if (!isExactObject(value)) throw new Invalid('This is no Kubernetes object. Load it again.')
  return value
}

function checkDepth(value: ExactJson): ExactJson {
  const look = (here: ExactJson, depth: number): void => {
    if (typeof here !== 'object' || here === null) return
    if (depth > maxDepth) throw new Invalid(`The object nests more than ${maxDepth} levels deep. Edit it in Git.`)
    for (const item of Array.isArray(here) ? here : Object.values(here)) look(item, depth + 1)
  }
  look(value, 0)
  return value
}

/** Whether two values are the same: typed (`1` is not `"1"`, null is not absent), numbers by value, keys in any order. */
export function sameExact(a: ExactJson | undefined, b: ExactJson | undefined): boolean {
  if (a === b) return true
  if (typeof a === 'bigint' || typeof b === 'bigint')
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same value are the same JSON number
    return (typeof a === 'number' || typeof a === 'bigint') && (typeof b === 'number' || typeof b === 'bigint') && a == b
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameExact(item, b[index]))
  if (!isExactObject(a) || !isExactObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameExact(a[key], b[key]))
}

const goEscapes: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' }
const printText = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replace(/[<>&\u2028\u2029]/g, (character) => goEscapes[character] ?? character)

/** The canonical text: keys sorted, no space, escaped as Go does. The same value always gives the same bytes. */
export function printExact(value: ExactJson): string {
  if (typeof value === 'string') return printText(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return `[${value.map(printExact).join(',')}]`
  if (isExactObject(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${printText(key)}:${printExact(value[key] ?? null)}`)
      .join(',')}}`
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Invalid('JSON has no such number.')
  return JSON.stringify(value)
}

/** The value at a path, or undefined where some key on the way is missing. */
export function exactAt(value: ExactJson | undefined, path: JsonPath): ExactJson | undefined {
  let here = value
  for (const key of path) {
    if (Array.isArray(here)) here = typeof key === 'number' ? here[key] : undefined
    else if (isExactObject(here)) here = ownExact(here, String(key))
    else return undefined
  }
  return here
}
