/** Whole numbers beyond 2^53 as a manifest writes them: bigints, so that nothing rewrites their last digits. */
import { type ExactJson, isExactObject, type Json } from '#lib/json.ts'

/** From here on JavaScript prints a number with an exponent, and so does every reader that makes it a float64. */
export const largestWithoutExponent = 1e21

/** A number as its digits say. A fraction or exponent makes it a float64, as for the API server. */
export function exactOf(value: number, source: string): number | bigint {
  if (!Number.isInteger(value)) return value
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  if (/^[-+]?\d+$/.test(source) || /^0[xo]/.test(source)) return BigInt(source.replace(/^\+/, ''))
  return Math.abs(value) < largestWithoutExponent ? BigInt(value) : value
}

/** The value for readers that know only `Json` (pages, redaction, schemas): digits beyond 2^53 are lost. */
export function roughJson(value: ExactJson): Json {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(roughJson)
  if (!isExactObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, roughJson(item)]))
}

/** The value for people to look at: numbers that `Json` cannot hold are texts of their digits. */
export function digitsAsText(value: ExactJson): Json {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(digitsAsText)
  if (!isExactObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, digitsAsText(item)]))
}
