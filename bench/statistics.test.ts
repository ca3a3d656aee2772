import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, percentile, ratio, spread } from './statistics.ts'

describe('percentile', () => {
  test.each([
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[5, 1, 4, 2, 3], 0.5, 3],
    [[1, 2, 3, 4], 0.5, 2],
    [[7], 0, 7],
    [[7], 1, 7],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95, 10],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 9],
    [[10, 9], 0, 9],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected)
  })

  test('at least the share of the values does not exceed it, and it is one of them', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const found = percentile(all, share)
        const below = all.filter((each) => each <= found).length
        return all.some((each) => each === found) && below >= Math.floor(all.length * share)
      }),
    )
  })

  test('leaves the given values in their order and refuses an empty list', () => {
    const values = [3, 1, 2]
    percentile(values, 0.5)
    expect(values).toEqual([3, 1, 2])
    expect(() => percentile([], 0.5)).toThrow('no values')
  })
})

test('a spread names smallest, middle and largest', () => {
  expect(spread([3, 1, 2])).toBe('1.0 / 2.0 / 3.0')
  expect(spread([1234.56], 0)).toBe('1235 / 1235 / 1235')
})

test('a ratio without anything to compare with is a dash', () => {
  expect(ratio(3, 2)).toBe(1.5)
  expect(ratio(3, 0)).toBe('–')
})

describe('a goal', () => {
  test.each([
    [59.9, '< 60', 'met'],
    [60, '< 60', 'missed'],
    [60, '≤ 60', 'met'],
    [2001, '≤ 2,000', 'missed'],
    [1500, '≥ 1,500', 'met'],
    ['1499 / 3000', '≥ 1,500', 'missed'],
    ['1.0 / 2.0 / 59.0', '< 60', 'met'],
    ['1.0 / 2.0 / 61.0', '< 60', 'missed'],
    ['skipped: no CRDs', '≤ 2000', 'not measured'],
    ['', '< 1', 'not measured'],
    [5, undefined, undefined],
  ] as const)('%s against %s is %s', (value, goal, verdict) => {
    expect(judge({ value, ...(goal && { goal }) })).toBe(verdict)
  })
})
