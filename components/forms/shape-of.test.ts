import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { shapeOf } from './shape-of.ts'

describe('shapeOf', () => {
  test('is the same while only what stands deeper changes', () => {
    expect(shapeOf({ name: 'a', rules: [1] })).toBe(shapeOf({ name: 'b', rules: [1, 2] }))
    expect(shapeOf([{ a: 1 }, 2])).toBe(shapeOf(['x', null]))
  })

  test('tells apart what a field shows of itself', () => {
    const different: (Json | undefined)[] = [
      undefined,
      null,
      '',
      '[0',
      '{[]',
      0,
      false,
      [],
      {},
      [1],
      { a: 1 },
      { b: 1 },
      { a: 1, b: 1 },
      { b: 1, a: 1 },
      { 'a","b': 1 },
    ]
    expect(new Set(different.map(shapeOf)).size).toBe(different.length)
  })

  test('of single values is the same exactly for the same value', () => {
    const single = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    fc.assert(fc.property(single, single, (one, other) => (shapeOf(one) === shapeOf(other)) === Object.is(one, other)))
  })
})
