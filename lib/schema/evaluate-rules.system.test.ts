/**
 * The API server judges our CEL: one kind with a field for each expression, and values for each. Where we give a verdict it
 * must be the server's; what we leave to it is counted and printed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { definitionsPath, openRawServer, type RawServer } from '#demo/control-plane/raw-server.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { evaluateRules } from '#lib/schema/evaluate-rules.ts'
import { validateResource } from '#lib/schema/validate.ts'

const text = { type: 'string', maxLength: 100 }
const whole = { type: 'integer' }
const number = { type: 'number' }
const texts = { type: 'array', maxItems: 20, items: text }
const wholes = { type: 'array', maxItems: 20, items: whole }
const labels = { type: 'object', maxProperties: 20, additionalProperties: text }
const pair = { type: 'object', properties: { a: text, b: text, n: whole, m: { type: 'integer', default: 5 } } }
const named = { type: 'array', maxItems: 20, items: { type: 'object', properties: { name: text, size: whole } } }
const set = { ...texts, 'x-kubernetes-list-type': 'set' }
const either = { 'x-kubernetes-int-or-string': true, maxLength: 20 }

/** Schema, rule, values. Expressions as people write them, from Kubernetes' documentation and from published definitions. */
const cases: [JsonObject, string, Json[]][] = [
  [whole, 'self > 3', [3, 4]],
  [whole, 'self + 1 == 3', [2, 3]],
  [whole, 'self % 2 == 0', [2, 3]],
  [whole, '10 / self > 2', [0, 2, 9]],
  [whole, 'self in [1, 2, 3]', [2, 4]],
  [whole, 'double(self) / 2.0 < 1.2', [2, 3]],
  [whole, "string(self).startsWith('8')", [80, 90]],
  [whole, 'type(self) == int', [1]],
  [whole, 'self >= -5 && self <= 5', [-6, 5]],
  [whole, '-self < 3', [-3, -2]],
  [number, 'self > 0.5', [0.5, 0.75, 1]],
  [number, 'self * 2.0 == 3.0', [1.5, 2]],
  [number, 'self > 1', [1, 1.5, 2]],
  [number, 'int(self) == 2', [2.9, 3]],
  [{ type: 'boolean' }, '!self', [true, false]],
  [text, "self == 'a'", ['a', 'b']],
  [text, 'self.size() <= 3', ['äöü', 'abcd', '😀😀😀']],
  [text, 'size(self) > 0', ['', 'a']],
  [text, "self.startsWith('gs://') || self.startsWith('s3://')", ['gs://x', 'http://x']],
  [text, "self.endsWith('.txt')", ['a.txt', 'a.md']],
  [text, "self.contains('b')", ['abc', 'xyz']],
  [text, "self.matches('^[a-z]+$')", ['abc', 'aBc', '']],
  [text, "self.matches('(?i)^ABC$')", ['abc', 'abd']],
  [text, "self.matches('^(a+)+$')", [`${'a'.repeat(60)}!`, 'aaa']],
  [text, "self.matches('\\\\d{2,3}')", ['a12', 'a1']],
  [text, "matches(self, '^x')", ['xa', 'ax']],
  [text, "self.lowerAscii() == 'abc'", ['ABC', 'AB']],
  [text, "self.upperAscii() == 'ABC'", ['abc', 'ab']],
  [text, "self.trim() == 'a'", [' a ', ' b ']],
  [text, "self.replace('a', 'b') == 'bb'", ['ab', 'aa', 'ac']],
  [text, "self.split(',').size() == 2", ['a,b', 'a', 'a,b,c']],
  [text, "self.split(',').all(part, part.size() < 3)", ['ab,c', 'abc']],
  [text, "self.indexOf('b') == 1", ['ab', 'ba']],
  [text, "self.lastIndexOf('b') == 2", ['bab', 'ba']],
  [text, "self.substring(1) == 'bc'", ['abc', 'ab', '']],
  [text, "self.substring(0, 2) == 'ab'", ['abc', 'a']],
  [text, "self.charAt(0) == 'a'", ['abc', 'bc', '']],
  [text, 'int(self) > 4', ['5', '4', 'x']],
  [text, "self + '!' == 'a!'", ['a', 'b']],
  [text, "self < 'm'", ['a', 'z']],
  [text, 'isURL(self)', ['https://a.b/c', 'nope', '/path']],
  [text, "url(self).getScheme() == 'https'", ['https://a.b/c', 'http://a.b', 'nope']],
  [text, "url(self).getHostname() == 'a.b'", ['https://a.b:8443/c', 'https://c.d']],
  [text, "url(self).getPort() == '8443'", ['https://a.b:8443/c', 'https://a.b']],
  [text, "url(self).getEscapedPath() == '/c'", ['https://a.b/c?d=e', 'https://a.b']],
  [text, 'isQuantity(self)', ['1Gi', '500m', '1.5', '2e3', 'x', '1GG', '']],
  [text, "quantity(self).isLessThan(quantity('1Gi'))", ['1000M', '2Gi', '1024Mi', 'x']],
  [text, "quantity(self).isGreaterThan(quantity('100m'))", ['0.1', '101m', '1']],
  [text, "quantity(self).compareTo(quantity('1k')) == 0", ['1000', '1Ki']],
  [text, "self == 'a' ? true : self == 'b'", ['a', 'b', 'c']],
  [text, "'%s-%d'.format([self, 3]) == 'a-3'", ['a', 'b']],
  [text, "self.find('[0-9]+') == '12'", ['a12b', 'ab']],
  [text, "self.findAll('[0-9]').size() == 2", ['1a2', '1']],
  [text, 'isIP(self) && ip(self).family() == 4', ['10.0.0.1', 'fd00::1']],
  [text, "cidr('10.0.0.0/8').containsIP(self)", ['10.1.1.1', '11.1.1.1']],
  [text, '!format.dns1123Label().validate(self).hasValue()', ['abc', 'A_b']],
  [{ type: 'string', format: 'date-time' }, "self > timestamp('2026-01-01T00:00:00Z')", ['2026-06-01T00:00:00Z', '2025-06-01T00:00:00Z']],
  [{ type: 'string', format: 'date-time' }, 'self.getFullYear() == 2026', ['2026-06-01T00:00:00Z', '2025-06-01T00:00:00Z']],
  [{ type: 'string', format: 'date' }, 'self.getMonth() == 5', ['2026-06-01', '2026-07-01']],
  [{ type: 'string', format: 'duration' }, "self <= duration('1h')", ['90s', '2h', '1h0m']],
  [{ type: 'string', format: 'duration' }, 'self.getSeconds() > 60', ['90s', '30s', '3 weeks']],
  [{ type: 'string', format: 'byte', maxLength: 40 }, 'self.size() == 3', ['YWJj', 'YWI=']],
  [either, "type(self) == int ? self > 0 : self.endsWith('%')", [1, 0, '50%', '50']],
  [either, 'type(self) == string || self < 100', [99, 100, 'x']],
  [texts, "self.all(item, item.startsWith('a'))", [['a', 'ab'], ['b'], []]],
  [texts, "self.exists(item, item == 'x')", [['x'], ['y'], []]],
  [texts, "self.exists_one(item, item == 'x')", [['x'], ['x', 'x'], []]],
  [texts, "self.filter(item, item.contains('a')).size() == 1", [['a', 'b'], ['b']]],
  [texts, 'self.map(item, item.size()).all(size, size < 3)', [['ab'], ['abc']]],
  [
    texts,
    "self.map(item, item.contains('a'), item.size()).sum() < 5",
    [
      ['aa', 'bbbbbb'],
      ['aaa', 'aaa'],
    ],
  ],
  [
    texts,
    'self.isSorted()',
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
  ],
  [texts, "self.indexOf('b') == 1", [['a', 'b'], ['b']]],
  [texts, "'x' in self", [['x'], []]],
  [texts, "self[0] == 'a'", [['a'], ['b'], []]],
  [texts, "self.join(',') == 'a,b'", [['a', 'b'], ['a']]],
  [
    texts,
    'self.all(x, self.exists_one(y, x == y))',
    [
      ['a', 'b'],
      ['a', 'a'],
    ],
  ],
  [
    texts,
    "self == ['a', 'b']",
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
  ],
  [texts, "(self + ['x']).size() == 2", [['a'], []]],
  [texts, "self.all(i, v, i < 3 && v != '')", [['a'], ['']]],
  [texts, "sets.contains(self, ['a'])", [['a'], ['b']]],
  [wholes, 'self.sum() == 3', [[1, 2], [1], []]],
  [wholes, 'self.max() < 5', [[1, 4], [5], []]],
  [wholes, 'self.min() > 0', [[1], [0, 1]]],
  [set, "self.exists(item, item == 'x')", [['x', 'y'], ['y']]],
  [labels, "self.all(key, key.startsWith('a'))", [{ a: 'x' }, { b: 'x' }]],
  [labels, "self.all(key, self[key] != '')", [{ a: 'x' }, { a: '' }]],
  [labels, "'a' in self", [{ a: 'x' }, {}]],
  [labels, 'size(self) < 2', [{ a: 'x' }, { a: 'x', b: 'y' }]],
  [labels, "!('constructor' in self) && !('__proto__' in self)", [{}, { constructor: 'x' }, JSON.parse('{"__proto__": "x"}') as Json]],
  [pair, 'has(self.a) == has(self.b)', [{}, { a: 'x' }, { a: 'x', b: 'y' }]],
  [pair, '!(has(self.a) && has(self.b))', [{ a: 'x' }, { a: 'x', b: 'y' }]],
  [pair, "!has(self.a) || self.a != 'x'", [{}, { a: 'x' }, { a: 'y' }]],
  [pair, "self.a == 'x'", [{}, { a: 'x' }, { a: 'y' }]],
  [pair, 'self.m == 5', [{}, { m: 5 }, { m: 6 }]],
  [pair, 'self.n <= self.m', [{ n: 5 }, { n: 6 }, { n: 6, m: 7 }, {}]],
  [pair, "self.?a.orValue('none') == 'none'", [{}, { a: 'x' }]],
  [pair, 'self.?a.hasValue() || self.?b.hasValue()', [{}, { b: 'x' }]],
  [pair, 'self.?a.optMap(v, v.size()).orValue(0) < 2', [{}, { a: 'xx' }]],
  [pair, '[has(self.a), has(self.b)].filter(x, x).size() == 1', [{}, { a: 'x' }, { a: 'x', b: 'y' }]],
  [pair, 'has(self.a) ? self.a.size() > 1 : true', [{}, { a: 'x' }, { a: 'xx' }]],
  [named, "self.all(item, has(item.name) && item.name != '')", [[{ name: 'a' }], [{}], [{ name: '' }]]],
  [named, 'self.filter(item, item.size > 3).size() <= 1', [[{ size: 4 }, { size: 5 }], [{ size: 4 }], [{}]]],
  [
    named,
    'self.all(x, self.filter(y, y.name == x.name).size() == 1)',
    [
      [{ name: 'a' }, { name: 'b' }],
      [{ name: 'a' }, { name: 'a' }],
    ],
  ],
  [
    { type: 'object', properties: { namespace: text, 'x-y': text, 'a.b': text, a__b: text } },
    "self.__namespace__ != 'x'",
    [{ namespace: 'x' }, { namespace: 'y' }],
  ],
  [
    { type: 'object', properties: { 'x-y': text, 'a.b': text } },
    "self.x__dash__y == 'x' && self.a__dot__b == 'y'",
    [
      { 'x-y': 'x', 'a.b': 'y' },
      { 'x-y': 'x', 'a.b': 'z' },
    ],
  ],
  [{ type: 'object', properties: { a__b: text } }, "self.a__underscores__b == 'x'", [{ a__b: 'x' }, { a__b: 'y' }]],
  [{ type: 'object', properties: { maybe: { ...text, nullable: true } } }, 'has(self.maybe)', [{ maybe: 'x' }, { maybe: null }, {}]],
]

