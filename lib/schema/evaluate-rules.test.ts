import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { evaluateRules, type RuleFindings, readFieldPath } from '#lib/schema/evaluate-rules.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { rulesApply } from '#lib/schema/rules-apply.ts'

const kindOf = (schema: JsonObject, ...rules: (string | JsonObject)[]): CompiledKind =>
  compileKind(
    definitionOf(
      {
        type: 'object',
        properties: {
          spec: { ...schema, 'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)) },
        },
      },
      { kind: 'X', group: 'x.test' },
    ),
  )
const judged = (kind: CompiledKind, spec: Json, old?: Json): RuleFindings =>
  evaluateRules(kind, { value: { spec }, old: old === undefined ? undefined : { spec: old }, errors: [] })

const text = { type: 'string' }
const pair = { type: 'object', properties: { a: text, b: { type: 'integer' } } }

describe('hints', () => {
  const kind = kindOf(pair, { rule: "!has(self.a) || self.a != 'x'", message: 'a must not be x', fieldPath: '.a' })

  test('stand at the field of the rule with its message', () => {
    expect(judged(kind, { a: 'x' })).toEqual({ hints: [{ path: ['spec', 'a'], message: 'a must not be x' }], unchecked: [] })
    expect(judged(kind, { a: 'y' })).toEqual({ hints: [], unchecked: [] })
  })
  test('leave to the server a default that is not what its format says', () => {
    const bytes = { type: 'object', properties: { a: text, key: { type: 'string', format: 'byte', default: 'no base64!' } } }
    const { hints, unchecked } = judged(kindOf(bytes, "has(self.key) && self.a == 'x'"), { a: 'x' })
    expect(hints).toEqual([])
    expect(unchecked.map(({ why }) => why)).toEqual(['its bytes are not written as base64'])
  })
  test('wait until what lies below is right', () => {
    const value: Json = { spec: { a: 'x', b: 'no number' } }
    expect(evaluateRules(kind, { value, errors: [{ path: ['spec', 'b'], message: 'wrong' }] }).hints).toEqual([])
    expect(evaluateRules(kind, { value, errors: [{ path: ['metadata', 'name'], message: 'Required.' }] }).hints).toHaveLength(1)
  })
  test('do not hold against an edit what it does not touch', () => {
    expect(judged(kind, { a: 'x' }, { a: 'x' }).hints).toEqual([])
    expect(judged(kind, { a: 'x', b: 1 }, { a: 'x' }).hints).toHaveLength(1)
  })
  test('a rule that cannot be worked out on the server either is broken', () => {
    expect(judged(kindOf(pair, "self.a == 'x'"), {}).hints[0]?.message).toMatch(/No such key/)
  })
  test('rules on changes say nothing where nothing was before', () => {
    const fixed = kindOf(text, { rule: 'self == oldSelf', message: 'is fixed' })
    expect(judged(fixed, 'a')).toEqual({ hints: [], unchecked: [] })
    expect(judged(fixed, 'b', 'a').hints).toEqual([{ path: ['spec'], message: 'is fixed' }])
  })
})

describe('what cannot be judged here is said', () => {
  test.each([
    ['a function we have not', "cidr(self.a).containsIP('10.0.0.1')"],
    ['something that is no rule', 'self.a +'],
    ['a pattern that is none', "self.a.matches('(?=x)')"],
    ['a result that is no verdict', 'self.a'],
    ['a rule as long as a book', `true ${'|| true '.repeat(2000)}`],
  ])('%s', (_, rule) => {
    expect(judged(kindOf(pair, rule), { a: 'x', b: 1 })).toMatchObject({ hints: [], unchecked: [{ path: ['spec'], rule: { rule } }] })
  })
  test('once for each rule, however many values it has', () => {
    const list = kindOf({ type: 'array', items: { ...text, 'x-kubernetes-validations': [{ rule: 'foo(self)' }] } })
    expect(judged(list, ['a', 'b', 'c']).unchecked).toHaveLength(1)
  })
})

describe('rules made to hang the page end', () => {
  const many = Array.from({ length: 3000 }, (_, index) => `item${index}`)
  const list = { type: 'array', items: text }
  test.each<[string, JsonObject, string, Json]>([
    ['a pattern that backtracks', text, "self.matches('^(a+)+$')", `${'a'.repeat(200)}!`],
    ['a pattern over a long text, many times', list, `self.all(x, x.matches('(a|b|item){1,500}'))`, many],
    ['loops in loops', list, 'self.all(a, self.all(b, self.all(c, a != b || b != c)))', many],
    ['a text that doubles', text, `(${Array(30).fill('self').join(' + ')}).size() > 1`, 'x'.repeat(100_000)],
    ['a text replaced by itself', text, `self.replace('x', self).size() > 1`, 'x'.repeat(100_000)],
    ['a large value', list, 'self.size() > 1', Array(300_000).fill('x')],
  ])('%s', (_, schema, rule, value) => {
    const { hints, unchecked } = judged(kindOf(schema, rule), value)
    expect(hints.length + unchecked.length).toBe(1)
  })
})

test('keys of JavaScript are keys like others', () => {
  const kind = kindOf(
    { type: 'object', properties: { constructor: text, toString: text } },
    '!has(self.constructor) && !has(self.toString)',
  )
  expect(judged(kind, {}).hints).toEqual([])
  expect(judged(kind, { constructor: 'x' }).hints).toHaveLength(1)
  const map = kindOf({ type: 'object', additionalProperties: text }, "!('__proto__' in self)")
  expect(judged(map, {}).hints).toEqual([])
  expect(judged(map, JSON.parse('{"__proto__": "x"}')).hints).toHaveLength(1)
})

test('any rule on any value gives findings and never throws', () => {
  const piece = fc.constantFrom(
    'self',
    'oldSelf',
    '.a',
    '.size()',
    '[0]',
    '==',
    '&&',
    '1',
    "'x'",
    '(',
    ')',
    '.all(x, x',
    '.?b',
    'has(',
    '!',
    '-',
  )
  const rules = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(' ')),
    fc.string(),
  )
  fc.assert(
    fc.property(rules, fc.jsonValue(), fc.jsonValue(), (rule, value, old) => {
      const kind = kindOf({ ...pair, 'x-kubernetes-preserve-unknown-fields': true }, rule)
      judged(kind, value as Json, old as Json) // fc.jsonValue gives JSON
    }),
    { numRuns: 300 },
  )
})

test('the rule language is wanted only for rules that say more than the schema', () => {
  const fixed = kindOf(text, 'self == oldSelf').root
  expect([rulesApply(fixed, false), rulesApply(fixed, true)]).toEqual([false, true])
  expect(rulesApply(kindOf(pair, 'has(self.a) != has(self.b)').root, false)).toBe(false)
  expect(rulesApply(kindOf(pair, 'self.b > 1').root, false)).toBe(true)
})

test.each([
  [undefined, []],
  ['.a', ['a']],
  ['.a.b', ['a', 'b']],
  ["['x.y'].z", ['x.y', 'z']],
])('the field path %j', (path, keys) => {
  expect(readFieldPath(path)).toEqual(keys)
})
