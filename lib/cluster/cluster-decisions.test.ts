import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFieldPath, rejoinKeys } from './field-path.ts'
import { groupMatches, isOffered } from './kind-patterns.ts'
import { warningsOf } from './request.ts'
import { retryDelay } from './retry-delay.ts'

describe('retryDelay', () => {
  test.each([
    [500, 0, undefined, 250],
    [503, 3, undefined, 2000],
    [0, 1, undefined, 500],
    [429, 0, 3, 3000],
    [429, 0, 3600, 30_000],
    [503, 5, undefined, undefined],
    [400, 0, undefined, undefined],
    [401, 0, undefined, undefined],
    [403, 0, undefined, undefined],
    [404, 0, undefined, undefined],
    [409, 0, undefined, undefined],
    [410, 0, undefined, undefined],
    [422, 0, 1, undefined],
  ])('status %s, attempt %s, Retry-After %s → %s ms', (status, attempt, retryAfter, delay) => {
    expect(retryDelay(status, attempt, retryAfter)).toBe(delay)
  })
})

describe('field paths of the API server', () => {
  test.each([
    ['spec.lifecycleRule[0].action', ['spec', 'lifecycleRule', 0, 'action']],
    ['metadata.labels[a/b]', ['metadata', 'labels', 'a/b']],
    ['metadata.annotations[x.io/y.z]', ['metadata', 'annotations', 'x.io/y.z']],
    ['.spec.location', ['spec', 'location']],
    ['spec.env[name="A"].value', ['spec', 'env']],
    ['spec.map["a].b"].c', ['spec', 'map', 'a].b', 'c']],
    ['<nil>', []],
    ['', []],
  ])('%s', (text, path) => {
    expect(parseFieldPath(text)).toEqual(path)
  })
  test('any path of plain keys and indexes survives', () => {
    const keys = fc.array(fc.oneof(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]*$/), fc.nat(1000)), { maxLength: 6 })
    fc.assert(
      fc.property(keys, (path) => {
        const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
        expect(parseFieldPath(text)).toEqual(path)
      }),
    )
  })
  test('keys with dots are joined again where the document has them', () => {
    expect(rejoinKeys(['a', 'b', 'c', 'd'], { a: { 'b.c': { d: 1 } } })).toEqual(['a', 'b.c', 'd'])
    expect(rejoinKeys(['a', 'x', 'y'], { a: {} })).toEqual(['a', 'x', 'y'])
  })
})

describe('which kinds are offered', () => {
  test.each([
    ['storage.cnrm.cloud.google.com', '*.cnrm.cloud.google.com', true],
    ['cnrm.cloud.google.com', '*.cnrm.cloud.google.com', false],
    ['storage.cnrm.cloud.google.com.evil.io', '*.cnrm.cloud.google.com', false],
    ['cachingxcorbel.dev', 'caching.corbel.dev', false],
    ['caching.corbel.dev', '*', true],
  ])('%s by %s: %s', (group, pattern, offered) => {
    expect(groupMatches(group, pattern)).toBe(offered)
  })
  test('the label wins over the patterns, both ways', () => {
    const labelled = (value: string) => ({ metadata: { labels: { 'corbel.dev/offered': value } }, spec: { group: 'a.example' } })
    expect(isOffered(labelled('true'), [])).toBe(true)
    expect(isOffered(labelled('false'), ['*.example'])).toBe(false)
    expect(isOffered({ spec: { group: 'a.example' } }, ['*.example'])).toBe(true)
  })
})

test('warnings are read out of one header or several', () => {
  expect(warningsOf({ warning: '299 - "unknown field \\"spec.nope\\"", 299 kube "second"' })).toEqual([
    'unknown field "spec.nope"',
    'second',
  ])
  expect(warningsOf({ warning: ['299 - "a"', '299 - "b"'] })).toEqual(['a', 'b'])
  expect(warningsOf({})).toEqual([])
})
