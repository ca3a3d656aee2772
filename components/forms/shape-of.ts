/** The outside of a value: what a section or list shows of itself, whatever stands deeper in it. Pure. */
import { isObject, type Json } from '#lib/json.ts'

/** A text that is the same for two values exactly when they have the same keys in the same order, the same length, or are the same single value. */
export function shapeOf(value: Json | undefined): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return `[${value.length}`
  // keys may hold any character, line breaks too
  return isObject(value) ? `{${JSON.stringify(Object.keys(value))}` : JSON.stringify(value)
}
