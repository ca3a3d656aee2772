import { describe, expect, test } from 'vitest'
import { readBlueprints } from './read-blueprints.ts'

const whole = `apiVersion: corbel.dev/v1
kind: Blueprint
metadata:
  name: thing
spec:
  title: Thing
  description: A thing.
  questions:
    - name: name
      title: Name
      schema: { type: string }
  manifests:
    - kind: Thing.example.dev
      name: name
      values:
        - { path: [spec, size], value: 5 }
        - path: [spec, parts]
          append: true
          values: [{ path: [id], from: name }]
  tests:
    - name: one
      answers: { name: a }
`

const problemsOf = (text: string) => readBlueprints(text).problems.map(({ line, message }) => `${line}: ${message}`)

test('a blueprint is read with everything it leaves out', () => {
  const { blueprints, problems } = readBlueprints(whole)
  expect(problems).toEqual([])
  expect(blueprints).toEqual([
    {
      document: 0,
      blueprint: {
        name: 'thing',
        title: 'Thing',
        description: 'A thing.',
        category: 'Other',
        icon: 'box',
        keywords: [],
        allowedGroups: [],
        questions: [{ name: 'name', title: 'Name', schema: { type: 'string' } }],
        manifests: [
          {
            id: 'thing-1',
            title: 'Thing',
            kind: 'Thing.example.dev',
            name: { from: ['name'] },
            manifest: {},
            values: [
              { path: ['spec', 'size'], source: { value: 5 } },
              { path: ['spec', 'parts'], append: true, values: [{ path: ['id'], source: { from: ['name'] } }] },
            ],
          },
        ],
        tests: [{ name: 'one', answers: { name: 'a' } }],
      },
    },
  ])
})

describe('what is not right is said with its line', () => {
  test.each([
    ['a key nobody knows', '  title: Thing', '  title: Thing\n  colour: red', '7: spec.colour is not a key that is known here.'],
    ['a key deep inside', 'value: 5 }', 'value: 5, wehn: 1 }', '16: spec.manifests[0].values[0].wehn is not a key that is known here.'],
    ['no source', ', value: 5 }', ' }', /^16: spec\.manifests\[0\]\.values\[0\] needs source of the value/],
    ['two sources', 'value: 5 }', 'value: 5, from: name }', /^16: .* has value and from; only one/],
    ['values without a list to make', '          append: true\n', '', /^17: .* has values, which need repeat or append/],
    ['a missing title', '  title: Thing\n', '', '5: spec.title is missing.'],
    ['a kind without its group', 'Thing.example.dev', 'Thing', /^13: .*must be a kind with its group/],
    ['a dotted path', 'path: [spec, size]', 'path: spec.size', /^16: .*must be a list of keys/],
    ['no test', '    - name: one\n      answers: { name: a }\n', '    []\n', /^20: .*is empty: give at least one set of answers/],
    ['an icon we do not have', '  title: Thing', '  title: Thing\n  icon: cow', /^7: spec\.icon must be one of bucket,/],
    [
      'another kind of document',
      'kind: Blueprint',
      'kind: Bluprint',
      '2: Bluprint is not read here; only Blueprint and KindHints are. Did you mean Blueprint?',
    ],
    ['a repeated key', '  title: Thing', '  title: Thing\n  title: Two', /^7: /],
    ['no YAML', '  title: Thing', '  title: [', /^\d+: /],
  ])('%s', (_, there, instead, said) => {
    expect(whole).toContain(there)
    const problems = problemsOf(whole.replace(there, instead))
    expect(problems).toContainEqual(typeof said === 'string' ? said : expect.stringMatching(said))
  })

  test('and a file may hold several documents, of which the good ones are read', () => {
    const { blueprints, hints, documents, problems } = readBlueprints(
      `${whole}---\n# nothing\n---\napiVersion: corbel.dev/v1\nkind: KindHints\nspec: { kind: Thing.example.dev, curated: true }\n---\nkind: Blueprint\nmetadata: { name: bad }\nspec: { team: payments }\n`,
    )
    expect(blueprints.map(({ blueprint }) => blueprint.name)).toEqual(['thing'])
    expect(hints.map((each) => each.hints)).toEqual([{ kind: 'Thing.example.dev', curated: true, fields: [] }])
    expect(documents.map(({ name, team }) => [name, team])).toEqual([
      ['thing', undefined],
      ['Thing.example.dev', undefined],
      ['bad', 'payments'],
    ])
    expect(new Set(problems.map(({ document }) => document))).toEqual(new Set([3]))
  })

  test.each(['', '[]', '"text"', '{}', 'a: &a [*a]', '\0', '- - - -'])('whatever the text is (%j), nothing is thrown', (text) => {
    expect(readBlueprints(text).blueprints).toEqual([])
  })
})
