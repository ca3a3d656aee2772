import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineEndOf, toEditorOffset, toEditorText, toFileOffset, toFileText } from '#components/yaml/line-ends.ts'
import { minimalChange } from '#components/yaml/minimal-change.ts'

const pieces = (ends: string[]) =>
  fc.array(fc.oneof(fc.constantFrom(...ends), fc.string()), { maxLength: 30 }).map((parts) => parts.join(''))

describe('line ends between file and editor', () => {
  test('every file comes back byte for byte', () => {
    fc.assert(
      fc.property(pieces(['\n', '\r\n', '\r']), (text) => {
        const end = lineEndOf(text)
        expect(toFileText(toEditorText(text, end), end)).toBe(text)
      }),
    )
  })

  test('places go over and back', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string().map((line) => line.replace(/[\r\n]/g, '')),
          { minLength: 2, maxLength: 10 },
        ),
        fc.nat(100),
        (lines, place) => {
          const text = lines.join('\r\n')
          const editor = toEditorText(text, '\r\n')
          const offset = Math.min(place, editor.length)
          const inFile = toFileOffset(editor, offset, '\r\n')
          expect(toEditorOffset(text, inFile, '\r\n')).toBe(offset)
          if (offset < editor.length && editor[offset] !== '\n') expect(text[inFile]).toBe(editor[offset])
        },
      ),
    )
  })

  test('a file that mixes both is left as it is', () => {
    expect(lineEndOf('a\r\nb\nc')).toBe('\n')
    expect(lineEndOf('a\r\nb\r\n')).toBe('\r\n')
  })
})

describe('the smallest change', () => {
  test('makes the other text and touches nothing that is the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (a, b, start, end) => {
        const before = start + a + end
        const after = start + b + end
        const change = minimalChange(before, after)
        if (!change) {
          expect(before).toBe(after)
          return
        }
        expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after)
        expect(change.to - change.from).toBeLessThanOrEqual(a.length + 1)
      }),
    )
  })

  test('never cuts a character in two', () => {
    expect(minimalChange('a😀b', 'a😁b')).toEqual({ from: 1, to: 3, insert: '😁' })
  })
})
