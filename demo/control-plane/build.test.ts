import { expect, test } from 'vitest'
import { isGoNewEnough } from './build.ts'

test.each([
  ['go1.26.0', true],
  ['go1.26.8', true],
  ['go1.27rc1', true],
  ['go2.0', true],
  ['devel go1.27-abcdef', true],
  ['go1.25.9', false],
  ['go1.9', false],
  ['', false],
  ['something else', false],
])('%s: %s', (version, enough) => {
  expect(isGoNewEnough(version)).toBe(enough)
})
