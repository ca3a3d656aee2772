/** For tests: values a field tree should accept, and the same values with one thing made wrong (or not: verdicts are compared, not assumed). */
import fc from 'fast-check'
import { isObject, type Json } from '#lib/json.ts'
import type { FieldNode, ObjectField, ReferenceField, SecretField } from '#lib/schema/field-tree.ts'

/** Values that fit a node's type and limits, choices among children included; patterns and rules are not aimed at. */
export function arbitraryValue(node: FieldNode, depth = 0): fc.Arbitrary<Json> {
  if ('enum' in node && node.enum) return fc.constantFrom(...node.enum)
  switch (node.type) {
    case 'string':
      return fc.constantFrom<Json>(...(texts[node.format ?? ''] ?? ['a', 'abc', 'x y', 'äöü']))
    case 'integer':
      return fc.integer({ min: Math.max(node.minimum ?? 0, -1000), max: Math.min(node.maximum ?? 1000, 1000) })
    case 'number':
      return fc.constantFrom(0, 0.5, 1)
    case 'boolean':
      return fc.boolean()
    case 'int-or-string':
      return fc.constantFrom<Json>(1, '50%')
    case 'list':
      return fc.array(arbitraryValue(node.item, depth + 1), {
        minLength: node.minItems ?? 0,
        maxLength: Math.max(node.minItems ?? 0, depth > 5 ? 0 : 2),
      })
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'b.c/d'), arbitraryValue(node.value, depth + 1), {
        minKeys: node.minProperties ?? 0,
        maxKeys: 2,
      })
    case 'free-form':
      return node.reason === 'empty' ? fc.constant({}) : fc.constantFrom<Json>({}, { a: { b: [null] } })
    case 'object':
    case 'reference':
    case 'secret-or-literal':
      return arbitraryObject(node, depth)
    default: {
      const never: never = node
      return never
    }
  }
}

const texts: Record<string, Json[]> = {
  'date-time': ['2026-11-30T12:00:00Z'],
  byte: ['YQ=='],
  date: ['2026-11-30'],
  duration: ['90s'],
  uuid: ['6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ipv4: ['10.0.0.1'],
  cidr: ['10.0.0.0/8'],
  email: ['a@example.com'],
}

function arbitraryObject(node: ObjectField | ReferenceField | SecretField, depth: number): fc.Arbitrary<Json> {
  const optional = depth > 5 ? fc.constant(false) : fc.integer({ min: 0, max: depth < 2 ? 2 : 4 }).map((roll) => roll === 0)
  const wanted = fc.tuple(fc.array(optional, { minLength: node.children.length, maxLength: node.children.length }), fc.nat(1000))
  return wanted.chain(([rolls, pick]) => {
    const keys = new Set(node.children.filter((child, index) => child.required || rolls[index]).map((child) => child.key))
    for (const choice of node.choices ?? []) {
      if (choice.rule === 'not-together') continue
      const option = choice.options[pick % choice.options.length]
      for (const key of choice.options.flatMap((one) => one.keys)) keys.delete(key)
      for (const key of (option?.without ?? []).flat()) keys.delete(key)
      for (const key of option?.keys ?? []) keys.add(key)
    }
    const parts = node.children
      .filter((child) => keys.has(child.key))
      .map((child) => fc.tuple(fc.constant(child.key), arbitraryValue(child, depth + 1)))
    return fc.tuple(...parts).map((entries): Json => Object.fromEntries(entries))
  })
}

const slips = ['type', 'unknown', 'drop', 'null', 'list', 'text'] as const

/** A value of the node with one slip somewhere. */
export function arbitrarySlip(node: FieldNode): fc.Arbitrary<Json> {
  return fc
    .tuple(arbitraryValue(node), fc.nat(10_000), fc.constantFrom(...slips))
    .map(([value, place, slip]) => slipped(value, { left: place % Math.max(1, placesIn(value)) }, slip))
}

const placesIn = (value: Json): number =>
  value !== null && typeof value === 'object' ? 1 + Object.values(value).reduce((sum: number, inner) => sum + placesIn(inner), 0) : 1

function slipped(value: Json, count: { left: number }, slip: (typeof slips)[number]): Json {
  if (count.left === 0) {
    count.left = -1
    return wrong(value, slip)
  }
  count.left -= 1
  if (Array.isArray(value)) return value.map((item) => (count.left < 0 ? item : slipped(item, count, slip)))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, Json][] => {
      if (count.left < 0) return [[key, inner]]
      if (count.left > 0 || slip !== 'drop') return [[key, slipped(inner, count, slip)]]
      count.left = -1
      return []
    }),
  )
}

function wrong(value: Json, slip: (typeof slips)[number]): Json {
  if (slip === 'null') return null
  if (slip === 'list') return [value]
  if (slip === 'text') return JSON.stringify(value)
  if (slip === 'unknown' && isObject(value)) return { ...value, unheardOf: 1 }
  return typeof value === 'string' ? 5 : typeof value === 'number' ? 0.25 : typeof value === 'boolean' ? 'yes' : 3
}
