/** For tests: values a field tree should accept, and the same values with one thing made wrong (or not: verdicts are compared, not assumed). */
import fc from 'fast-check'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import {
  type FieldNode,
  type ObjectField,
  type ReferenceField,
  type SecretField,
  type StringField,
  stepInto,
} from '#lib/schema/field-tree.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

/** How much of what is optional a generated value has: `least` nothing, as somebody who fills in what must be; `some` a part of it. */
export type Fullness = 'least' | 'some'

/** Values that fit a node's type, limits and patterns, choices among children included; rules are not aimed at. */
export function arbitraryValue(node: FieldNode, fullness: Fullness = 'some', depth = 0): fc.Arbitrary<Json> {
  if ('enum' in node && node.enum) return fc.constantFrom(...node.enum)
  const deep = fullness === 'least' || depth > 5
  switch (node.type) {
    case 'string':
      return arbitraryText(node)
    case 'integer':
      return fc.integer({
        min: Math.ceil(Math.max(node.minimum ?? 0, -1000)) + (node.exclusiveMinimum ? 1 : 0),
        max: Math.max(node.minimum ?? 0, Math.min(node.maximum ?? 1000, 1000)),
      })
    case 'number':
      return fc.constantFrom(...[0, 0.5, 1].map((value) => Math.max(value, (node.minimum ?? 0) + (node.exclusiveMinimum ? 1 : 0))))
    case 'boolean':
      return fc.boolean()
    case 'int-or-string':
      return fc.constantFrom<Json>(1, '50%')
    case 'list': {
      const options = { minLength: node.minItems ?? 0, maxLength: Math.max(node.minItems ?? 0, Math.min(node.maxItems ?? 2, deep ? 0 : 2)) }
      const item = arbitraryValue(node.item, fullness, depth + 1)
      return node.listType === 'set' || node.listType === 'map' || node.uniqueItems
        ? fc.uniqueArray(item, {
            ...options,
            selector: (one) => JSON.stringify(node.keys && isObject(one) ? node.keys.map((key) => one[key]) : one),
          })
        : fc.array(item, options)
    }
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'b.c/d'), arbitraryValue(node.value, fullness, depth + 1), {
        minKeys: node.minProperties ?? 0,
        maxKeys: Math.max(node.minProperties ?? 0, Math.min(node.maxProperties ?? 2, deep ? 0 : 2)),
      })
    case 'free-form':
      return node.reason === 'empty' ? fc.constant({}) : fc.constantFrom<Json>({}, { a: { b: [null] } })
    case 'object':
    case 'reference':
    case 'secret-or-literal':
      return arbitraryObject(node, fullness, depth)
    default: {
      const never: never = node
      return never
    }
  }
}

