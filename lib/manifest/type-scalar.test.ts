import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import { setValue } from './edit-manifest.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { findScalar, type ScalarValue, typeScalar } from './type-scalar.ts'

vi.setConfig({ testTimeout: 60_000 })

const folder = join(import.meta.dirname, 'corpus')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)

const scalarPaths = (value: Json, path: JsonPath = []): JsonPath[] => {
  if (Array.isArray(value)) return value.flatMap((item, index) => scalarPaths(item, [...path, index]))
  if (isObject(value)) return Object.entries(value).flatMap(([name, item]) => scalarPaths(item, [...path, name]))
  return [path]
}

const odd = [
  '',
  ' ',
  'no',
  '010',
  'a: b',
  'a #b',
  "it's",
  '"',
  '- x',
  '---',
  '...',
  '? x',
  '&a',
  '*a',
  '!t',
  '%',
  '@',
  'a\tb',
  'ö',
  '\u2028',
  '# x',
]
const typed: fc.Arbitrary<ScalarValue> = fc.oneof(
  fc.constantFrom<ScalarValue>(null, true, false, 0, -1, 1.5, 2 ** 53, ...odd),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

/** Types values one after the other, and says of each what `setValue` makes of the same text. */
function typeAll(text: string, docIndex: number, path: JsonPath, values: ScalarValue[]): number {
  let place = findScalar(text, docIndex, path)
  let now = text
  let done = 0
  for (const value of values) {
    const next = place && typeScalar(place, value)
    if (!next) break
    const wanted = setValue(now, docIndex, path, value)
    expect(next.text).toBe(wanted)
    const said = parseManifestFile(wanted).problems
    for (const problem of next.problems) expect(said).toContainEqual({ ...problem, path: expect.anything(), document: expect.anything() })
    now = next.text
    place = next.place
    done += 1
  }
  return done
}

describe.each(files)('%s', (_, text) => {
  test('typing gives what setting gives', () => {
    const file = parseManifestFile(text)
    for (const { index, value } of file.documents)
      for (const path of scalarPaths(value)) typeAll(text, index, path, ['a', 'a b', 'no', "it's", '', 'x', 7, 'x', 'a: b', true, 'end'])
  })
})

test('any text typed into any document is what setting it gives', () => {
  const json = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.oneof<fc.Arbitrary<Json>[]>(fc.string({ maxLength: 10 }), fc.integer(), fc.boolean(), fc.constantFrom('no', '', 'a: b')),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('json'), { maxKeys: 4 }),
    ),
  })).json
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), json), fc.nat(50), fc.array(typed, { maxLength: 6 }), (value, at, values) => {
      const text = stringify(value)
      const paths = scalarPaths(value).filter((path) => path.length > 0)
      const path = paths[at % Math.max(1, paths.length)]
      if (path) typeAll(text, 0, path, values)
    }),
    { numRuns: 400 },
  )
})

test('plain keys are typed without reading the file again', () => {
  const text = 'metadata:\n  name: old # why\n  other: [a]\nspec:\n  - "x"\n'
  expect(typeAll(text, 0, ['metadata', 'name'], ['o', 'or', 'orders', '', 'n', 'no', 'not'])).toBe(7)
  expect(typeAll(text, 0, ['spec', 0], ['y', 'y: z', 'é'])).toBe(3)
})

test.each([
  ['inside brackets', 'a: [b]\n', ['a', 0]],
  ['with an anchor anywhere', 'a: b\nc: &x d\ne: *x\n', ['a']],
  ['over several lines', 'a: b\n  c\n', ['a']],
  ['as a block', 'a: |\n  b\n', ['a']],
  ['not there', 'a:\n', ['a']],
  ['under a merge key that merges nothing', 'a:\n  <<: 0\n', ['a', '<<']],
  ['beside a merge key that merges nothing', 'a: b\nc:\n  <<: 0\n', ['a']],
  ['beside a value twice', 'a: b\nc: d\nc: e\n', ['a']],
])('a value %s is left to setting', (_, text, path) => {
  expect(findScalar(text, 0, path)).toBeUndefined()
})

test('a text of several lines is left to setting', () => {
  const place = findScalar('a: b\n', 0, ['a'])
  expect(place && typeScalar(place, 'b\nc')).toBeUndefined()
})
