import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, sameJson } from '#lib/json.ts'
import { deleteValue, insertItem, moveItem, removeItem, setValue } from './edit-manifest.ts'
import { holdsRounded } from './keep-digits.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { defaultStyle, printMap } from './print-value.ts'
import { withoutValue, withValue } from './with-value.ts'

// Thousands of documents: on a busy machine this takes a while.
vi.setConfig({ testTimeout: 120_000 })

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'name',
    'spec',
    'x.y/z',
    'no',
    '1',
    '',
    '<',
    'key with space',
    'a: b',
    '__proto__',
    'constructor',
    '- x',
    '#c',
    '*a',
    'ö',
  ),
  fc.string({ maxLength: 8 }),
)
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    'no',
    '010',
    '1e3',
    '',
    'null',
    '~',
    'a: b',
    'a #b',
    ' x ',
    'line\nline\n',
    'x\n\ny',
    '\ttab',
    '1:30',
    '0o7',
    '=',
    '<<',
    '- a',
    '@x',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.boolean(),
  fc.integer(),
  // whole numbers that JavaScript rounds: see exact-numbers.test.ts
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => !holdsRounded(number) || Math.abs(number) >= 1e21)
    .map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.constant(null),
)
const json: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(key, tie('node'), { maxKeys: 4 }).map((value) => ({ ...value })),
  ),
})).node
const object = fc.dictionary(key, json, { minKeys: 1, maxKeys: 5 }).map((value): { [key: string]: Json } => ({ ...value }))

/** One value written as files in the wild are: by us, by the yaml package, indented otherwise, in brackets, as JSON, with comments. */
const written = fc
  .tuple(
    object,
    fc.constantFrom('ours', 'compact', 'yaml', 'flow', 'json', 'four'),
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom('', '# top\n', '# top\n---\n'),
  )
  .map(([value, how, crlf, noFinal, head]) => {
    let text: string
    if (how === 'ours') text = printMap(value, 0, defaultStyle).join('\n')
    else if (how === 'compact') text = printMap(value, 0, { step: 2, indentLists: false }).join('\n')
    else if (how === 'four') text = printMap(value, 0, { step: 4, indentLists: true }).join('\n')
    else if (how === 'json') text = JSON.stringify(value, null, 2)
    else if (how === 'flow') text = stringify(value, { collectionStyle: 'flow' }).trimEnd()
    else text = stringify(value, { lineWidth: 40, indentSeq: false }).replace(/\n$/, '')
    text = head + text + (noFinal ? '' : '\n')
    return { value, text: crlf ? text.replaceAll('\n', '\r\n') : text, how }
  })
  .filter(({ value, text }) => {
    const file = parseManifestFile(text)
    return file.documents.length === 1 && !file.documents[0]?.broken && sameJson(file.documents[0]?.value, value)
  })

const paths = (value: Json, path: JsonPath = []): JsonPath[] => {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => paths(item, [...path, index]))]
  if (isObject(value)) return [path, ...Object.entries(value).flatMap(([name, item]) => paths(item, [...path, name]))]
  return [path]
}
const read = (text: string, index = 0) => parseManifestFile(text).documents[index]?.value

describe('any edit of any document gives the wanted value', () => {
  test('setting a field to any value', () => {
    fc.assert(
      fc.property(written, json, fc.nat(), ({ value, text }, set, pick) => {
        const all = paths(value).filter((path) => path.length > 0)
        const path = all[pick % all.length] ?? []
        expect(read(setValue(text, 0, path, set))).toEqual(withValue(value, path, set))
      }),
      { numRuns: 600 },
    )
  })

  test('setting a new field in any map', () => {
    fc.assert(
      fc.property(written, key, json, fc.nat(), ({ value, text }, name, set, pick) => {
        const maps = paths(value).filter((path) => isObject(path.reduce<Json | undefined>((here, step) => stepInto(here, step), value)))
        const path = [...(maps[pick % maps.length] ?? []), name]
        if (name === '<<') return
        expect(read(setValue(text, 0, path, set))).toEqual(withValue(value, path, set))
      }),
      { numRuns: 400 },
    )
  })

  test('deleting any field', () => {
    fc.assert(
      fc.property(written, fc.nat(), ({ value, text }, pick) => {
        const all = paths(value).filter((path) => path.length > 0)
        const path = all[pick % all.length] ?? []
        expect(read(deleteValue(text, 0, path))).toEqual(withoutValue(value, path))
      }),
      { numRuns: 400 },
    )
  })

  test('setting the value that is there changes no byte', () => {
    fc.assert(
      fc.property(written, fc.nat(), ({ value, text }, pick) => {
        const all = paths(value)
        const path = all[pick % all.length] ?? []
        const there = path.reduce<Json | undefined>((here, step) => stepInto(here, step), value)
        expect(setValue(text, 0, path, there ?? null)).toBe(text)
      }),
    )
  })

  test('inserting, removing and moving items of any list', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 5 }), json, fc.nat(), fc.nat(), fc.boolean(), (list, item, a, b, compact) => {
        const text = printMap({ before: 1, list, after: 'x' }, 0, { step: 2, indentLists: !compact }).join('\n')
        const at = a % (list.length + 1)
        expect(read(insertItem(text, 0, ['list'], at, item))).toEqual({ before: 1, list: list.toSpliced(at, 0, item), after: 'x' })
        const from = a % list.length
        const to = b % list.length
        expect(read(removeItem(text, 0, ['list'], from))).toEqual({ before: 1, list: list.toSpliced(from, 1), after: 'x' })
        const moved = list.toSpliced(from, 1).toSpliced(to, 0, list[from] ?? null)
        expect(read(moveItem(text, 0, ['list'], from, to))).toEqual({ before: 1, list: moved, after: 'x' })
      }),
      { numRuns: 300 },
    )
  })

  test('a changed scalar in a block document changes the lines of that field only', () => {
    fc.assert(
      fc.property(object, fc.integer(), fc.nat(), (value, set, pick) => {
        const text = printMap(value, 0, defaultStyle).join('\n')
        if (!sameJson(read(text), value)) return
        const leaves = paths(value).filter((path) => typeof stepAll(value, path) === 'number')
        const path = leaves[pick % leaves.length]
        if (!path) return
        const before = text.split('\n')
        const after = setValue(text, 0, path, set).split('\n')
        expect(after.length).toBe(before.length)
        expect(after.filter((line, index) => line !== before[index]).length).toBeLessThanOrEqual(1)
      }),
    )
  })
})