const texts: Record<string, string[]> = {
  'date-time': ['2026-11-30T12:00:00Z'],
  byte: ['YQ=='],
  date: ['2026-11-30'],
  duration: ['90s'],
  uuid: ['6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ipv4: ['10.0.0.1'],
  cidr: ['10.0.0.0/8'],
  email: ['a@example.com'],
  uri: ['https://example.com/a'],
  hostname: ['a.example.com'],
}

function arbitraryText({ format, pattern, minLength = 0, maxLength = 1000 }: StringField): fc.Arbitrary<Json> {
  const known = format === undefined ? undefined : texts[format]
  if (known) return fc.constantFrom(...known)
  const fits = (text: string): boolean => [...text].length >= minLength && [...text].length <= maxLength
  if (pattern !== undefined) {
    const re2 = compileRe2(pattern)
    return fc.stringMatching(new RegExp(pattern, 'u')).filter((text) => fits(text) && re2?.matches(text) !== false)
  }
  return fc.constantFrom('a', 'abc', 'x y', 'äöü').map((text) => [...text.padEnd(minLength, 'x')].slice(0, maxLength).join(''))
}

type Parent = ObjectField | ReferenceField | SecretField

function arbitraryObject(node: Parent, fullness: Fullness, depth: number): fc.Arbitrary<Json> {
  const none = fullness === 'least' || depth > 5
  const optional = none ? fc.constant(false) : fc.integer({ min: 0, max: depth < 2 ? 2 : 4 }).map((roll) => roll === 0)
  const wanted = fc.tuple(fc.array(optional, { minLength: node.children.length, maxLength: node.children.length }), fc.nat(1000))
  return wanted.chain(([rolls, pick]) => {
    const keys = new Set(node.children.filter((child, index) => child.required || rolls[index]).map((child) => child.key))
    for (const choice of node.choices ?? []) {
      const named = choice.options.flatMap((one) => one.keys)
      if (choice.rule === 'not-together') {
        if (named.every((key) => keys.has(key))) keys.delete(named.find((key) => !isRequired(node, key)) ?? '')
        continue
      }
      const option = choice.options[pick % choice.options.length]
      for (const key of named) keys.delete(key)
      for (const key of (option?.without ?? []).flat()) keys.delete(key)
      for (const key of option?.keys ?? []) keys.add(key)
    }
    const parts = node.children
      .filter((child) => keys.has(child.key))
      .map((child) => fc.tuple(fc.constant(child.key), arbitraryValue(child, fullness, depth + 1)))
    return fc.tuple(...parts).map((entries): Json => Object.fromEntries(entries))
  })
}

const isRequired = (node: Parent, key: string): boolean => node.children.some((child) => child.key === key && child.required === true)

/**
 * What can go wrong at one place: another type, an unknown key, a key left out, null, a list around it, its YAML as text,
 * a value beyond enum and bounds, and a key more, which breaks choices.
 */
const slips = ['type', 'unknown', 'drop', 'null', 'list', 'text', 'beyond', 'more'] as const
type Slip = (typeof slips)[number]

/** A value of the node with one slip somewhere. */
export function arbitrarySlip(node: FieldNode): fc.Arbitrary<Json> {
  return fc
    .tuple(arbitraryValue(node), fc.nat(10_000), fc.constantFrom(...slips), fc.nat(1000))
    .map(([value, place, slip, pick]) => slipped(node, value, { left: place % Math.max(1, placesIn(value)) }, slip, pick))
}

const placesIn = (value: Json): number =>
  value !== null && typeof value === 'object' ? 1 + Object.values(value).reduce((sum: number, inner) => sum + placesIn(inner), 0) : 1

function slipped(node: FieldNode | undefined, value: Json, count: { left: number }, slip: Slip, pick: number): Json {
  if (count.left === 0) {
    count.left = -1
    return wrong(node, value, slip, pick)
  }
  count.left -= 1
  const under = (key: string | number) => (node ? stepInto(node, key) : undefined)
  if (Array.isArray(value)) return value.map((item, index) => (count.left < 0 ? item : slipped(under(index), item, count, slip, pick)))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, Json][] => {
      if (count.left < 0) return [[key, inner]]
      if (count.left > 0 || slip !== 'drop') return [[key, slipped(under(key), inner, count, slip, pick)]]
      count.left = -1
      return []
    }),
  )
}

function wrong(node: FieldNode | undefined, value: Json, slip: Slip, pick: number): Json {
  if (slip === 'null') return null
  if (slip === 'list') return [value]
  if (slip === 'text') return JSON.stringify(value)
  if (slip === 'beyond') return beyond(value)
  if (isObject(value) && slip === 'unknown') return { ...value, unheardOf: 1 }
  if (isObject(value) && slip === 'more') return oneMore(node, value, pick)
  return typeof value === 'string' ? 5 : typeof value === 'number' ? 0.25 : typeof value === 'boolean' ? 'yes' : 3
}

function beyond(value: Json): Json {
  if (typeof value === 'string') return `${value} \u{1f600}?`
  if (typeof value === 'number') return value + 3_000_000_000
  return Array.isArray(value) ? [...value, ...value] : {}
}

/** The object with one of its other children set, if only to something simple. */
function oneMore(node: FieldNode | undefined, value: JsonObject, pick: number): Json {
  if (!node || !('children' in node)) return { ...value, another: 'x' }
  const others = node.children.filter((child) => !Object.hasOwn(value, child.key))
  const child = others[pick % Math.max(1, others.length)]
  return child ? { ...value, [child.key]: fc.sample(arbitraryValue(child, 'least'), { seed: pick, numRuns: 1 })[0] ?? null } : value
}
