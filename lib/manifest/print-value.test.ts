import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { setValue } from './edit-manifest.ts'
import { printFlow, printResource } from './print-value.ts'

/** Made from numbers, so that none of them stands in this file. */
const sign = (code: number): string => String.fromCodePoint(code)

test.each([
  ['a direction override', 0x202e, '\\u202e'],
  ['an isolate', 0x2066, '\\u2066'],
  ['a mark of direction', 0x061c, '\\u061c'],
  ['a space of no width', 0x200b, '\\u200b'],
  ['a joiner', 0x2060, '\\u2060'],
  ['a soft hyphen', 0x00ad, '\\u00ad'],
  ['a byte order mark', 0xfeff, '\\ufeff'],
  ['a letter of the tags', 0xe0041, '\\U000e0041'],
])('%s stands in a file where it can be seen, in values, keys, lists and texts of several lines', (_, code, escaped) => {
  const text = `before${sign(code)}after`
  const value = { kind: 'Thing', spec: { text, [text]: 'key', list: [text], lines: `first\n${text}\n`, flow: [[]] } }
  const printed = printResource(value)
  expect(printed).not.toContain(sign(code))
  expect(printed.split(escaped)).toHaveLength(5)
  expect(parse(printed)).toEqual(value)
  const edited = setValue('spec:\n  text: before # kept\n', 0, ['spec', 'text'], text)
  expect(edited).toBe(`spec:\n  text: "before${escaped}after" # kept\n`)
})

test('what is written as JSON stays JSON', () => {
  const value = { name: `a${sign(0x202e)}b`, tag: `a${sign(0xe0041)}b` }
  const printed = printFlow(value, true)
  expect(JSON.parse(printed)).toEqual(value)
  expect(printed).toContain('\\u202e')
})
