import { expect, test } from 'vitest'
import { compareQuantities, parseQuantity } from '#lib/schema/quantity.ts'

test.each([
  ['1Gi', '1073741824'],
  ['1.5', '1500m'],
  ['2e3', '2k'],
  ['-1', '-1000m'],
  ['1n', '0.1n'],
])('%s is %s', (a, b) => {
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  if (!left || !right) throw new Error('both are quantities')
  expect(compareQuantities(left, right)).toBe(0)
})

test.each(['', '.', 'x', '1GG', '1 Gi', '--1', '1e', '1'.repeat(200)])('%j is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined()
})
