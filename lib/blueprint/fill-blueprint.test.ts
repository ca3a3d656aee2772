import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import type { Blueprint, Condition, Question, ValueRecipe } from './blueprint.ts'
import { compileQuestions } from './compile-questions.ts'
import { effectiveAnswers, fillBlueprint } from './fill-blueprint.ts'

const project = { namespace: 'shop-prod', cluster: 'demo', team: 'shop', gcpProject: 'shop-prod-42' }
const base: Blueprint = {
  name: 'thing',
  title: 'Thing',
  description: '',
  category: 'Other',
  icon: 'box',
  keywords: [],
  allowedGroups: [],
  questions: [],
  manifests: [],
  tests: [],
}
const thing = { id: 'thing', kind: 'Thing.example.dev', title: 'Thing', manifest: {}, values: [] }
const fill = (manifests: Blueprint['manifests'], answers: Parameters<typeof fillBlueprint>[1]) =>
  fillBlueprint({ ...base, manifests }, answers, { project, apiVersionOf: () => 'example.dev/v1' })
const specOf = (values: ValueRecipe[], answers: Parameters<typeof fillBlueprint>[1]) =>
  fill([{ ...thing, name: { value: 'a' }, values }], answers)[0]?.value.spec

test('a manifest has its kind, its name, the namespace of the project, and what is fixed', () => {
  const [made] = fill([{ ...thing, name: { from: ['name'] }, manifest: { metadata: { labels: { a: 'b' } }, spec: { size: 1 } } }], {
    name: 'one',
  })
  expect(made?.value).toEqual({
    apiVersion: 'example.dev/v1',
    kind: 'Thing',
    metadata: { name: 'one', namespace: 'shop-prod', labels: { a: 'b' } },
    spec: { size: 1 },
  })
  expect(made?.problems).toEqual([])
})

describe('a value comes from', () => {
  const answers = { name: 'one', size: 5, deep: { er: 'x' }, list: ['a', 'b'], no: false, empty: '', nothing: {} }
  test.each<[string, ValueRecipe, unknown]>([
    ['itself', { path: ['spec', 'a'], source: { value: null } }, { a: null }],
    ['an answer', { path: ['spec', 'a'], source: { from: ['size'] } }, { a: 5 }],
    ['an answer that is false', { path: ['spec', 'a'], source: { from: ['no'] } }, { a: false }],
    ['a part of an answer', { path: ['spec', 'a', 'b'], source: { from: ['deep', 'er'] } }, { a: { b: 'x' } }],
    ['nothing, when the answer is not given', { path: ['spec', 'a'], source: { from: ['other'] } }, undefined],
    ['nothing, when the answer was cleared', { path: ['spec', 'a'], source: { from: ['empty'] } }, undefined],
    ['nothing, when a reference was cleared', { path: ['spec', 'a'], source: { from: ['nothing'] } }, undefined],
    ['the project', { path: ['spec', 'a'], source: { project: 'gcpProject' } }, { a: 'shop-prod-42' }],
    ['texts put together', { path: ['spec', 'a'], source: { join: [{ from: ['name'] }, '-', { from: ['size'] }] } }, { a: 'one-5' }],
    ['nothing, when a part of a text is missing', { path: ['spec', 'a'], source: { join: ['x-', { from: ['other'] }] } }, undefined],
    ['no text that holds a list', { path: ['spec', 'a'], source: { join: [{ from: ['list'] }] } }, undefined],
    [
      'a list, item by item',
      {
        path: ['spec', 'a'],
        repeat: ['list'],
        values: [
          { path: ['n'], source: { item: [] } },
          { path: ['p'], source: { position: true } },
        ],
      },
      {
        a: [
          { n: 'a', p: 1 },
          { n: 'b', p: 2 },
        ],
      },
    ],
    [
      'nothing, when the list is not given',
      { path: ['spec', 'a'], repeat: ['other'], values: [{ path: ['n'], source: { item: [] } }] },
      undefined,
    ],
    ['a key that is no word', { path: ['spec', 'a.b/c'], source: { value: 1 } }, { 'a.b/c': 1 }],
    ['an item of a list', { path: ['spec', 'a', 0, 'b'], source: { value: 1 } }, { a: [{ b: 1 }] }],
  ])('%s', (_, value, spec) => {
    expect(specOf([value], answers)).toEqual(spec)
  })

  test('what is appended goes behind what is there', () => {
    const append = (source: ValueRecipe) => ({ ...source, path: ['spec', 'a'], append: true as const })
    const values: ValueRecipe[] = [
      append({ path: [], source: { value: 1 } }),
      append({ path: [], repeat: ['list'], values: [{ path: ['n'], source: { item: [] } }] }),
      append({ path: [], values: [{ path: ['m'], source: { from: ['other'] } }] }),
      append({ path: [], values: [{ path: ['m'], source: { from: ['size'] } }] }),
    ]
    expect(specOf(values, answers)).toEqual({ a: [1, { n: 'a' }, { n: 'b' }, { m: 5 }] })
  })

  test('an answer called __proto__ is an answer like any other', () => {
    const spec = specOf([{ path: ['spec', '__proto__', 'a'], source: { value: 1 } }], {})
    expect(Object.keys(spec ?? {})).toEqual(['__proto__'])
    expect({}).not.toHaveProperty('a')
  })
})

