/** JSON as PostgreSQL takes it: no NUL and no half of a pair, anywhere. Pure. */
import type { Json } from '#lib/json.ts'

/** The JSON of a value, with U+FFFD in place of what cannot be stored. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value)
  return /\\u0000|\\u[dD][89a-fA-F]/.test(text) ? JSON.stringify(clean(JSON.parse(text))) : text
}

function clean(value: Json): Json {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]))
}

const cleanText = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()
