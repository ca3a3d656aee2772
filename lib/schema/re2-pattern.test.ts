import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

test.each<[string, string, boolean]>([
  ['abc', 'xxabcxx', true],
  ['^abc$', 'abc\n', false],
  ['a|b|', '', true],
  ['^[^a-c\\d]+$', 'xyz', true],
  ['^[^a-c\\d]+$', 'x1', false],
  ['^[]a]$', ']', true],
  ['^[a-]$', '-', true],
  ['^a{2,3}$', 'aaaa', false],
  ['^a{2,}$', 'aaaa', true],
  ['^a{,2}$', 'a{,2}', true],
  ['(?i)^ABC$', 'abc', true],
  ['^(?i:a)B$', 'AB', true],
  ['^(?i:a)B$', 'Ab', false],
  ['(?s)^a.b$', 'a\nb', true],
  ['^a.b$', 'a\nb', false],
  ['(?m)^b$', 'a\nb', true],
  ['^(?P<name>x)$', 'x', true],
  ['^\\pL+$', 'äß', true],
  ['^\\p{Greek}$', 'α', true],
  ['^\\P{L}$', '1', true],
  ['^[[:alpha:]]+$', 'ab', true],
  ['^\\Qa.b\\E$', 'a.b', true],
  ['\\Aa\\z', 'a', true],
  ['\\bfoo\\b', 'a foo b', true],
  ['^\\x41\\x{1F600}$', 'A😀', true],
  ['^.$', '😀', true],
  ['^(a*)*$', 'aaab', false],
])('%s on %s: %s', (pattern, text, wanted) => {
  expect(compileRe2(pattern)?.matches(text)).toBe(wanted)
})

test.each([
  '(?=a)',
  '(?<!a)b',
  '(a)\\1',
  'a**',
  '[z-a]',
  '(',
  'a)',
  '[a',
  '\\y',
  '*a',
  'a{1001}',
  '((a{1000}){1000}){1000}',
  '\\p{Nonsense}',
])('%s is no pattern of RE2, or too large: nothing is said', (pattern) => {
  expect(compileRe2(pattern)).toBeUndefined()
})

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '(?:a|bc)', '(ab)', '1')
const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '*?')).map(([one, times]) => one + times)
const pattern = fc
  .tuple(fc.constantFrom('', '^'), fc.array(piece, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '$'))
  .map(([start, pieces, end]) => start + pieces.join('') + end)

test('where JavaScript and RE2 mean the same, the verdicts are the same', () => {
  fc.assert(
    fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 }), (source, text) => {
      expect(compileRe2(source)?.matches(text)).toBe(new RegExp(source, 'u').test(text))
    }),
    { numRuns: 2000 },
  )
})
