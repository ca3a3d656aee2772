import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowWindow } from './row-window.ts'

test('whatever is in view is drawn, and never more than a screenful around it', () =>
  fc.assert(
    fc.property(fc.nat(400_000), fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 0, max: 10_000 }), (scrolled, viewport, rows) => {
      const height = 36
      const { first, end } = rowWindow(scrolled, viewport, height, rows)
      expect(first).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(rows)
      expect(end - first).toBeLessThanOrEqual(viewport / height + 26)
      for (const pixel of [scrolled, scrolled + viewport - 1]) {
        const seen = Math.floor(pixel / height)
        if (seen < rows) expect(seen >= first && seen < end).toBe(true)
      }
    }),
  ))

test('of no rows none is drawn', () => expect(rowWindow(500, 600, 36, 0)).toEqual({ first: 0, end: 0 }))
