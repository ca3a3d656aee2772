/**
 * Values of a manifest as CEL sees them on the server: whole numbers as int, formatted texts as times, durations and
 * bytes, keys escaped, defaults filled in, and null dropped where it is no value. Objects become `Map`s, so that a key
 * such as `__proto__` or `constructor` is a key. Source: Kubernetes documentation, "Validation rules".
 */
import { Duration } from '@marcbachmann/cel-js/evaluator'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { NotCheckedHere } from '#lib/schema/cel-environment.ts'
import { childrenOf, type FieldNode, type ListField } from '#lib/schema/field-tree.ts'

/** How much of a document one value may hold: characters and values together. More than that is left to the server. */
const largest = 200_000

export interface CelValue {
  value: unknown
  /** Length of the longest list or map in it. */
  longest: number
  /** Characters of all texts in it, and the number of all values. */
  size: number
}

/** Converts a value of a field. `sorted`: lists whose order means nothing (type set or map) are put in one order, for comparisons of old and new. */
export function celValue(node: FieldNode, value: Json, sorted: boolean): CelValue {
  const measure = { longest: 0, size: 0 }
  return { value: convert(node, value, { measure, sorted }), ...measure }
}

interface Way {
  measure: { longest: number; size: number }
  sorted: boolean
}

function convert(node: FieldNode, value: Json, way: Way): unknown {
  count(value, way)
  if (value === null) return null
  switch (node.type) {
    case 'string':
      return typeof value === 'string' ? formatted(node.format, value) : plain(value, way)
    case 'integer':
    case 'int-or-string':
      return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : plain(value, way)
    case 'number':
      return value
    case 'list':
      return Array.isArray(value) ? convertList(node, value, way) : plain(value, way)
    case 'map':
      return isObject(value)
        ? new Map(
            Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
              inner === null && !node.value.nullable ? [] : [[key, convert(node.value, inner, way)]],
            ),
          )
        : plain(value, way)
    case 'object':
    case 'reference':
    case 'secret-or-literal':
      return isObject(value) ? convertObject(node, value, way) : plain(value, way)
    default:
      return plain(value, way)
  }
}

function count(value: Json, { measure }: Way): void {
  const length = Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0
  measure.longest = Math.max(measure.longest, length)
  measure.size += 1 + (typeof value === 'string' ? value.length : 0)
  if (measure.size > largest) throw new NotCheckedHere('the value is too large here')
}

function convertList(node: ListField, value: Json[], way: Way): unknown[] {
  const items = way.sorted && (node.listType === 'set' || node.listType === 'map') ? value.toSorted(byText) : value
  return items.map((item) => convert(node.item, item, way))
}

const byText = (a: Json, b: Json): number => {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function convertObject(node: FieldNode, value: JsonObject, way: Way): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const child of childrenOf(node)) {
    const inner = effective(child, Object.hasOwn(value, child.key) ? value[child.key] : undefined)
    // `has` is false for a field that is null, even where null is a value
    if (inner !== undefined && inner !== null) found.set(escapedKey(child.key), convert(child, inner, way))
  }
  if (node.type === 'object' && (node.embedded || node.key === '')) addHeader(found, value)
  return found
}

/** What every object of Kubernetes lets rules see of its header. */
function addHeader(found: Map<string, unknown>, value: JsonObject): void {
  for (const key of ['apiVersion', 'kind']) if (typeof value[key] === 'string') found.set(key, value[key])
  if (!isObject(value.metadata)) return
  const { name, generateName } = value.metadata
  const seen = new Map<string, unknown>()
  if (typeof name === 'string') seen.set('name', name)
  if (typeof generateName === 'string') seen.set('generateName', generateName)
  found.set('metadata', seen)
}

/** What the server goes on with: the default of a field that is unset, nothing for null where null is no value. */
export function effective(node: FieldNode, value: Json | undefined): Json | undefined {
  if (value === undefined || (value === null && !node.nullable)) return node.default
  return value
}

const words = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

/** A key as rules must write it. Keys that cannot be written (they begin with a digit, say) are never asked for. */
export function escapedKey(key: string): string {
  if (words.has(key)) return `__${key}__`
  return key.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__')
}

function formatted(format: string | undefined, value: string): unknown {
  switch (format) {
    case 'date-time':
    case 'date': {
      const time = new Date(value)
      if (Number.isNaN(time.getTime())) throw new NotCheckedHere('a time is written in a way not understood here')
      return time
    }
    case 'duration':
      return duration(value)
    case 'byte':
      return bytes(value)
    default:
      return value
  }
}

function bytes(text: string): Uint8Array {
  let binary: string
  try {
    binary = atob(text)
  } catch (error) {
    // a default of the schema, say: what people type is checked before rules are
    if (!(error instanceof DOMException)) throw error
    throw new NotCheckedHere('its bytes are not written as base64')
  }
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}

const seconds: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 }

/** Go's `1h30m`; the server takes other spellings too, which are left to it. */
function duration(text: string): Duration {
  if (!/^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new NotCheckedHere('a duration is written in a way not understood here')
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  const sum = parts.reduce((total, [, number, unit]) => total + Number(number) * (seconds[unit ?? ''] ?? 0), 0)
  return Duration.fromMilliseconds((text.startsWith('-') ? -sum : sum) * 1000)
}

/** Where the schema says nothing: numbers that are whole count as int. */
function plain(value: Json, way: Way): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => {
      count(item, way)
      return plain(item, way)
    })
  }
  if (isObject(value)) {
    return new Map(
      Object.entries(value).map(([key, inner]): [string, unknown] => {
        count(inner, way)
        return [key, plain(inner, way)]
      }),
    )
  }
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
}
