import { describe, expect, test } from 'vitest'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { checkBlueprint, checkHints } from './check-blueprint.ts'
import { located, readBlueprints } from './read-blueprints.ts'

const kind = compileKind(
  definitionOf(
    {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['size'],
          properties: {
            size: { type: 'integer', minimum: 1 },
            mode: { type: 'string', enum: ['a', 'b'] },
            parts: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    },
    { kind: 'Thing', group: 'example.dev' },
  ),
)
const kinds = new Map([[kind.key, kind]])

const good = `apiVersion: corbel.dev/v1
kind: Blueprint
metadata: { name: thing }
spec:
  title: Thing
  description: A thing.
  questions:
    - name: name
      title: Name
      schema: { type: string, default: a }
    - name: size
      title: Size
      schema: { type: integer, minimum: 1 }
    - name: mode
      title: Mode
      when: { answer: size, is: set }
      schema: { type: string, enum: [a, b] }
    - name: parts
      title: Parts
      schema: { type: array, items: { type: string } }
  manifests:
    - id: thing
      kind: Thing.example.dev
      name: { join: [{ from: name }, -x] }
      manifest: { metadata: { labels: { team: a } }, spec: { any: { thing: [1] } } }
      values:
        - { path: [spec, size], from: size }
        - { path: [spec, mode], from: mode, when: { answer: mode, equals: a } }
        - path: [spec, parts]
          repeat: parts
          values: [{ path: [id], item: [] }]
        - { path: [spec, labels, of], nameOf: thing }
        - { path: [spec, any, deep, er], value: [1] }
  tests:
    - name: one
      answers: { size: 1, mode: a, parts: [x] }
      manifests: 1
`

const said = (text: string, known: typeof kinds | null = kinds): string[] => {
  const { blueprints, problems } = readBlueprints(text)
  expect(problems).toEqual([])
  return blueprints
    .flatMap(({ document, blueprint }) => located(text, document, checkBlueprint(blueprint, known ?? undefined)))
    .map(({ line, message }) => `${line}: ${message}`)
}

test('nothing is wrong with a good one, with definitions or without', () => {
  expect(said(good)).toEqual([])
  expect(said(good, null)).toEqual([])
})

describe('it says with its line', () => {
  test.each([
    ['a path the kind does not have', '[spec, mode], from', '[spec, mod], from', '28: Thing has no field spec.mod. Did you mean "mode"?'],
    ['a fixed field it does not have', 'spec: { any:', 'spec: { ani:', '25: Thing has no field spec.ani. Did you mean "any"?'],
    ['a path below a value', '[spec, size], from', '[spec, size, deep], from', '27: Thing has no field spec.size.deep.'],
    ['a field below an item that it does not have', '[id], item', '[di], item', '31: Thing has no field spec.parts[0].di.'],
    ['a name put at a path', '[spec, size], from', '[metadata, name], from', /^27: metadata\.name is not for blueprints/],
    [
      'a kind nobody offers',
      'kind: Thing.',
      'kind: Thin.',
      '23: Thin.example.dev is not among the definitions. Did you mean Thing.example.dev?',
    ],
    ['an answer nobody asked for', 'from: size }', 'from: sise }', '27: There is no answer sise. Did you mean "size"?'],
    ['a manifest that is not there', 'nameOf: thing', 'nameOf: thong', '32: No manifest here has the id "thong". Did you mean "thing"?'],
    ['a name made of another name', '{ from: name }, -x]', '{ nameOf: thing }, -x]', /^24: A name cannot be made of the name of another/],
    ['an item outside of a repetition', 'value: [1] }', 'item: [] }', '33: There is an item only inside "repeat".'],
    ['a repetition of what is no list', 'repeat: parts', 'repeat: size', '30: size is no list, so nothing can be repeated for it.'],
    [
      'an answer of the wrong type',
      'path: [spec, size], from: size',
      'path: [spec, size], from: mode',
      '27: spec.size takes a whole number, and the answer is text.',
    ],
    ['a choice the field does not have', 'enum: [a, b]', 'enum: [a, c]', /^28: spec\.mode does not take the answer "c"/],
    [
      'a value that does not fit',
      '[spec, labels, of], nameOf: thing',
      '[spec, labels, of], value: 5',
      /^32: spec\.labels\.of does not take this value/,
    ],
    ['a comparison that never holds', 'equals: a }', 'equals: z }', /^28: The answer is never "z"/],
    [
      'a question that depends on a later one',
      'when: { answer: size, is',
      'when: { answer: parts, is',
      '16: A question can only depend on questions before it.',
    ],
    ['a default that does not fit', 'minimum: 1 }', 'minimum: 1, default: 0 }', /^13: The default of "size" does not fit/],
    [
      'a schema keyword nobody knows',
      'minimum: 1 }',
      'minimun: 1 }',
      '13: Schemas have no keyword "minimun" here. Did you mean "minimum"?',
    ],
    [
      'a schema that makes no field',
      'schema: { type: string, default: a }',
      'schema: { type: strin }',
      /^10: The schema of "name" cannot be asked as a form/,
    ],
    ['a question asked twice', 'name: mode\n', 'name: size\n', /"size" is asked twice/],
    ['a test with wrong answers', 'answers: { size: 1,', 'answers: { size: 0,', /^36: Test "one": size: Must be/],
    ['a test that answers what nobody asks', 'answers: { size: 1,', 'answers: { sise: 1,', '36: Test "one": there is no question "sise".'],
    ['a test that makes another number', 'manifests: 1', 'manifests: 2', '37: Test "one" makes 1 manifests, not 2.'],
    [
      'a test whose manifest is refused',
      'answers: { size: 1, mode: a, parts',
      'answers: { parts',
      '35: Test "one", manifest "thing": spec.size: Required.',
    ],
  ])('%s', (_, there, instead, expected) => {
    expect(good).toContain(there)
    expect(said(good.replace(there, instead))).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })

  test('an answer that is not used', () => {
    expect(said(good.replace('from: mode, when: { answer: mode, equals: a }', 'value: a').replace('mode: a, parts', 'parts'))).toEqual([
      '14: The answer to "mode" is not used by any manifest. Use it, or do not ask.',
    ])
  })

  test('without definitions, what needs none', () => {
    expect(said(good.replace('from: size }', 'from: sise }'), null).length).toBeGreaterThan(0)
    expect(said(good.replace('[spec, mode], from', '[spec, mood], from'), null)).toEqual([])
  })
})

test('a kind of the whole cluster is no matter of projects', () => {
  const { blueprints } = readBlueprints(good)
  const complaints = blueprints.flatMap(({ blueprint }) => checkBlueprint(blueprint, new Map([[kind.key, { ...kind, scope: 'Cluster' }]])))
  expect(complaints.map(({ message }) => message)).toContain('Thing belongs to the whole cluster; blueprints make resources of projects.')
})

test('hints name fields the kind has, and values they take', () => {
  const check = (field: { path: string[]; recommended?: number | string }) =>
    checkHints({ kind: kind.key, curated: true, fields: [field] }, kinds)
  expect(check({ path: ['spec', 'size'], recommended: 2 })).toEqual([])
  expect(check({ path: ['spec', 'parts', '*', 'id'] })).toEqual([])
  expect(check({ path: ['spec', 'sice'] })).toMatchObject([{ message: 'Thing has no field spec.sice. Did you mean "size"?' }])
  expect(check({ path: ['spec', 'size'], recommended: 0 })).toMatchObject([{ path: ['spec', 'fields', 0, 'recommended'] }])
  expect(checkHints({ kind: 'Other.example.dev', curated: true, fields: [] }, kinds)).toMatchObject([{ unknownKind: true }])
})

test('a place in a list that is not there yet is told, never thrown', () => {
  expect(said(good.replace('[spec, any, deep, er], value: [1]', '[spec, parts, 3, id], value: x'), kinds).join()).toMatch(/3|item/)
  expect(said(good.replace('[spec, any, deep, er], value: [1]', '[spec, any, list, 3], value: x'), kinds).join()).toMatch(/item 0/)
  expect(said(good.replace('[spec, any, deep, er], value: [1]', '[spec, any, thing, deep], value: x'), kinds).join()).not.toBe('')
})
