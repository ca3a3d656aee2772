import { describe, expect, test } from 'vitest'
import type { KindSummary } from '#lib/inventory/contract.ts'
import type { BasketItem } from '#lib/proposals/contract.ts'
import { inBasket, referenceKinds } from './reference-filter.ts'

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

describe('a basket', () => {
  const item = (cluster: string, kindKey: string, name: string): BasketItem => ({
    id: '00000000-0000-4000-8000-000000000000',
    change: { cluster, namespace: 'payments-prod', kind: kindKey, action: 'create', name, text: 'a: 1', baseBlob: null },
    title: name,
    addedAt: '2026-11-23T04:00:00Z',
  })
  const items = [item('demo', 'Topic.a.dev', 'orders'), item('demo', 'Bucket.a.dev', 'files'), item('other', 'Topic.a.dev', 'far')]
  test.each([
    [{ kind: ['Topic.a.dev'] }, ['orders']],
    [{}, ['orders', 'files']],
    [undefined, []],
  ])('gives what a reference to %j may name', (kinds, names) => {
    expect(inBasket(items, 'demo', kinds).map((change) => change.name)).toEqual(names)
  })
})