/** Schema, rule, old and new value. */
const changes: [JsonObject, string, [Json, Json][]][] = [
  [
    text,
    'self == oldSelf',
    [
      ['a', 'a'],
      ['a', 'b'],
    ],
  ],
  [
    whole,
    'self >= oldSelf',
    [
      [1, 2],
      [2, 1],
    ],
  ],
  [
    texts,
    'oldSelf.all(item, item in self)',
    [
      [['a'], ['a', 'b']],
      [['a'], ['b']],
    ],
  ],
  [
    set,
    'self == oldSelf',
    [
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      [['a'], ['b']],
    ],
  ],
  [
    pair,
    '!has(oldSelf.a) || has(self.a)',
    [
      [{ a: 'x' }, {}],
      [{}, { a: 'x' }],
    ],
  ],
  [
    labels,
    'oldSelf.all(key, key in self)',
    [
      [{ a: 'x' }, { a: 'y' }],
      [{ a: 'x' }, { b: 'y' }],
    ],
  ],
  [whole, 'self < 5', [[1, 6]]],
]

const fieldOf = (schema: JsonObject, rule: string): JsonObject => ({
  ...schema,
  'x-kubernetes-validations': [{ rule, message: 'the rule does not hold' }],
})
const fields = Object.fromEntries([
  ...cases.map(([schema, rule], index): [string, JsonObject] => [`case${index}`, fieldOf(schema, rule)]),
  ...changes.map(([schema, rule], index): [string, JsonObject] => [`change${index}`, fieldOf(schema, rule)]),
  [
    'told',
    {
      ...pair,
      'x-kubernetes-validations': [
        {
          rule: '!has(self.a) || self.a.size() < 3',
          messageExpression: "'too long: ' + self.a",
          fieldPath: '.a',
        },
      ],
    },
  ],
  ['perhaps', { ...text, 'x-kubernetes-validations': [{ rule: "oldSelf.hasValue() || self == 'new'", optionalOldSelf: true }] }],
  [
    'keyed',
    {
      type: 'array',
      maxItems: 10,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: { type: 'object', required: ['id'], properties: { id: text, zone: fieldOf(text, 'self == oldSelf') } },
    },
  ],
])
const definition: JsonObject = definitionOf(
  { type: 'object', properties: { spec: { type: 'object', properties: fields } } },
  { kind: 'Ruled', group: 'rules.corbel.dev' },
)
const kind = compileKind(definition)
const path = '/apis/rules.corbel.dev/v1/namespaces/default/ruleds'
const resource = (spec: JsonObject): JsonObject => ({
  apiVersion: 'rules.corbel.dev/v1',
  kind: 'Ruled',
  metadata: { name: 'probe', namespace: 'default' },
  spec,
})
let server: RawServer

