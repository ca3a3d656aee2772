import { describe, expect, test } from 'vitest'
import type { Json, JsonObject, JsonPath } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import { initialResource, initialValue } from '#lib/schema/initial.ts'
import { validateField, validateResource } from '#lib/schema/validate.ts'

const text = { type: 'string' }
const reference: Json = {
  type: 'object',
  oneOf: [
    { required: ['name'], not: { required: ['external'] } },
    { required: ['external'], not: { anyOf: [{ required: ['name'] }, { required: ['namespace'] }] } },
  ],
  properties: { external: text, name: text, namespace: text },
}

const kind = compileKind(
  definitionOf(
    {
      type: 'object',
      required: ['spec'],
      properties: {
        spec: {
          type: 'object',
          required: ['location', 'projectRef', 'rules', 'filled'],
          properties: {
            location: { type: 'string', enum: ['EU', 'US'] },
            filled: { type: 'string', default: 'x' },
            projectRef: reference,
            rules: {
              type: 'array',
              minItems: 1,
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['id'],
              items: { type: 'object', required: ['id'], properties: { id: text, age: { type: 'integer', minimum: 0 } } },
            },
            tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
            labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
            size: { type: 'integer', format: 'int32' },
            port: { 'x-kubernetes-int-or-string': true },
            slug: { type: 'string', pattern: '^(a+)+$' },
            odd: { type: 'string', pattern: '(?=x)' },
            maybe: { type: 'string', nullable: true },
            closed: { type: 'object' },
            open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            either: { type: 'object', properties: { a: text, b: { type: 'string', default: 'd' } }, not: { required: ['a', 'b'] } },
            ruled: {
              type: 'object',
              properties: { a: text, b: text },
              oneOf: [{ properties: { a: { enum: ['x'] } }, required: ['a'] }, { required: ['b'] }],
            },
          },
        },
      },
    },
    { kind: 'Bucket', group: 'example.com' },
  ),
)

const good: JsonObject = { location: 'EU', projectRef: { name: 'p' }, rules: [{ id: 'a' }] }
const resource = (spec: JsonObject, metadata: JsonObject = { name: 'logs', namespace: 'payments' }): JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Bucket',
  metadata,
  spec,
})

test('a right resource has no errors', () => {
  expect(validateResource(kind, resource(good))).toEqual([])
})

describe('what is wrong is said at the field the server names', () => {
  test.each<[string, JsonObject, JsonPath, RegExp]>([
    ['a missing required field', { location: undefined as unknown as Json }, ['location'], /^Required/], // undefined stands for a key left out
    ['null where it is no value counts as missing', { location: null }, ['location'], /^Required/],
    ['a value outside the enum', { location: 'MOON' }, ['location'], /one of EU or US|EU or US/],
    ['a number where text is wanted', { location: 1 }, ['location'], /quotes/],
    ['text where a number is wanted', { size: '1' }, ['size'], /remove the quotes/],
    ['a fraction where a whole number is wanted', { size: 1.5 }, ['size'], /whole number/],
    ['more than 32 bits', { size: 3_000_000_000 }, ['size'], /2147483647/],
    ['a mistyped field', { locaton: 'EU' }, ['locaton'], /did you mean "location"/],
    ['a field in another case', { Location: 'EU' }, ['Location'], /did you mean "location"/],
    ['a reference without anything', { projectRef: {} }, ['projectRef'], /by name, or give an external/],
    ['a reference with both', { projectRef: { name: 'a', external: 'b' } }, ['projectRef'], /not both/],
    ['a reference as text', { projectRef: 'p' }, ['projectRef'], /\{name: p\}/],
    ['an empty list', { rules: [] }, ['rules'], /at least 1 item/],
    ['a list item twice by key', { rules: [{ id: 'a' }, { id: 'a' }] }, ['rules', 1], /same as item 1/],
    ['a wrong value deep in a list', { rules: [{ id: 'a', age: -1 }] }, ['rules', 0, 'age'], /at least 0/],
    ['null in a list', { tags: [null] }, ['tags', 0], /not null/],
    ['a set with the same twice', { tags: ['a', 'a'] }, ['tags', 1], /same as item 1/],
    ['a map value', { labels: { 'a.b/c': 'long' } }, ['labels', 'a.b/c'], /at most 3/],
    ['a fraction as int-or-string', { port: 1.5 }, ['port'], /whole number or text/],
    ['a key in an object without fields', { closed: { a: 1 } }, ['closed', 'a'], /Unknown field/],
    ['a default that takes part in a choice', { either: { a: 'x' } }, ['either'], /only one of a and b/],
    ['a raw constraint', { ruled: { a: 'x', b: 'y' } }, ['ruled'], /condition of the schema/],
  ])('%s', (_, change, path, message) => {
    const errors = validateResource(kind, resource({ ...good, ...change }))
    expect(errors).toEqual([expect.objectContaining({ path: ['spec', ...path], message: expect.stringMatching(message) })])
  })
})