const stepInto = (here: Json | undefined, step: string | number): Json | undefined =>
  Array.isArray(here) ? here[Number(step)] : isObject(here) && Object.hasOwn(here, String(step)) ? here[String(step)] : undefined
const stepAll = (value: Json, path: JsonPath) => path.reduce<Json | undefined>((here, step) => stepInto(here, step), value)

describe('what an edit leaves alone', () => {
  const cases: [name: string, before: string, edit: (text: string) => string, after: string][] = [
    ['a comment behind a changed value', 'a: 1 # one\nb: 2\n', (text) => setValue(text, 0, ['a'], 5), 'a: 5 # one\nb: 2\n'],
    ['single quotes', "a: 'x'\n", (text) => setValue(text, 0, ['a'], "it's"), "a: 'it''s'\n"],
    ['double quotes', 'a: "x"\n', (text) => setValue(text, 0, ['a'], 'y'), 'a: "y"\n'],
    ['a comment behind a key', 'a: # why\n  b: 1\n', (text) => setValue(text, 0, ['a'], 'x'), 'a: x # why\n'],
    [
      'a comment when a scalar becomes a map',
      'a: 1 # why\nc: 2\n',
      (text) => setValue(text, 0, ['a'], { b: 1 }),
      'a: # why\n  b: 1\nc: 2\n',
    ],
    ['a missing final newline', 'a: 1\nb: 2', (text) => setValue(text, 0, ['c'], 3), 'a: 1\nb: 2\nc: 3'],
    ['a missing final newline on delete', 'a: 1\nb: 2', (text) => deleteValue(text, 0, ['b']), 'a: 1'],
    [
      'CRLF',
      'a:\r\n  b: 1\r\n',
      (text) => setValue(text, 0, ['a', 'c'], { d: 'x\ny\n' }),
      'a:\r\n  b: 1\r\n  c:\r\n    d: |\r\n      x\r\n      y\r\n',
    ],
    [
      'other documents',
      'a: 1\n---\n# two\nb: 1\n---\nc: 1\n',
      (text) => setValue(text, 1, ['b'], 2),
      'a: 1\n---\n# two\nb: 2\n---\nc: 1\n',
    ],
    [
      'comments below a map',
      'a:\n  b: 1\n  # c: 2\n\n# end\nd: 1\n',
      (text) => setValue(text, 0, ['a', 'c'], 3),
      'a:\n  b: 1\n  c: 3\n  # c: 2\n\n# end\nd: 1\n',
    ],
    ['lists without indentation', 'l:\n- a\nm: 1\n', (text) => setValue(text, 0, ['o'], ['x']), 'l:\n- a\nm: 1\no:\n- x\n'],
    ['flow maps', 'a: {b: 1, c: [x]} # f\n', (text) => setValue(text, 0, ['a', 'c', 1], 'y, z'), 'a: {b: 1, c: [x, "y, z"]} # f\n'],
    [
      'JSON',
      '{\n  "a": {\n    "b": 1\n  }\n}\n',
      (text) => setValue(text, 0, ['a', 'c'], 'x'),
      '{\n  "a": {\n    "b": 1,\n    "c": "x"\n  }\n}\n',
    ],
    ['an empty map opened', 'a: {}\nb: 1\n', (text) => setValue(text, 0, ['a', 'x'], 1), 'a:\n  x: 1\nb: 1\n'],
    ['a map made for a key', 'a: 1\n', (text) => setValue(text, 0, ['s', 't', 'u'], true), 'a: 1\ns:\n  t:\n    u: true\n'],
    ['a key without value', 'a:\nb: 1\n', (text) => setValue(text, 0, ['a', 'x'], 'no'), 'a:\n  x: "no"\nb: 1\n'],
    ['the last key deleted', 'a:\n  b: 1\nc: 2\n', (text) => deleteValue(text, 0, ['a', 'b']), 'a: {}\nc: 2\n'],
    ['empty parents pruned', 'a:\n  b:\n    c: 1\nd: 2\n', (text) => deleteValue(text, 0, ['a', 'b', 'c'], { pruneEmpty: true }), 'd: 2\n'],
    ['the first key of a list item', 'l:\n  - a: 1\n    b: 2\n', (text) => deleteValue(text, 0, ['l', 0, 'a']), 'l:\n  - b: 2\n'],
    [
      'a literal block replaced',
      'a: |\n  x\n  y\n\n# c\nb: 1\n',
      (text) => setValue(text, 0, ['a'], 'x\nz\n'),
      'a: |\n  x\n  z\n\n# c\nb: 1\n',
    ],
    [
      'a comment moved with its item',
      'l:\n  - a\n  # about b\n  - b\n',
      (text) => moveItem(text, 0, ['l'], 1, 0),
      'l:\n  # about b\n  - b\n  - a\n',
    ],
    [
      'only the changed field of an object',
      'a:\n  b: 1   # x\n  c: "2"\n',
      (text) => setValue(text, 0, ['a'], { c: '2', b: 3 }),
      'a:\n  b: 3   # x\n  c: "2"\n',
    ],
    [
      'only the new item of a list',
      'l:\n- a # 1\n- c # 3\n',
      (text) => setValue(text, 0, ['l'], ['a', 'b', 'c']),
      'l:\n- a # 1\n- b\n- c # 3\n',
    ],
    ['an anchor that nobody else uses', 'a: &x 1\nb: 2\n', (text) => setValue(text, 0, ['a'], 3), 'a: &x 3\nb: 2\n'],
    ['an alias replaced by a value', 'a: &x 1\nb: *x\n', (text) => setValue(text, 0, ['b'], 3), 'a: &x 1\nb: 3\n'],
    [
      'an inherited key overridden',
      'a: &x {k: 1}\nb:\n  <<: *x\n',
      (text) => setValue(text, 0, ['b', 'k'], 2),
      'a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n',
    ],
    ['an empty file', '', (text) => setValue(text, 0, ['kind'], 'X'), 'kind: X\n'],
  ]
  test.each(cases)('%s', (_, before, edit, after) => {
    expect(edit(before)).toBe(after)
  })
})

