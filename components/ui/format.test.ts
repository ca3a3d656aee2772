import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counted, fieldPath, kindOf, listed, refreshEvery, relativeTime, shortDuration, shortenMiddle } from './format.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('times in words', () => {
  test.each([
    [0, 'now'],
    [4 * second, 'now'],
    [59 * second, '59 s'],
    [minute, '1 min'],
    [59 * minute, '59 min'],
    [47 * hour, '47 h'],
    [3 * day, '3 d'],
    [61 * day, '2 mo'],
    [800 * day, '2 y'],
  ])('%d ms are "%s"', (length, words) => {
    expect(shortDuration(length)).toBe(words)
    expect(shortDuration(-length)).toBe(words)
  })

  test('the past is ago, the future is in', () => {
    expect(relativeTime(0, 12 * minute)).toBe('12 min ago')
    expect(relativeTime(12 * minute, 0)).toBe('in 12 min')
    expect(relativeTime(0, second)).toBe('just now')
  })

  test('a text never stays wrong longer than its refresh says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * day }), (age) => {
        expect(refreshEvery(age)).toBeLessThanOrEqual(Math.max(second, age))
      }),
    )
  })
})

describe('words', () => {
  test('nouns follow their number', () => {
    expect([counted(1, 'project'), counted(12_804, 'project'), counted(2, 'entry', 'entries')]).toEqual([
      '1 project',
      '12,804 projects',
      '2 entries',
    ])
  })

  test.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j is listed as "%s"', (words, text) => {
    expect(listed(words)).toBe(text)
  })

  test('a long name keeps its start and its end', () => {
    expect(shortenMiddle('abcdefghijkl', 7)).toBe('abc…jkl')
  })

  test('a shortened name is never longer than asked and never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 5, max: 40 }), (text, length) => {
        const shown = shortenMiddle(text, length)
        expect(Array.from(shown).length).toBeLessThanOrEqual(Math.max(length, 5))
        expect(shown.isWellFormed()).toBe(text.isWellFormed())
      }),
    )
  })

  test('a kind is the first part of its key', () => {
    expect(kindOf('StorageBucket.storage.cnrm.cloud.google.com')).toBe('StorageBucket')
  })

  test('keys with dots or slashes stand in quotes in a field path', () => {
    expect(fieldPath(['spec', 'lifecycleRule', 0, 'age'])).toBe('spec.lifecycleRule[0].age')
    expect(fieldPath(['metadata', 'labels', 'app.kubernetes.io/name'])).toBe('metadata.labels["app.kubernetes.io/name"]')
  })
})
