import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type FieldNode, fieldAt } from '#lib/schema/field-tree.ts'
import { initialResource } from '#lib/schema/initial.ts'
import { searchFields } from '#lib/schema/search-fields.ts'
import { validateResource } from '#lib/schema/validate.ts'

const crdOf = (spec: Json, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Thing', plural: 'things', singular: 'thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } },
        ...more,
      },
    ],
  },
})

const nodeOf = (schema: Json): FieldNode => {
  const node = fieldAt(compileKind(crdOf({ type: 'object', properties: { field: schema } })).root, ['spec', 'field'])
  if (!node) throw new Error('spec.field has no node')
  return node
}

const text = { type: 'string' }
const referenceChoice: Json = [
  { required: ['name'], not: { required: ['external'] } },
  { required: ['external'], not: { anyOf: [{ required: ['name'] }, { required: ['namespace'] }] } },
]

describe('each schema compiles into the node that edits it', () => {
  const table: [string, JsonObject, Partial<FieldNode> & Record<string, unknown>][] = [
    [
      'text with its limits',
      { type: 'string', minLength: 1, maxLength: 3, pattern: '^a', format: 'byte' },
      { type: 'string', minLength: 1, maxLength: 3, pattern: '^a', format: 'byte' },
    ],
    ['an enum', { type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'] }],
    [
      'a bounded whole number',
      { type: 'integer', format: 'int64', minimum: 1, maximum: 2, exclusiveMinimum: true },
      { type: 'integer', format: 'int64', minimum: 1, maximum: 2, exclusiveMinimum: true },
    ],
    [
      'int-or-string by its mark',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      { type: 'int-or-string' },
    ],
    ['int-or-string by its branches alone', { anyOf: [{ type: 'integer' }, { type: 'string' }] }, { type: 'int-or-string' }],
    ['a type list with null', { type: ['null', 'string'] }, { type: 'string', nullable: true }],
    [
      'a list of type map',
      { type: 'array', items: text, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      { type: 'list', listType: 'map', keys: ['k'] },
    ],
    ['a map', { type: 'object', additionalProperties: text, maxProperties: 3 }, { type: 'map', maxProperties: 3 }],
    [
      'an object that keeps unknown fields',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { type: 'free-form', reason: 'preserve-unknown', accepts: 'object' },
    ],
    ['any value', { 'x-kubernetes-preserve-unknown-fields': true }, { type: 'free-form', reason: 'preserve-unknown', accepts: 'any' }],
    ['an object without properties', { type: 'object' }, { type: 'free-form', reason: 'empty' }],
    ['$ref', { $ref: '#/definitions/x' }, { type: 'free-form', reason: 'broken' }],
    ['an unknown type', { type: 'decimal' }, { type: 'free-form', reason: 'broken' }],
    ['a list without items', { type: 'array' }, { type: 'free-form', reason: 'broken' }],
    ['properties without a type', { properties: { a: text } }, { type: 'object' }],
    [
      'an embedded resource',
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { type: 'object', embedded: true, preserveUnknown: true },
    ],
    [
      'reference shape A',
      { type: 'object', oneOf: referenceChoice, properties: { external: text, name: text, namespace: text } },
      { type: 'reference', shape: 'A' },
    ],
    [
      'reference shape B',
      { type: 'object', properties: { external: text, kind: text, name: text, namespace: text } },
      { type: 'reference', shape: 'B' },
    ],
    [
      'reference shape C',
      { type: 'object', properties: { apiVersion: text, external: text, kind: text, name: text, namespace: text } },
      { type: 'reference', shape: 'C' },
    ],
    ['reference shape D', { type: 'object', properties: { external: text } }, { type: 'reference', shape: 'D' }],
    ['external among others is no reference', { type: 'object', properties: { external: text, port: text } }, { type: 'object' }],
    [
      'a secret',
      {
        type: 'object',
        properties: {
          value: text,
          valueFrom: { type: 'object', properties: { secretKeyRef: { type: 'object', properties: { name: text, key: text } } } },
        },
      },
      { type: 'secret-or-literal' },
    ],
    [
      'immutable by rule',
      { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'no' }] },
      { immutable: 'schema', rules: [{ rule: 'self == oldSelf', message: 'no', transition: true }] },
    ],
    [
      'immutable by prose',
      { type: 'string', description: 'Immutable. The region.' },
      { immutable: 'description', description: 'The region.' },
    ],
    [
      'allOf folded in',
      { type: 'string', minLength: 2, allOf: [{ minLength: 5 }, { pattern: '^a' }] },
      { type: 'string', minLength: 5, pattern: '^a' },
    ],
    [
      'a second pattern of allOf kept',
      { type: 'string', pattern: 'z$', allOf: [{ pattern: '^a' }] },
      { pattern: 'z$', constraints: [{ pattern: '^a' }] },
    ],
  ]
  test.each(table)('%s', (_, schema, wanted) => {
    expect(nodeOf(schema)).toMatchObject(wanted)
  })
})

describe('logic among children becomes a choice', () => {
  const properties = { a: text, b: text, c: text }
  const table: [string, JsonObject, unknown][] = [
    [
      'oneOf',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      [{ rule: 'exactly-one', options: [{ keys: ['a'] }, { keys: ['b'] }] }],
    ],
    [
      'oneOf with none of them',
      { oneOf: [{ required: ['a'] }, { not: { anyOf: [{ required: ['a'] }, { required: ['b'] }] } }] },
      [{ rule: 'exactly-one', options: [{ keys: ['a'] }, { keys: [], without: [['a'], ['b']] }] }],
    ],
    [
      'anyOf',
      { anyOf: [{ required: ['a', 'b'] }, { required: ['c'] }] },
      [{ rule: 'at-least-one', options: [{ keys: ['a', 'b'] }, { keys: ['c'] }] }],
    ],
    ['not', { not: { required: ['a', 'b'] } }, [{ rule: 'not-together', options: [{ keys: ['a'] }, { keys: ['b'] }] }]],
    [
      'a CEL rule',
      { 'x-kubernetes-validations': [{ rule: 'has(self.a) != has(self.b)' }] },
      [{ rule: 'exactly-one', options: [{ keys: ['a'] }, { keys: ['b'] }] }],
    ],
    [
      'a CEL sum',
      { 'x-kubernetes-validations': [{ rule: '(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) == 1' }] },
      [{ rule: 'exactly-one', options: [{ keys: ['a'] }, { keys: ['b'] }] }],
    ],
  ]
  test.each(table)('%s', (_, logic, choices) => {
    expect(nodeOf({ type: 'object', properties, ...logic })).toMatchObject({ choices })
  })

  test('what is no choice is kept as a constraint, and no child is hidden', () => {
    const oneOf: Json = [{ properties: { a: { enum: ['x'] } } }, { required: ['b'] }]
    expect(nodeOf({ type: 'object', properties, oneOf })).toMatchObject({
      constraints: [{ oneOf }],
      children: [{ key: 'a' }, { key: 'b' }, { key: 'c' }],
    })
  })
})

describe('the version forms write', () => {
  const version = (name: string, served: boolean, storage: boolean): JsonObject => ({
    name,
    served,
    storage,
    schema: { openAPIV3Schema: { type: 'object' } },
  })
  const kindOf = (versions: JsonObject[]): string => {
    const crd = crdOf({})
    return compileKind({ ...crd, spec: { ...(crd.spec as JsonObject), versions } }).version // crdOf puts an object there
  }
  test.each<[string, JsonObject[], string]>([
    ['the stored one when served', [version('v1', true, false), version('v1beta1', true, true)], 'v1beta1'],
    [
      'the most stable served one otherwise',
      [version('v1alpha1', true, false), version('v1beta1', true, false), version('v1', false, true)],
      'v1beta1',
    ],
    ['v10 before v2', [version('v2', true, false), version('v10', true, false)], 'v10'],
  ])('%s', (_, versions, wanted) => {
    expect(kindOf(versions)).toBe(wanted)
  })

  test('none served is refused with a sentence', () => {
    expect(() => kindOf([version('v1', false, true)])).toThrow(/serves no version/)
  })
})

test.each<[string, JsonObject]>([
  ['another kind', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
  ['an empty object', {}],
  ['an old API version', { apiVersion: 'apiextensions.k8s.io/v1beta1', kind: 'CustomResourceDefinition', spec: {} }],
  ['one without names', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec: { group: 'a.b' } }],
])('refuses %s with a sentence', (_, object) => {
  expect(() => compileKind(object)).toThrow(Invalid)
})

test('a version without a schema gets a YAML editor and the reason', () => {
  const kind = compileKind(crdOf({}, { schema: {} }))
  expect(kind.root).toMatchObject({ type: 'free-form', reason: 'no-schema' })
  expect(validateResource(kind, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, anything: 1 })).toEqual([])
})