beforeAll(async () => {
  server = await openRawServer(testKubeconfig())
  await server.serve(definition)
})
afterAll(async () => {
  await server.call('DELETE', `${path}/probe`)
  await server.call('DELETE', `${definitionsPath}/ruleds.rules.corbel.dev`)
  server.close()
})

test('where we judge an expression, we judge as the API server does', async () => {
  const wrong: string[] = []
  const unchecked = new Map<string, string>()
  let agreed = 0
  for (const [index, [, rule, values]] of cases.entries()) {
    for (const value of values) {
      const object = resource({ [`case${index}`]: value })
      const answer = await server.call('POST', `${path}?dryRun=All&fieldValidation=Strict`, object)
      expect([201, 422]).toContain(answer.status)
      const found = evaluateRules(kind, { value: object, errors: validateResource(kind, object) })
      for (const { why } of found.unchecked) unchecked.set(rule, why)
      if (found.unchecked.length > 0) continue
      const refused = found.hints.length > 0 || validateResource(kind, object).length > 0
      if (refused === (answer.status === 422)) agreed += 1
      else
        wrong.push(
          `${rule} on ${JSON.stringify(value)}: server ${answer.status} ${textAt(answer.body, 'message') ?? ''}, ours ${JSON.stringify(found)}`,
        )
    }
  }
  console.log(
    `${cases.length} expressions, ${agreed} verdicts as the server's, ${wrong.length} others; ${unchecked.size} expressions left to the server:`,
  )
  for (const [rule, why] of unchecked) console.log(`  ${rule}: ${why}`)
  expect(wrong).toEqual([])
  expect(unchecked.size / cases.length).toBeLessThan(0.1)
})