describe('a field behind a text that keeps its empty lines (|+)', () => {
  test.each<[string, JsonPath, string]>([
    ['s:\n  a: |+\n    text\n\n  b: 1\n\nz: 1\n', ['s', 'b'], 's:\n  a: |+\n    text\n\nz: 1\n'],
    ['s:\n  a: |+\n    text\n\n  b: 1\n\n\n', ['s', 'b'], 's:\n  a: |+\n    text\n\n'],
    ['l:\n  - |+\n    x\n\n  - y\n\nz: 1\n', ['l', 1], 'l:\n  - |+\n    x\n\nz: 1\n'],
    ['a: |+\r\n  x\r\nb: 1\r\n\r\nc: 1\r\n', ['b'], 'a: |+\r\n  x\r\nc: 1\r\n'],
  ])('takes the empty lines below it along: %j', (before, path, after) => {
    expect(deleteValue(before, 0, path)).toBe(after)
  })
})

describe('what is refused with a sentence', () => {
  const cases: [name: string, text: string, path: JsonPath, sentence: RegExp][] = [
    ['inside an alias', 'a: &x {k: 1}\nb: *x\n', ['b', 'k'], /inside an alias/],
    ['an anchored value used elsewhere', 'a: &x {k: 1}\nb: *x\n', ['a', 'k'], /shared with another place/],
    ['below a scalar', 'a: 1\n', ['a', 'b'], /single value/],
    ['beyond a list', 'a: [1]\n', ['a', 5], /1 items/],
    ['a file with an error', 'a: 1\n\tb: 2\n', ['a'], /error in line 2/],
  ]
  test.each(cases)('%s', (_, text, path, sentence) => {
    expect(() => setValue(text, 0, path, 9)).toThrow(Invalid)
    expect(() => setValue(text, 0, path, 9)).toThrow(sentence)
  })
  test('deleting what a merge key brings', () => {
    expect(() => deleteValue('a: &x {k: 1}\nb:\n  <<: *x\n  l: 1\n', 0, ['b', 'k'])).toThrow(/merge key/)
  })
})