describe('a condition', () => {
  const answers = { on: true, off: false, size: 'small', list: [{ kind: 'a' }, { kind: 'b' }], cleared: '' }
  test.each<[Condition, boolean]>([
    [{ answer: ['on'], is: 'set' }, true],
    [{ answer: ['off'], is: 'set' }, true],
    [{ answer: ['cleared'], is: 'set' }, false],
    [{ answer: ['other'], is: 'unset' }, true],
    [{ answer: ['size'], equals: 'small' }, true],
    [{ answer: ['size'], equals: 'large' }, false],
    [{ answer: ['size'], oneOf: ['large', 'small'] }, true],
    [{ answer: ['off'], equals: false }, true],
    [{ answer: ['other'], equals: false }, false],
    [{ not: { answer: ['on'], equals: true } }, false],
    [
      {
        all: [
          { answer: ['on'], is: 'set' },
          { answer: ['other'], is: 'set' },
        ],
      },
      false,
    ],
    [
      {
        any: [
          { answer: ['on'], is: 'set' },
          { answer: ['other'], is: 'set' },
        ],
      },
      true,
    ],
  ])('%j is %s', (when, holds) => {
    expect(fill([{ ...thing, name: { value: 'a' }, when }], answers)).toHaveLength(holds ? 1 : 0)
    expect(specOf([{ path: ['spec', 'a'], source: { value: 1 }, when }], answers)).toEqual(holds ? { a: 1 } : undefined)
  })

  test('may speak of the item inside a repetition', () => {
    const values: ValueRecipe[] = [
      {
        path: ['spec', 'a'],
        repeat: ['list'],
        values: [
          { path: ['k'], source: { item: ['kind'] } },
          { path: ['b'], source: { value: 1 }, when: { item: ['kind'], equals: 'b' } },
        ],
      },
    ]
    expect(specOf(values, answers)).toEqual({ a: [{ k: 'a' }, { k: 'b', b: 1 }] })
  })
})

describe('manifests', () => {
  test('refer to each other by id, and say when the other one is not made', () => {
    const manifests: Blueprint['manifests'] = [
      { ...thing, id: 'topic', name: { from: ['name'] }, when: { answer: ['name'], is: 'set' } },
      { ...thing, id: 'reader', name: { value: 'r' }, values: [{ path: ['spec', 'topicRef', 'name'], source: { nameOf: 'topic' } }] },
    ]
    const [, reader] = fill(manifests, { name: 'orders' })
    expect(reader?.value.spec).toEqual({ topicRef: { name: 'orders' } })
    expect(fill(manifests, {}).map(({ id, problems }) => [id, problems])).toEqual([
      ['reader', ['spec.topicRef.name names a manifest that these answers do not make.']],
    ])
  })

  test('are made once for each item of a list, with references of the same item', () => {
    const manifests: Blueprint['manifests'] = [
      { ...thing, id: 'topic', repeat: ['list'], name: { item: [] } },
      {
        ...thing,
        id: 'reader',
        repeat: ['list'],
        name: { join: [{ item: [] }, '-reader'] },
        values: [{ path: ['spec', 'topic'], source: { nameOf: 'topic' } }],
      },
    ]
    const made = fill(manifests, { list: ['a', 'b'] })
    expect(made.map(({ name, position, value }) => [name, position, value.spec])).toEqual([
      ['a', 1, undefined],
      ['b', 2, undefined],
      ['a-reader', 1, { topic: 'a' }],
      ['b-reader', 2, { topic: 'b' }],
    ])
  })

  test('say that they have no name yet, that two have the same, and that their kind is not offered', () => {
    const manifests = [
      { ...thing, name: { from: ['name'] } },
      { ...thing, id: 'two', name: { from: ['name'] } },
    ]
    expect(fill(manifests, {}).flatMap(({ problems }) => problems)).toEqual(['It has no name yet.', 'It has no name yet.'])
    expect(fill(manifests, { name: 'x' })[1]?.problems).toEqual(['Another manifest of these answers is a Thing.example.dev named "x" too.'])
    const [made] = fillBlueprint({ ...base, manifests }, { name: 'x' }, { project, apiVersionOf: () => undefined })
    expect(made?.problems).toEqual(['Thing.example.dev is not offered on this cluster.'])
  })
})

describe('answers count', () => {
  const questions: Question[] = [
    { name: 'mode', title: 'Mode', schema: { type: 'string', enum: ['a', 'b'], default: 'a' } },
    { name: 'extra', title: 'Extra', when: { answer: ['mode'], equals: 'b' }, schema: { type: 'string', default: 'e' } },
    {
      name: 'items',
      title: 'Items',
      schema: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 3 }, m: { type: 'string' } } } },
    },
  ]
  const root = compileQuestions(questions)
  test.each<[JsonObject, JsonObject]>([
    [{}, { mode: 'a' }],
    [{ mode: 'b' }, { mode: 'b', extra: 'e' }],
    [{ mode: 'a', extra: 'typed before' }, { mode: 'a' }],
    [{ mode: '', items: [] }, { mode: 'a' }],
    [{ items: [{ m: 'x' }, { n: 1 }] }, { mode: 'a', items: [{ m: 'x', n: 3 }, { n: 1 }] }],
  ])('%j as %j', (answers, counted) => {
    expect(effectiveAnswers(questions, root, answers)).toEqual(counted)
  })
})

test('repetitions in each other come to an end, and say so', () => {
  let values: ValueRecipe[] = [{ path: ['n'], source: { item: [] } }]
  for (let depth = 0; depth < 10; depth++) values = [{ path: ['deeper'], repeat: ['list'], values }]
  const [made] = fill([{ ...thing, name: { value: 'a' }, values: [{ path: ['spec', 'a'], repeat: ['list'], values }] }], {
    list: Array.from({ length: 10 }, (_, index) => index),
  })
  expect(made?.problems).toEqual(['These answers make more than 5000 items. Give fewer.'])
})
