import { describe, expect, test } from 'vitest'
import type { KindSummary } from '#lib/inventory/contract.ts'
import { referenceKinds } from './reference-filter.ts'

const kind = (name: string, group: string): KindSummary => ({
  cluster: 'demo',
  key: `${name}.${group}`,
  kind: name,
  group,
  version: 'v1',
  namespaced: true,
  service: '',
  summary: '',
  count: 0,
  hash: '',
  state: 'synced',
  message: null,
})
const offered = [kind('Topic', 'a.dev'), kind('Topic', 'b.dev'), kind('Bucket', 'a.dev')]

describe('a reference looks among', () => {
  test('the kinds it names, of every group', () => {
    expect(referenceKinds(['Topic'], offered)).toEqual({ kind: ['Topic.a.dev', 'Topic.b.dev'] })
    expect(referenceKinds(['Topic', 'Bucket'], offered, 'Bucket')).toEqual({ kind: ['Bucket.a.dev'] })
  })
  test('everything without a filter when it may name any kind, until one is chosen', () => {
    expect(referenceKinds([], offered)).toEqual({})
    expect(referenceKinds([], offered, 'Bucket')).toEqual({ kind: ['Bucket.a.dev'] })
  })
  test('nothing when the cluster offers none of its kinds', () => {
    expect(referenceKinds(['Absent'], offered)).toBeUndefined()
    expect(referenceKinds([], offered, 'Absent')).toBeUndefined()
  })
})
