/** For tests: schemas nobody should write. Each is the schema of `spec`; some an API server takes, most it refuses, and files hold all of them. */
import type { Json, JsonObject } from '#lib/json.ts'

const text: JsonObject = { type: 'string' }

/** A schema nested so often around another. */
function nested(levels: number, around: (inner: Json) => Json, inner: Json = text): Json {
  let schema = inner
  for (let level = 0; level < levels; level += 1) schema = around(schema)
  return schema
}

const fields = (count: number, field: Json): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, field]))

const object = (properties: Json, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more })

/** Keys that mean something to JavaScript, to paths, or to nobody. */
export const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  ' ',
  'a.b',
  'a/b',
  'a~1b',
  '[0]',
  '0',
  '*',
  'null',
  'true',
  '- a',
  'a: b',
  '#a',
  '"',
  "'",
  '<script>alert(1)</script>',
  '😀',
  'مرحبا',
  '\u202Eabc',
  'a\nb',
  'x'.repeat(5000),
]

/** By what is wrong with them. */
export const hostileSchemas: Record<string, Json> = {
  'no type': {},
  'no type in a field': object({ a: {}, b: { description: 'what am I' } }),
  'an unknown type': object({ a: { type: 'decimal' } }),
  'a type that is no text': object({
    a: { type: 7 },
    b: { type: { of: 'string' } },
    c: { type: [] },
    d: { type: ['string', 'object', 'null'] },
  }),
  'unknown formats': object({
    a: { ...text, format: 'phone-number' },
    b: { type: 'integer', format: 'uint128' },
    c: { ...text, format: 7 },
  }),
  'a schema that is no object': object({ a: null, b: 7, c: 'string', d: [], e: true }),
  'properties that are no object': object(['a', 'b']),
  'properties as text': object('a'),
  'required that is no list': object({ a: text }, { required: 'a' }),
  'required that names nobody': object({ a: text }, { required: ['b', 'c', 7, null] }),
  'a description that is a number': object({ a: { ...text, description: 7 } }, { description: { de: 'nein' } }),
  'a description of a megabyte': object({ a: { ...text, description: 'Possible values: "a", '.repeat(50_000) } }),
  'a list without items': object({ a: { type: 'array' }, b: { type: 'array', items: [text, text] }, c: { type: 'array', items: true } }),
  'a list with nonsense keys': object({
    a: { type: 'array', items: object({ k: text }), 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': 'k' },
    b: { type: 'array', items: text, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['missing', 7] },
    c: { type: 'array', items: text, 'x-kubernetes-list-type': 'heap' },
  }),
  'references to elsewhere': object({ a: { $ref: '#/definitions/a' }, b: { $ref: 'https://example.com/schema.json' } }),
  'a reference to itself': object({ a: object({ a: { $ref: '#/properties/spec/properties/a' } }) }),
  'two hundred levels of objects': nested(200, (inner) => object({ again: inner })),
  'five thousand levels of lists': nested(5000, (inner) => ({ type: 'array', items: inner })),
  'five thousand levels of allOf': nested(5000, (inner) => ({ allOf: [inner] })),
  'five thousand levels of not': object({ a: nested(5000, (inner) => ({ not: inner })) }),
  'ten thousand fields': object(fields(10_000, text)),
  'ten thousand required fields': object(fields(10_000, text), { required: Object.keys(fields(10_000, text)) }),
  'a hundred fields with a hundred each': object(fields(100, object(fields(100, text)))),
  'a thousand values': object({ a: { ...text, enum: Array.from({ length: 1000 }, (_, index) => `value${index}`) } }),
  'enums of other types': object({
    a: { ...text, enum: [1, null, {}, []] },
    b: { type: 'integer', enum: ['1'] },
    c: { ...text, enum: [] },
  }),
  'an enum of no list': object({ a: { ...text, enum: 'a' } }),
  'contradictory oneOf': object(
    { a: text, b: text },
    { oneOf: [{ required: ['a'], not: { required: ['a'] } }, { required: ['b'] }, { required: ['b'] }] },
  ),
  'oneOf of nothing': object({ a: text }, { oneOf: [], anyOf: [{}], allOf: [{}] }),
  'a oneOf nobody can meet': object(
    { a: text },
    { oneOf: [{ properties: { a: { enum: ['x'] } } }, { properties: { a: { enum: ['x'] } } }] },
  ),
  'logic of no list': object({ a: { ...text, oneOf: 'a', anyOf: { b: 1 }, allOf: 7, not: [] } }),
  'branches that are no schemas': object({ a: { ...text, allOf: [null, 7, 'x', [{}]] } }, { oneOf: [null, 7] }),
  'a choice of a thousand': object(fields(1000, text), {
    oneOf: Object.keys(fields(1000, text)).map((key) => ({ required: [key] })),
  }),
  'bounds that cross': object({ a: { type: 'integer', minimum: 9, maximum: 1 }, b: { ...text, minLength: 9, maxLength: 1 } }),
  'bounds of the wrong type': object({
    a: { type: 'integer', minimum: '1', maximum: null },
    b: { ...text, minLength: -1, maxLength: 1.5 },
  }),
  'a multiple of nothing': object({ a: { type: 'number', multipleOf: 0 }, b: { type: 'integer', multipleOf: -3 } }),
  'patterns that backtrack': object({
    a: { ...text, pattern: '^(a+)+$' },
    b: { ...text, pattern: '(x+x+)+y' },
    c: { ...text, pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' },
  }),
  'patterns that are none': object({
    a: { ...text, pattern: '(' },
    b: { ...text, pattern: '[z-a]' },
    c: { ...text, pattern: '(?=x)\\1' },
    d: { ...text, pattern: 7 },
  }),
  'a pattern that grows': object({ a: { ...text, pattern: '((((((a{9}){9}){9}){9}){9}){9}){9}' } }),
  'a default of the wrong type': object({
    a: { type: 'integer', default: 'x' },
    b: object({ c: text }, { default: [] }),
    d: { ...text, default: null },
  }),
  'a default with a hostile key': object({
    a: { type: 'object', additionalProperties: text, default: JSON.parse('{"__proto__": {"polluted": "yes"}}') },
  }),
  'int-or-string with everything': object({
    a: {
      'x-kubernetes-int-or-string': true,
      type: 'string',
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: '^\\d+%$',
      minimum: 3,
    },
  }),
  'marks of the wrong type': object({
    a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': 'yes', 'x-kubernetes-embedded-resource': 1 },
    b: { type: 'object', nullable: 'maybe', additionalProperties: 7 },
  }),
  'maps of maps of anything': object({
    a: nested(30, (inner) => ({ type: 'object', additionalProperties: inner }), { 'x-kubernetes-preserve-unknown-fields': true }),
    b: { type: 'object', additionalProperties: true },
    c: { type: 'object', additionalProperties: false },
    d: { type: 'object', additionalProperties: text, properties: { e: text } },
  }),
  'a reference that is none': object({
    aRef: object({ external: object({ external: text }) }),
    bRef: object({ external: { type: 'array' } }),
  }),
  'a secret that is none': object({ password: object({ value: object({}), valueFrom: object({ secretKeyRef: 7 }) }) }),
  'rules that are none': object(
    { a: text },
    {
      'x-kubernetes-validations': [
        7,
        null,
        {},
        { rule: 7 },
        { rule: 'self.' },
        { rule: 'true', fieldPath: '[[[' },
        { rule: 'false', messageExpression: '(' },
      ],
    },
  ),
  'rules that are no list': object({ a: text }, { 'x-kubernetes-validations': { rule: 'true' } }),
  'a rule without end': object({ a: text }, { 'x-kubernetes-validations': [{ rule: `true${' && true'.repeat(50_000)}` }] }),
  'a keyword of ours': object(
    { a: { ...text, constraints: [{ not: {} }] } },
    { constraints: [{ not: {} }], choices: [{ rule: 'exactly-one', options: [] }], children: 7 },
  ),
  'hostile names': object(Object.fromEntries(hostileNames.map((name) => [name, text]))),
  'hostile names with fields': object(Object.fromEntries(hostileNames.map((name) => [name, object({ __proto__x: text, [name]: text })])), {
    required: hostileNames,
  }),
  'hostile names in choices': object(Object.fromEntries(hostileNames.map((name) => [name, text])), {
    oneOf: hostileNames.map((name) => ({ required: [name] })),
    not: { required: ['__proto__', 'constructor'] },
  }),
  'everything at once': object(
    { a: text },
    { type: 'string', items: text, enum: [{}], additionalProperties: text, format: 'byte', $ref: '#', nullable: true },
  ),
}
