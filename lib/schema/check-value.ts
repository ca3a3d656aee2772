/**
 * What the server says about one scalar: type, enum, pattern, bounds, format. Used per key press (`validateField`) and
 * for whole resources (`validate.ts`). Sentences name what is wanted; the field's name stands beside them.
 */
import { type Json, sameJson } from '#lib/json.ts'
import { isMultiple } from '#lib/schema/check-constraint.ts'
import { formatNamed } from '#lib/schema/check-format.ts'
import type { BooleanField, FieldNode, IntOrStringField, NumberField, StringField } from '#lib/schema/field-tree.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

export type ScalarField = StringField | NumberField | BooleanField | IntOrStringField

/** How a value is called in sentences. */
export function nameOfValue(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'true or false'
  return Number.isInteger(value) ? 'a whole number' : 'a number'
}

/** What a node wants, for the middle of a sentence. */
export function nameOfType(node: FieldNode): string {
  switch (node.type) {
    case 'string':
      return 'text'
    case 'integer':
      return 'a whole number'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'int-or-string':
      return 'a whole number or text'
    case 'list':
      return 'a list'
    case 'object':
    case 'map':
    case 'reference':
    case 'secret-or-literal':
      return 'a mapping'
    case 'free-form':
      return node.accepts === 'object' ? 'a mapping' : 'any value'
    default: {
      const never: never = node
      return never
    }
  }
}

/** The complaints about a scalar value; none when it is accepted. */
export function scalarProblems(node: ScalarField, value: Json): string[] {
  const wrongType = typeProblem(node, value)
  if (wrongType !== undefined) return [wrongType]
  const problems: string[] = []
  if (node.enum && !node.enum.some((item) => sameJson(item, value))) problems.push(`Must be ${oneOf(node.enum)}.`)
  if (typeof value === 'string' && (node.type === 'string' || node.type === 'int-or-string')) problems.push(...textProblems(node, value))
  if (typeof value === 'number' && (node.type === 'integer' || node.type === 'number' || node.type === 'int-or-string'))
    problems.push(...numberProblems(node, value))
  return problems
}

function oneOf(values: Json[]): string {
  const shown = values.slice(0, 20).map((value) => (typeof value === 'string' ? (value === '' ? 'empty' : value) : JSON.stringify(value)))
  if (values.length > 20) return `one of ${shown.join(', ')} and ${values.length - 20} more`
  return shown.length === 1 ? (shown[0] ?? '') : `one of ${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
}

/** Whole numbers the server can hold: int64. Beyond 2^53 a JavaScript number is no longer exact, but still one the server takes. */
const largestInt64 = 2 ** 63
const tooLarge = 'Too large: whole numbers have at most 64 bits.'

function typeProblem(node: ScalarField, value: Json): string | undefined {
  const wanted = `Must be ${nameOfType(node)}, not ${nameOfValue(value)}.`
  switch (node.type) {
    case 'string':
      if (typeof value === 'string') return undefined
      return typeof value === 'number' || typeof value === 'boolean' ? `Must be text: put ${JSON.stringify(value)} in quotes.` : wanted
    case 'integer':
      if (typeof value === 'string' && /^-?\d+$/.test(value)) return 'Must be a whole number: remove the quotes.'
      if (typeof value !== 'number' || !Number.isInteger(value)) return wanted
      return Math.abs(value) > largestInt64 ? tooLarge : undefined
    case 'number':
      if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return 'Must be a number: remove the quotes.'
      return typeof value === 'number' ? undefined : wanted
    case 'boolean':
      if (value === 'true' || value === 'false') return 'Must be true or false: remove the quotes.'
      return typeof value === 'boolean' ? undefined : wanted
    case 'int-or-string':
      if (typeof value === 'number' && Number.isInteger(value)) return Math.abs(value) > largestInt64 ? tooLarge : undefined
      return typeof value === 'string' ? undefined : wanted
    default: {
      const never: never = node
      return never
    }
  }
}

const characters = (count: number): string => (count === 1 ? '1 character' : `${count} characters`)

function textProblems(node: StringField | IntOrStringField, value: string): string[] {
  const problems: string[] = []
  const length = node.minLength === undefined && node.maxLength === undefined ? 0 : [...value].length
  if (node.minLength !== undefined && length < node.minLength) {
    problems.push(value === '' ? 'Must not be empty.' : `Must have at least ${characters(node.minLength)}, has ${length}.`)
  }
  if (node.maxLength !== undefined && length > node.maxLength)
    problems.push(`Must have at most ${characters(node.maxLength)}, has ${length}.`)
  if (node.pattern !== undefined && compileRe2(node.pattern)?.matches(value) === false)
    problems.push(`Must match the pattern ${node.pattern}`)
  if (node.type === 'string' && node.format !== undefined) {
    const format = formatNamed(node.format)
    if (format && !format.accepts(value)) problems.push(`Must be ${format.wants}.`)
  }
  return problems
}

function numberProblems(node: NumberField | IntOrStringField, value: number): string[] {
  const problems: string[] = []
  const bounds: { exclusiveMinimum?: true; exclusiveMaximum?: true; multipleOf?: number; format?: string } =
    node.type === 'int-or-string' ? {} : node
  if (node.minimum !== undefined && (value < node.minimum || (bounds.exclusiveMinimum && value === node.minimum))) {
    problems.push(`Must be ${bounds.exclusiveMinimum ? 'more than' : 'at least'} ${node.minimum}.`)
  }
  if (node.maximum !== undefined && (value > node.maximum || (bounds.exclusiveMaximum && value === node.maximum))) {
    problems.push(`Must be ${bounds.exclusiveMaximum ? 'less than' : 'at most'} ${node.maximum}.`)
  }
  if (bounds.multipleOf !== undefined && !isMultiple(value, bounds.multipleOf)) problems.push(`Must be a multiple of ${bounds.multipleOf}.`)
  if (bounds.format === 'int32' && node.type === 'integer' && (value < -(2 ** 31) || value >= 2 ** 31))
    problems.push('Must lie between -2147483648 and 2147483647.')
  if (bounds.format === 'float' && Math.abs(value) > 3.4028234663852886e38) problems.push('Too large for a 32-bit number.')
  return problems
}
