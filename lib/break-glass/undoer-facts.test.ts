import { expect, test } from 'vitest'
import { secondsOf } from './undoer-facts.ts'

test.each([
  ['10m', 600],
  ['10m0s', 600],
  ['1h30m', 5400],
  ['90s', 90],
  ['1.5h', 5400],
  ['1500ms', 2],
  ['', undefined],
  ['10', undefined],
  ['ten minutes', undefined],
  ['-10m', undefined],
])('a duration of Go: %j is %s seconds', (duration, seconds) => {
  expect(secondsOf(duration)).toBe(seconds)
})
