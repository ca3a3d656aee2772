import { createTwoFilesPatch } from 'diff'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffSize, parseDiff } from './parse-diff.ts'

test('lines carry their numbers before and after', () => {
  expect(parseDiff('--- a\n+++ b\n@@ -3,3 +3,3 @@ spec:\n a\n-b\n+c\n d\n')).toEqual([
    { type: 'file', before: null, after: null, text: '--- a' },
    { type: 'file', before: null, after: null, text: '+++ b' },
    { type: 'hunk', before: null, after: null, text: 'spec:' },
    { type: 'same', before: 3, after: 3, text: 'a' },
    { type: 'removed', before: 4, after: null, text: 'b' },
    { type: 'added', before: null, after: 4, text: 'c' },
    { type: 'same', before: 5, after: 5, text: 'd' },
  ])
})

test('a removed line of two dashes is not taken for a file header', () => {
  expect(parseDiff('@@ -1,1 +0,0 @@\n--- a/x\n').at(-1)).toEqual({ type: 'removed', before: 1, after: null, text: '-- a/x' })
})

test('the missing line break at the end is a note', () => {
  expect(parseDiff('@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n').at(-1)).toMatchObject({
    type: 'note',
    text: 'No newline at end of file',
  })
})

test('the lines after are those of the new file, whatever the change', () => {
  const text = fc
    .array(fc.constantFrom('a', '-- b', '++ c', '@@ -1 +1 @@', '', '\\ x'), { maxLength: 12 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = parseDiff(createTwoFilesPatch('a', 'b', before, after, '', '', { context: 1000 }))
      const side = (drop: 'added' | 'removed') =>
        lines.filter((line) => ['same', 'added', 'removed'].includes(line.type) && line.type !== drop).map((line) => `${line.text}\n`)
      const { added, removed } = diffSize(lines)
      if (before === after) expect(added + removed).toBe(0)
      else {
        expect(side('removed').join('')).toBe(after)
        expect(side('added').join('')).toBe(before)
      }
    }),
  )
})