/** A dry run, unconditional as that of the portal. */
const update = async (object: JsonObject) => {
  const stored = await server.call('GET', `${path}/probe`)
  const metadata = { name: 'probe', namespace: 'default', resourceVersion: textAt(stored.body, 'metadata', 'resourceVersion') ?? '' }
  return server.call('PUT', `${path}/probe?dryRun=All&fieldValidation=Strict`, { ...object, metadata })
}

test('rules on changes are judged with the old value', async () => {
  const wrong: string[] = []
  for (const [index, [, rule, pairs]] of changes.entries()) {
    for (const [before, after] of pairs) {
      const [old, value] = [resource({ [`change${index}`]: before }), resource({ [`change${index}`]: after })]
      await server.call('DELETE', `${path}/probe`)
      expect((await server.call('POST', path, old)).status).toBe(201)
      const answer = await update(value)
      const found = evaluateRules(kind, { value, old, errors: [] })
      expect(found.unchecked).toEqual([])
      if (found.hints.length > 0 !== (answer.status === 422))
        wrong.push(`${rule}: ${JSON.stringify(before)} → ${JSON.stringify(after)}, server ${answer.status}`)
    }
  }
  expect(wrong).toEqual([])
})

test('message and field are those the server gives', async () => {
  const object = resource({ told: { a: 'long' } })
  const answer = await server.call('POST', `${path}?dryRun=All`, object)
  const causes = valueAt(answer.body, ['details', 'causes'])
  const cause = Array.isArray(causes) ? causes.find(isObject) : undefined
  const { hints } = evaluateRules(kind, { value: object, errors: [] })
  expect(hints).toEqual([{ path: ['spec', 'told', 'a'], message: 'too long: long' }])
  expect(textAt(cause, 'field')).toBe('spec.told.a')
  expect(textAt(cause, 'message')).toContain('too long: long')
})

test('an optional old value is none on creation, and left to the server on edit', async () => {
  const object = resource({ perhaps: 'old' })
  expect((await server.call('POST', `${path}?dryRun=All`, object)).status).toBe(422)
  expect(evaluateRules(kind, { value: object, errors: [] }).hints).toHaveLength(1)
  expect(evaluateRules(kind, { value: object, old: resource({ perhaps: 'older' }), errors: [] })).toMatchObject({
    hints: [],
    unchecked: [{}],
  })
})

test('items of a keyed list are compared with their former selves', async () => {
  const old = resource({
    keyed: [
      { id: 'a', zone: 'x' },
      { id: 'b', zone: 'y' },
    ],
  })
  const value = resource({
    keyed: [
      { id: 'b', zone: 'x' },
      { id: 'c', zone: 'z' },
    ],
  })
  await server.call('DELETE', `${path}/probe`)
  expect((await server.call('POST', path, old)).status).toBe(201)
  const answer = await update(value)
  const { hints } = evaluateRules(kind, { value, old, errors: [] })
  expect(hints.map((hint) => hint.path)).toEqual([['spec', 'keyed', 0, 'zone']])
  expect(textAt(answer.body, 'message')).toContain('spec.keyed[0].zone')
})
