import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TooLarge } from '#lib/errors.ts'
import { parseManifestFile } from './parse-manifest.ts'

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
].join('\n')

describe('what is wrong with a file is said at its place', () => {
  const cases: [name: string, text: string, severity: string, line: number, sentence: RegExp][] = [
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'error', 3, /"a" stands twice/],
    ['a tab', 'a:\n\tb: 1\n', 'error', 2, /tab stands where spaces must/],
    ['a bomb', bomb, 'error', 6, /expands to more than/],
    ['an unknown alias', 'a: *nowhere\n', 'error', 1, /anchor|alias/i],
    ['an alias to itself', 'a: &a [*a]\n', 'error', 1, /itself|before this alias/],
    ['nesting', `a: ${'['.repeat(5000)}\n`, 'error', 1, /nest/],
    ['an open bracket', 'a: [1, 2\n', 'error', 2, /indented|missing/],
    ['an open quote', 'a: "x\n', 'error', 2, /missing/],
    ['two colons', 'a: b: c\n', 'error', 1, /second ": "/],
    ['a key indented below a text', 'a: 1\nb: c\n  d: e\n', 'error', 3, /indented as if it belonged to the value above/],
    ['a key indented below a text in a list', 'a:\n  - x: y\n      z: 1\n', 'error', 3, /indented as if it belonged/],
    ['infinity', 'a: .inf\n', 'error', 1, /no number that JSON/],
    ['a list as key', '? [a]\n: b\n', 'error', 1, /only text as keys/],
    ['an unsafe integer', 'a: 12345678901234567890\n', 'warning', 1, /larger than 2\^53/],
    ['no', 'a: 1\nb: no\n', 'warning', 2, /boolean for kubectl/],
    ['off as a key', 'off: 1\n', 'warning', 1, /key off is a boolean for kubectl/],
    ['Yes', 'a: [Yes]\n', 'warning', 1, /Write "Yes" if text is meant, true or false if not/],
    ['underscores', 'a: 1_000\n', 'warning', 1, /Quote it, or leave the underscores out/],
    ['a decimal with underscores', 'a: 1_000.5\n', 'warning', 1, /leave the underscores out/],
    ['a power with underscores', 'a: 1_0e3\n', 'warning', 1, /leave the underscores out/],
    ['a binary', 'a: 0b11\n', 'warning', 1, /a number \(3\) for kubectl.*text for YAML 1.2/],
    ['a negative binary', 'a: -0b1_0\n', 'warning', 1, /a number \(-2\) for kubectl/],
    ['a hexadecimal with underscores', 'a: 0x1_F\n', 'warning', 1, /a number \(31\) for kubectl/],
    ['a time of day', 'a: 22:22\n', 'warning', 1, /base 60/],
    ['an octal', 'a: 010\n', 'warning', 1, /octal number \(8\)/],
    ['base 60', 'a: 12:30\n', 'warning', 1, /base 60/],
    ['a date', 'a: 2026-01-01\n', 'warning', 1, /date/],
    ['a merge key', 'a: &a {x: 1}\nb:\n  <<: *a\n', 'warning', 3, /merge key/],
  ]
  test.each(cases)('%s', (_, text, severity, line, sentence) => {
    const found = parseManifestFile(text).problems.find((problem) => sentence.test(problem.message))
    expect(found).toMatchObject({ severity, line })
  })

  test('keys indented below a text are one complaint, at the first of them, and what else is wrong stays', () => {
    const lines = (text: string) => parseManifestFile(text).problems.map(({ line, message }) => [line, message.slice(0, 23)])
    expect(lines('a: b\n  c: d\n  e: f\n')).toEqual([[2, 'This line is indented a']])
    expect(lines('a: b: c\n  d: e\n')).toEqual([
      [1, 'A second ": " stands on'],
      [2, 'This line is indented a'],
    ])
    const many = `a: b\n${'  c: d\n'.repeat(20_000)}`
    const found = lines(many)
    expect(found[0]).toEqual([2, 'This line is indented a'])
    expect(found.length).toBeLessThan(10)
  })

  test('what is taken for something else than text comes with its quotes', () => {
    const quoted = (text: string) =>
      parseManifestFile(text).problems.map((problem) => [text.slice(problem.start, problem.end), problem.quoted])
    expect(quoted('a: no\nb: 010\nc: 12345678901234567890\n')).toEqual([
      ['no', '"no"'],
      ['010', '"010"'],
      ['12345678901234567890', '"12345678901234567890"'],
    ])
  })

  test('a file over 1 MiB is too large', () => {
    expect(() => parseManifestFile(`a: ${'x'.repeat(1024 * 1024)}`)).toThrow(TooLarge)
  })

  test('a map of very many keys is read in time that grows with its size', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n')
    expect(Object.keys(parseManifestFile(keys(60_000)).documents[0]?.value ?? {})).toHaveLength(60_000)
  })

  test('so is a list of very many aliases', () => {
    const file = parseManifestFile(`a: &x 1\nb: &x 2\nc:\n${'- *x\n'.repeat(40_000)}`)
    expect(file.documents[0]?.value).toMatchObject({ a: 1, b: 2, c: expect.arrayContaining([2]) })
    expect(file.problems).toEqual([])
  })

  test('any text is read without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '}', '&', '*', '"', '|', '\t', '#') })),
        (text) => {
          const { problems, documents } = parseManifestFile(text)
          for (const problem of problems) expect(problem.line).toBeGreaterThan(0)
          expect(documents.every((document) => document.start <= document.end)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('what YAML 1.1 and 1.2 read alike is no surprise', () => {
  const text = 'a: 0x1F\nb: 1.5\nc: 1e3\nd: x_1\ne: _1\nf: 0b12\ng: 1_a\nh: 0x\ni: "0b11"\nj: 1_000px\n'
  expect(parseManifestFile(text).problems).toEqual([])
})

test('a document has every digit, and a value as JavaScript reads it', () => {
  const { value, exact } = parseManifestFile(
    'a: 9007199254740993\nb: [-9007199254740993, 1, 9007199254740993.0]\n__proto__: 0x20000000000001\n',
  ).documents[0] ?? { value: null, exact: null }
  expect(Object.entries(exact ?? {})).toEqual([
    ['a', 9007199254740993n],
    ['b', [-9007199254740993n, 1, 9007199254740992n]],
    ['__proto__', 9007199254740993n],
  ])
  expect(Object.entries(value ?? {})).toEqual([
    ['a', 2 ** 53],
    ['b', [-(2 ** 53), 1, 2 ** 53]],
    ['__proto__', 2 ** 53],
  ])
  const small = parseManifestFile('a: 1\n').documents[0]
  expect(small?.exact).toBe(small?.value)
})

test('documents know their resource and their place', () => {
  const text =
    '# head\napiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: x.dev/v1\nkind: B\nmetadata: {name: b, namespace: n}\n'
  const { documents } = parseManifestFile(text)
  expect(documents.map(({ identity }) => identity)).toEqual([
    { apiVersion: 'v1', group: '', version: 'v1', kind: 'A', namespace: undefined, name: 'a' },
    { apiVersion: 'x.dev/v1', group: 'x.dev', version: 'v1', kind: 'B', namespace: 'n', name: 'b' },
  ])
  expect(documents.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
})

test('merge keys bring fields that own ones override', () => {
  expect(parseManifestFile('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n').documents[0]?.value).toEqual({ a: { x: 1, y: 2 }, b: { y: 3, x: 1 } })
})
