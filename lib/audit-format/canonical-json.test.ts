import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { canonicalJson, storable } from './canonical-json.ts'

// From RFC 8785, sections 3.2.2 to 3.2.4.
test('the example of RFC 8785 becomes the text printed there', () => {
  const value = JSON.parse(String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
    "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`)
  expect(canonicalJson(value)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('keys are sorted by UTF-16 code units, as in RFC 8785, not by code points', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 }
  expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7)
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
})

test('the order of keys makes no difference, and reading gives the value back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json)
      const again: Json = JSON.parse(text)
      expect(canonicalJson(again)).toBe(text)
      expect(canonicalJson(turned(again))).toBe(text)
    }),
  )
})
const turned = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(turned)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, item]) => [key, turned(item)]),
        )
      : value

test('numbers that JSON does not have are refused', () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => canonicalJson({ a: wrong })).toThrow(RangeError)
})

test('what a database cannot keep becomes the replacement character, in keys too', () => {
  expect(storable({ 'a\0': ['\ud800x', { b: '\udc00' }], n: 1, z: null })).toEqual({
    'a\ufffd': ['\ufffdx', { b: '\ufffd' }],
    n: 1,
    z: null,
  })
})
