/**
 * Raw schema logic that the field tree keeps as it is (`constraints`): whether a value satisfies it. An interpreter of
 * the value validations Kubernetes allows inside allOf/anyOf/oneOf/not; unknown keywords say nothing.
 */
import { isObject, type Json, type JsonObject, sameJson } from '#lib/json.ts'
import { formatNamed } from '#lib/schema/check-format.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

/** Whether a value satisfies a schema. Below `deepest` levels everything does. */
export function satisfies(schema: Json | undefined, value: Json, deepest = 40): boolean {
  if (!isObject(schema) || deepest === 0) return true
  if (value === null && schema.nullable === true) return true
  if (!hasType(schema, value)) return false
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && !schema.enum.some((item) => sameJson(item, value))) return false
  if (typeof value === 'string' && !textSatisfies(schema, value)) return false
  if (typeof value === 'number' && !numberSatisfies(schema, value)) return false
  if (Array.isArray(value) && !listSatisfies(schema, value, deepest)) return false
  if (isObject(value) && !objectSatisfies(schema, value, deepest)) return false
  if (Array.isArray(schema.allOf) && !schema.allOf.every((branch) => satisfies(branch, value, deepest - 1))) return false
  if (Array.isArray(schema.anyOf) && schema.anyOf.length > 0 && !schema.anyOf.some((branch) => satisfies(branch, value, deepest - 1)))
    return false
  if (
    Array.isArray(schema.oneOf) &&
    schema.oneOf.length > 0 &&
    schema.oneOf.filter((branch) => satisfies(branch, value, deepest - 1)).length !== 1
  )
    return false
  return !(isObject(schema.not) && satisfies(schema.not, value, deepest - 1))
}

function hasType(schema: JsonObject, value: Json): boolean {
  switch (schema.type) {
    case 'string':
      return typeof value === 'string'
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    default:
      return true
  }
}

const limit = (schema: JsonObject, key: string, otherwise: number): number => {
  const value = schema[key]
  return typeof value === 'number' ? value : otherwise
}

const within = (schema: JsonObject, size: number, least: string, most: string): boolean =>
  size >= limit(schema, least, 0) && size <= limit(schema, most, Number.POSITIVE_INFINITY)

function textSatisfies(schema: JsonObject, value: string): boolean {
  if (!within(schema, [...value].length, 'minLength', 'maxLength')) return false
  if (typeof schema.pattern === 'string' && compileRe2(schema.pattern)?.matches(value) === false) return false
  return typeof schema.format !== 'string' || formatNamed(schema.format)?.accepts(value) !== false
}

function numberSatisfies(schema: JsonObject, value: number): boolean {
  const [least, most] = [limit(schema, 'minimum', Number.NEGATIVE_INFINITY), limit(schema, 'maximum', Number.POSITIVE_INFINITY)]
  if (value < least || value > most) return false
  if (schema.exclusiveMinimum === true && value === least) return false
  if (schema.exclusiveMaximum === true && value === most) return false
  return typeof schema.multipleOf !== 'number' || isMultiple(value, schema.multipleOf)
}

/** Whether a number is a multiple of another, allowing for binary fractions (0.3 of 0.1). */
export function isMultiple(value: number, of: number): boolean {
  if (of <= 0) return true
  const times = value / of
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
}

function listSatisfies(schema: JsonObject, value: Json[], deepest: number): boolean {
  if (!within(schema, value.length, 'minItems', 'maxItems')) return false
  return schema.items === undefined || value.every((item) => satisfies(schema.items, item, deepest - 1))
}

function objectSatisfies(schema: JsonObject, value: JsonObject, deepest: number): boolean {
  const keys = Object.keys(value)
  if (!within(schema, keys.length, 'minProperties', 'maxProperties')) return false
  if (Array.isArray(schema.required) && !schema.required.every((key) => typeof key !== 'string' || Object.hasOwn(value, key))) return false
  const properties = isObject(schema.properties) ? schema.properties : {}
  return keys.every((key) => {
    const own = Object.hasOwn(properties, key)
      ? properties[key]
      : isObject(schema.additionalProperties)
        ? schema.additionalProperties
        : undefined
    return own === undefined || satisfies(own, value[key] ?? null, deepest - 1)
  })
}
