import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { liveDifferences } from './live-differences.ts'

const users: Json[] = [{ name: 'q', level: 2 }, { name: 'extra' }, { name: 'p', level: 1, since: 1 }]
const git: JsonObject = {
  apiVersion: 'v1',
  kind: 'Bucket',
  metadata: { name: 'a', labels: { tier: 'gold' }, annotations: { 'corbel.dev/commit': 'old', note: 'x' } },
  spec: {
    size: 3,
    users: [
      { name: 'p', level: 1 },
      { name: 'q', level: 2 },
    ],
    zones: ['a'],
    steps: [{ do: 1 }],
    more: {},
    none: null,
  },
}
const live = {
  apiVersion: 'v1',
  kind: 'Bucket',
  metadata: {
    name: 'a',
    uid: '1',
    labels: { tier: 'gold', added: 'by somebody' },
    annotations: { 'corbel.dev/commit': 'new', note: 'x' },
  },
  spec: {
    size: 3,
    defaulted: true,
    users,
    zones: ['a'],
    steps: [{ do: 1, retries: 3 }],
  },
  status: { ready: true },
}
const paths = (a: Json, b: Json) => liveDifferences(a, b).map(({ path }) => path.join('.'))

describe('what differs live', () => {
  test('what the server, operators and others add is no difference', () => {
    expect(liveDifferences(git, live)).toEqual([])
  })

  test.each<[string, Json, string[]]>([
    ['a value', { ...live, spec: { ...live.spec, size: 4 } }, ['spec.size']],
    ['a field that is gone', { ...live, spec: { ...live.spec, size: 3, zones: [] } }, ['spec.zones']],
    [
      'an item, wherever it stands',
      {
        ...live,
        spec: {
          ...live.spec,
          users: [
            { name: 'q', level: 9 },
            { name: 'p', level: 1 },
          ],
        },
      },
      ['spec.users.1.level'],
    ],
    ['an item that is gone', { ...live, spec: { ...live.spec, users: [{ name: 'p', level: 1 }] } }, ['spec.users.1']],
    ['a label', { ...live, metadata: { ...live.metadata, labels: {} } }, ['metadata.labels.tier']],
    ['nothing at all', { apiVersion: 'v1', kind: 'Bucket' }, ['metadata.labels.tier', 'metadata.annotations.note', 'spec']],
  ])('%s', (_, there, expected) => {
    expect(paths(git, there)).toEqual(expected)
  })

  test('of hidden values nothing is said', () => {
    const hidden = { ...live, spec: { ...live.spec, size: '(hidden)' } }
    expect(liveDifferences(git, hidden, { isHidden: (value) => value === '(hidden)' })).toEqual([])
  })

  test('an object never differs from itself, nor from itself with more in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        // Proof of the cast: jsonValue makes JSON.
        const json = value as Json & object
        expect(liveDifferences(json, json)).toEqual([])
        expect(liveDifferences(json, { ...json, 'added by the server': 1 })).toEqual([])
      }),
    )
  })
})
