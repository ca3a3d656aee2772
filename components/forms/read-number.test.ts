import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readInteger, readLargeInteger, readNumber } from '#components/forms/read-number.ts'

test.each([
  ['42', 42],
  [' -7 ', -7],
  ['0', 0],
  ['007', undefined],
  ['1e3', undefined],
  ['9007199254740993', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['12a', undefined],
])('the whole number in %j is %s', (typed, expected) => expect(readInteger(typed)).toBe(expected))

test.each([
  ['9007199254740993', 9007199254740993n],
  ['-18446744073709551615', -18446744073709551615n],
  ['9007199254740991', undefined],
  ['09007199254740993', undefined],
  ['9007199254740993.0', undefined],
])('the large number in %j is %s', (typed, expected) => expect(readLargeInteger(typed)).toBe(expected))

test.each([
  ['1.5', 1.5],
  ['1.', undefined],
  ['1.0', undefined],
  ['-', undefined],
  ['-0.25', -0.25],
  ['.5', undefined],
])('the number in %j is %s', (typed, expected) => expect(readNumber(typed)).toBe(expected))

test('what is read is written as it was typed', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (number) => readInteger(String(number)) === number || Object.is(number, -0)))
  fc.assert(
    fc.property(fc.string(), (typed) => {
      const number = readNumber(typed)
      return number === undefined || String(number) === typed.trim()
    }),
  )
})