test.each<[string, JsonObject, string[] | undefined]>([
  ['nothing', {}, ['name', 'external']],
  ['only where the resource is', { namespace: 'payments' }, ['name', 'external']],
  ['both', { name: 'a', external: 'b' }, undefined],
])('a broken choice with %s set says what is not there yet', (_, projectRef, missing) => {
  expect(validateResource(kind, resource({ ...good, projectRef })).map((error) => error.missing)).toEqual([missing])
})

test.each<[string, JsonObject]>([
  ['null where null is a value', { maybe: null }],
  ['null in an optional field, which the server drops', { size: null }],
  ['anything in an object that keeps unknown fields', { open: { a: [{ b: null }] } }],
  ['a pattern RE2 would refuse says nothing', { odd: 'whatever' }],
  ['int-or-string as either', { port: '80%' }],
])('accepts %s', (_, change) => {
  expect(validateResource(kind, resource({ ...good, ...change }))).toEqual([])
})

test('a pattern made to be slow is judged at once, and rightly', () => {
  const errors = validateResource(kind, resource({ ...good, slug: `${'a'.repeat(50_000)}!` }))
  expect(errors.map((error) => error.path)).toEqual([['spec', 'slug']])
})

test('the header of the object is checked', () => {
  const paths = (value: Json): JsonPath[] => validateResource(kind, value).map((error) => error.path)
  expect(paths({ ...resource(good), apiVersion: 'v1' })).toEqual([['apiVersion']])
  expect(paths({ ...resource(good), kind: 'Pail' })).toEqual([['kind']])
  expect(paths({ ...resource(good), speck: {} })).toEqual([['speck']])
  expect(paths({ apiVersion: 'example.com/v1', kind: 'Bucket', metadata: { name: 'a' } })).toEqual([['spec']])
  expect(paths('text')).toEqual([[]])
})

test('an object nested 10,000 deep neither crashes nor takes long', () => {
  let deep: Json = {}
  for (let level = 0; level < 10_000; level += 1) deep = { a: deep }
  expect(validateResource(kind, resource({ ...good, open: deep }))).toEqual([])
})

test('one field is judged alone while typing', () => {
  const size = fieldAt(kind.root, ['spec', 'size'])
  const location = fieldAt(kind.root, ['spec', 'location'])
  if (!size || !location) throw new Error('spec.size and spec.location must exist')
  expect(validateField(size, 5)).toEqual([])
  expect(validateField(size, 'x')).toHaveLength(1)
  expect(validateField(size, undefined)).toEqual([])
  expect(validateField(location, undefined)).toEqual([{ path: [], message: 'Required.' }])
})

test('the first resource holds only what must be there, and no default', () => {
  expect(initialResource(kind, { namespace: 'payments' })).toEqual({
    apiVersion: 'example.com/v1',
    kind: 'Bucket',
    metadata: { name: '', namespace: 'payments' },
    spec: { projectRef: {}, rules: [] },
  })
})

test('very many wrong keys against very many known ones end at the complaints anybody reads', () => {
  const fields = (letter: string, value: Json) =>
    Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${letter}${index}`, value]))
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: fields('f', { type: 'string' }) } } }
  const wide = compileKind(definitionOf(schema, { kind: 'X', group: 'x.test' }))
  const value = { apiVersion: 'x.test/v1', kind: 'X', metadata: { name: 'a', namespace: 'b' }, spec: fields('g', 1) }
  expect(validateResource(wide, value)).toHaveLength(500)
})

test('a field that is added starts with the emptiest value of its type', () => {
  const start = (key: string): Json => {
    const node = fieldAt(kind.root, ['spec', key])
    if (!node) throw new Error(`spec.${key} must exist`)
    return initialValue(node)
  }
  expect([start('location'), start('size'), start('tags'), start('labels'), start('closed'), start('projectRef')]).toEqual([
    '',
    0,
    [],
    {},
    {},
    {},
  ])
})
