import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { adoptionDifferences } from './adoption-differences.ts'

const asset = (data: JsonObject): Json => ({ name: '//x/y', resource: { data } })
const differ = (before: JsonObject, after: JsonObject) => adoptionDifferences(asset(before), asset(after))

test('the label that adoption adds is told as expected, whether or not there were labels before', () => {
  const expected = [{ path: ['labels', 'managed-by-cnrm'], before: null, after: 'true', expected: true }]
  expect(differ({ labels: { tier: 'gold' } }, { labels: { tier: 'gold', 'managed-by-cnrm': 'true' } })).toEqual(expected)
  expect(differ({}, { labels: { 'managed-by-cnrm': 'true' } })).toEqual(expected)
  expect(differ({ settings: {} }, { settings: { userLabels: { 'managed-by-cnrm': 'true' } } })).toMatchObject([{ expected: true }])
})

test.each<[string, JsonObject, JsonObject, Json[]]>([
  ['a value', { location: 'EU' }, { location: 'US' }, ['location']],
  ['a label that went', { labels: { tier: 'gold' } }, { labels: {} }, ['labels', 'tier']],
  ['a label named like a date', { labels: { updated: 'a' } }, { labels: { updated: 'b' } }, ['labels', 'updated']],
  ['a label named etag', { labels: { etag: 'a' } }, { labels: { etag: 'b' } }, ['labels', 'etag']],
  ['the label with another value', {}, { labels: { 'managed-by-cnrm': 'false' } }, ['labels', 'managed-by-cnrm']],
  ['the label where no labels are', {}, { config: { 'managed-by-cnrm': 'true' } }, ['config', 'managed-by-cnrm']],
  ['a list that got longer', { ports: ['80'] }, { ports: ['22', '80'] }, ['ports', 0]],
  ['something nested', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, ['a', 'b', 0, 'c']],
  ['a schedule', { schedule: '* * * * *' }, { schedule: '1 * * * *' }, ['schedule']],
  ['a version that is configured', { version: '1.27' }, { version: '1.28' }, ['version']],
  ['another type', { a: { b: 1 } }, { a: [1] }, ['a']],
])('%s is told and not expected', (_, before, after, path) => {
  expect(differ(before, after)).toMatchObject([{ path, expected: false }])
})

test.each<[string, JsonObject, JsonObject]>([
  [
    'what the service counts',
    { metageneration: '1', settings: { settingsVersion: '3' } },
    { metageneration: '2', settings: { settingsVersion: '4' } },
  ],
  ['what the service dates', { updated: '2026-01-01', lastModifiedTime: '1' }, { updated: '2026-01-02', lastModifiedTime: '2' }],
  ['checksums', { etag: 'a', labelFingerprint: 'b' }, { etag: 'c', labelFingerprint: 'd' }],
  ['its own work', { state: 'UPDATING' }, { state: 'RUNNABLE' }],
  ['another order', { members: ['a', 'b', { x: 1 }] }, { members: [{ x: 1 }, 'b', 'a'] }],
  ['empty and missing', { a: {}, b: [], c: null, d: { e: {} } }, {}],
])('%s is no difference', (_, before, after) => {
  expect(differ(before, after)).toEqual([])
})

test('a configured state below the top is compared', () => {
  expect(differ({ policy: { state: 'ON' } }, { policy: { state: 'OFF' } })).toHaveLength(1)
})

test('parts that were joined to an asset are compared by name', () => {
  const part = (name: string, nodes: number): Json => ({ name: `//x/y/clusters/${name}`, resource: { data: { nodes } } })
  const whole = (...joined: Json[]): Json => ({ resource: { data: { a: 1 } }, joined })
  expect(adoptionDifferences(whole(part('a', 1), part('b', 1)), whole(part('b', 1), part('a', 1)))).toEqual([])
  expect(adoptionDifferences(whole(part('a', 1)), whole(part('a', 2)))).toMatchObject([{ path: ['a', 'nodes'], before: 1, after: 2 }])
  expect(adoptionDifferences(whole(part('a', 1)), whole())).toMatchObject([{ path: ['a', 'nodes'], after: null }])
})

test('a missing asset is a difference in every leaf', () => {
  expect(adoptionDifferences(asset({ a: 1, b: 2 }), null)).toHaveLength(2)
})

describe('whatever two assets hold', () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json> // a JSON value by its definition
  const data = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject> // an object of such values
  test('it never throws, and an asset never differs from itself', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(adoptionDifferences(a, b)).toBeInstanceOf(Array)
      }),
    )
    fc.assert(
      fc.property(data, (a) => {
        expect(differ(a, structuredClone(a))).toEqual([])
      }),
    )
  })
  test('both directions find the same number of differences', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(differ(a, b)).toHaveLength(differ(b, a).length)
      }),
    )
  })
  test('no path that both readings share with another value is missed', () => {
    fc.assert(
      fc.property(data, fc.constantFrom('location', 'tier', 'name', 'x'), fc.integer(), (a, key, value) => {
        expect(differ({ ...a, [key]: value }, { ...a, [key]: value + 1 })).toHaveLength(1)
      }),
    )
  })
})