test('hostile names are fields like others', () => {
  const names = ['__proto__', 'constructor', 'a.b', 'a/b', '😀', '', 'toString']
  const properties = Object.fromEntries(names.map((name) => [name, text]))
  const kind = compileKind(crdOf({ type: 'object', properties }))
  expect(fieldAt(kind.root, ['spec'])).toMatchObject({ children: names.map((key) => ({ key, type: 'string' })) })
  const spec = Object.fromEntries(names.map((name) => [name, 1]))
  const paths = validateResource(kind, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec }).map(
    (error) => error.path[1],
  )
  expect(paths.toSorted()).toEqual(names.toSorted())
})

test('10,000 fields compile, and search finds one of them', () => {
  const properties = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, text]))
  const kind = compileKind(crdOf({ type: 'object', properties }))
  expect(searchFields(kind.root, 'field9876')[0]?.path).toEqual(['spec', 'field9876'])
})

const schemas: fc.Arbitrary<Json> = fc.letrec<{ schema: Json; object: Json }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Json>(
      { type: 'string' },
      { type: 'integer' },
      { type: 'boolean' },
      {},
      { type: 'object' },
      { $ref: '#' },
      null,
      7,
      'x',
      [],
    ),
    fc.jsonValue().map((value) => value as Json),
    tie('object'),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      'type',
      'properties',
      'items',
      'additionalProperties',
      'required',
      'oneOf',
      'anyOf',
      'allOf',
      'not',
      'enum',
      'default',
      'nullable',
      'x-kubernetes-validations',
      'x-kubernetes-list-map-keys',
      'description',
      'pattern',
    ),
    fc.oneof(
      tie('schema'),
      fc.array(tie('schema'), { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 8 }), tie('schema'), { maxKeys: 4 }),
      fc.constantFrom<Json>('object', 'array', 'string', true, ['a']),
    ),
    { maxKeys: 5 },
  ),
})).schema

test('any schema gives a tree that survives JSON, starts a resource and judges any value without a crash', () => {
  fc.assert(
    fc.property(schemas, fc.jsonValue(), (schema, value) => {
      // written once before: JSON.stringify writes -0 as 0
      const kind = compileKind(crdOf(JSON.parse(JSON.stringify(schema))))
      expect(JSON.parse(JSON.stringify(kind))).toEqual(kind)
      validateResource(kind, { ...initialResource(kind, { namespace: 'a' }), spec: value as Json }) // fc.jsonValue gives JSON
    }),
    { numRuns: 300 },
  )
})
