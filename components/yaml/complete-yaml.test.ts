import { describe, expect, test } from 'vitest'
import { completeYaml, referencePlace } from '#components/yaml/complete-yaml.ts'
import { findProblems } from '#components/yaml/find-problems.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'

const kind = compileKind(
  definitionOf(
    {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['location'],
          properties: {
            location: { type: 'string', enum: ['EU', 'US'], default: 'EU', description: 'Where the data stands.' },
            uniform: { type: 'boolean' },
            rules: {
              type: 'array',
              items: {
                type: 'object',
                properties: { age: { type: 'integer' }, action: { type: 'object', properties: { kind: { type: 'string' } } } },
              },
            },
            topicRef: {
              type: 'object',
              description: 'The topic that is told.',
              oneOf: [
                { not: { required: ['external'] }, required: ['name', 'kind'] },
                { not: { anyOf: [{ required: ['name'] }, { required: ['namespace'] }] }, required: ['external'] },
              ],
              properties: {
                external: { type: 'string', description: 'Allowed value: The `name` field of a `PubSubTopic` resource.' },
                kind: { type: 'string', description: 'Kind of the resource. Allowed values: PubSubTopic' },
                name: { type: 'string' },
                namespace: { type: 'string' },
              },
            },
            levels: { type: 'array', items: { type: 'string', enum: ['low', 'high'] } },
          },
        },
      },
    },
    { kind: 'StorageBucket', group: 'storage.cnrm.cloud.google.com', version: 'v1beta1' },
  ),
)

/** Suggestions where `|` stands. */
const at = (text: string) => completeYaml(kind, text.replace('|', ''), 0, text.indexOf('|'))
const labels = (text: string) => at(text)?.items.map((item) => item.label)
const head = 'apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\n'

describe('completion', () => {
  test.each([
    ['keys at the top', `${head}|`, ['metadata', 'spec']],
    ['keys below a key', `${head}spec:\n  |`, ['location', 'uniform', 'rules', 'topicRef', 'levels']],
    ['a key half typed', `${head}spec:\n  uni|\n`, ['location', 'uniform', 'rules', 'topicRef', 'levels']],
    ['keys that are not there yet', `${head}spec:\n  location: EU\n  u|`, ['uniform', 'rules', 'topicRef', 'levels']],
    ['keys of a list item', `${head}spec:\n  rules:\n    - |`, ['age', 'action']],
    ['more keys of a list item', `${head}spec:\n  rules:\n    - age: 1\n      a|`, ['action']],
    ['values of an enum', `${head}spec:\n  location: |`, ['EU', 'US']],
    ['values half typed', `${head}spec:\n  location: E|`, ['EU', 'US']],
    ['truth', `${head}spec:\n  uniform: |`, ['true', 'false']],
    ['values in a list', `${head}spec:\n  levels:\n    - |`, ['low', 'high']],
    ['metadata', `${head}metadata:\n  na|`, ['name', 'namespace', 'labels', 'annotations']],
  ])('%s', (_, text, expected) => {
    expect(labels(text)).toEqual(expected)
  })

  test('annotations of Config Connector are known, with their values', () => {
    expect(labels(`${head}metadata:\n  annotations:\n    cnrm|`)).toContain('cnrm.cloud.google.com/deletion-policy')
    expect(labels(`${head}metadata:\n  annotations:\n    cnrm.cloud.google.com/deletion-policy: |`)).toEqual(['delete', 'abandon'])
  })

  test('a key that holds more goes on below itself', () => {
    expect(at(`${head}spec:\n  ru|`)?.items.find((item) => item.label === 'rules')?.insert).toBe('rules:\n    - ')
    expect(at(`${head}spec:\n  lo|`)?.items.find((item) => item.label === 'location')).toMatchObject({
      insert: 'location: ',
      required: true,
    })
  })

  test('nothing is offered in comments, free text and unknown places', () => {
    for (const text of [`${head}# spec|`, `${head}spec:\n  location: EU # a|`, `${head}other:\n  x|`, `${head}spec:\n  rules: [a|`])
      expect(labels(text) ?? []).toEqual([])
  })

  test('other documents of the file do not disturb', () => {
    const text = `a: 1\n---\n${head}spec:\n  location: |`
    expect(completeYaml(kind, text.replace('|', ''), 1, text.indexOf('|'))?.items).toHaveLength(2)
  })
})

describe('references', () => {
  const place = (text: string) => referencePlace(kind, text.replace('|', ''), 0, text.indexOf('|'))

  test('the name of a reference is looked for, with what stands beside it', () => {
    const found = place(`${head}spec:\n  topicRef:\n    namespace: other\n    name: ord|`)
    expect(found).toMatchObject({ typed: 'ord', column: 4, namespace: 'other', kind: undefined })
    expect(found?.reference.targets).toEqual(['PubSubTopic'])
    expect(place(`${head}spec:\n  topicRef:\n    kind: PubSubTopic\n    name: |`)).toMatchObject({ typed: '', kind: 'PubSubTopic' })
  })

  test('other names and other keys are not', () => {
    for (const text of [
      `${head}metadata:\n  name: a|`,
      `${head}spec:\n  topicRef:\n    namespace: o|`,
      `${head}spec:\n  topicRef:\n    na|`,
    ])
      expect(place(text)).toBeNull()
  })

  test('the kinds it may name are offered', () => {
    expect(labels(`${head}spec:\n  topicRef:\n    kind: |`)).toEqual(['PubSubTopic'])
  })
})

describe('what is underlined', () => {
  const text = `${head}spec:\n  location: XX\n  rules:\n    - age: 1\n`
  test('a complaint underlines its field, a block only by its first line', () => {
    const found = findProblems(
      text,
      0,
      [],
      [
        { path: ['spec', 'rules'], message: 'Too few.' },
        { path: ['spec', 'location'], message: 'Not one of them.' },
      ],
    )
    expect(found.map(({ from, to, message }) => [text.slice(from, to), message])).toEqual([
      ['location: XX', 'Not one of them.'],
      ['rules:', 'Too few.'],
    ])
  })

  test('a complaint about a missing field underlines what it is missing in', () => {
    const [found] = findProblems(text, 0, [], [{ path: ['spec', 'uniform'], message: 'Required.' }])
    expect(text.slice(found?.from, found?.to)).toBe('spec:')
  })

  test('a text too large to be read still gets an answer', () => {
    const huge = `# ${'x'.repeat(1024 * 1024)}\nspec:\n  loc`
    expect(completeYaml(kind, huge, 0, huge.length)?.items.map(({ label }) => label)).toContain('location')
  })

  test('no place lies outside of the text', () => {
    const found = findProblems(
      '',
      0,
      [{ severity: 'error', message: 'x', line: 1, column: 1, start: 0, end: 9 }],
      [{ path: ['spec'], message: 'y' }],
    )
    for (const { from, to } of found) expect([from, to]).toEqual([0, 0])
  })
})
