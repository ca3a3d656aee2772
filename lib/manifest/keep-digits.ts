/**
 * Readers that know only `Json` get numbers beyond 2^53 rounded. What such a reader gives back is taken for the number it was read from;
 * where that cannot be told, nothing is written.
 */
import { type ExactJson, isExactObject, type JsonPath, sameJson } from '#lib/json.ts'
import { largestWithoutExponent, roughJson } from './exact-value.ts'
import { refuse } from './with-value.ts'

const isRounded = (value: ExactJson | undefined): value is number => Number.isInteger(value) && !Number.isSafeInteger(value)

/** Whether a value holds a number that may have had other digits before JavaScript read it. */
export function holdsRounded(value: ExactJson | undefined): boolean {
  if (Array.isArray(value)) return value.some(holdsRounded)
  return isExactObject(value) ? Object.values(value).some(holdsRounded) : isRounded(value)
}

/**
 * A value that is to take the place of another one, with the digits that its rounded numbers have there. Throws Invalid where a rounded
 * number is new: its digits are not known.
 */
export function withDigitsOf(value: ExactJson, old: ExactJson | undefined, path: JsonPath): ExactJson {
  if (!holdsRounded(value)) return value
  if (old !== undefined && sameJson(roughJson(old), value)) return old
  if (Array.isArray(value)) {
    const items = Array.isArray(old) ? old : []
    return value.map((item, index) => withDigitsOf(item, counterpart(item, items, index), [...path, index]))
  }
  if (isExactObject(value)) {
    const from = isExactObject(old) ? old : {}
    const entries = Object.entries(value).map(([key, item]): [string, ExactJson] => [
      key,
      withDigitsOf(item, Object.hasOwn(from, key) ? from[key] : undefined, [...path, key]),
    ])
    return Object.fromEntries(entries)
  }
  if (!isRounded(value)) return value
  if (Math.abs(value) >= largestWithoutExponent) return value
  throw refuse(path, 'a number beyond 2^53 may lose its last digits on the way. Write it in the YAML.')
}

/** The item of the old list that an item is a rounded copy of, wherever it stood; else the one at its place, unless two could be meant. */
function counterpart(item: ExactJson, items: readonly ExactJson[], index: number): ExactJson | undefined {
  if (!holdsRounded(item)) return undefined
  const alike = items.filter((other) => sameJson(roughJson(other), item))
  const [first] = alike
  if (first === undefined) return items[index]
  return alike.every((other) => sameJson(other, first)) ? first : undefined
}
