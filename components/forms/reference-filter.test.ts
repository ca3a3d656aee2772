import { describe, expect, test } from 'vitest'
import { kindForTests } from '#lib/inventory/kind-for-tests.ts'
import type { BasketItem, ProposalDetail } from '#lib/proposals/contract.ts'
import { comingAt, comingResources, referenceKinds } from './reference-filter.ts'

const offered = [kindForTests('Topic', 'a.dev'), kindForTests('Topic', 'b.dev'), kindForTests('Bucket', 'a.dev')]

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

describe('what is on its way', () => {
  const item = (cluster: string, kindKey: string, name: string): BasketItem => ({
    id: '00000000-0000-4000-8000-000000000000',
    change: { cluster, namespace: 'payments-prod', kind: kindKey, action: 'create', name, text: 'a: 1', baseBlob: null },
    title: name,
    addedAt: '2026-11-23T04:00:00Z',
  })
  const proposed = (kindKey: string, name: string): ProposalDetail['resources'][number] => ({
    cluster: 'demo',
    namespace: 'payments-prod',
    kind: kindKey,
    kindName: kindKey.split('.')[0] ?? '',
    name,
    action: 'delete',
    state: null,
    headline: null,
  })
  const coming = {
    cluster: 'demo',
    basket: [item('demo', 'Topic.a.dev', 'orders'), item('demo', 'Bucket.a.dev', 'files'), item('other', 'Topic.a.dev', 'far')],
    proposal: [proposed('Topic.a.dev', 'orders'), proposed('Topic.b.dev', 'invoices')],
  }
  test.each([
    [{ kind: ['Topic.a.dev'] }, ['basket orders', 'proposal orders']],
    [{ kind: ['Topic.a.dev', 'Topic.b.dev'] }, ['basket orders', 'proposal orders', 'proposal invoices']],
    [{}, ['basket orders', 'basket files', 'proposal orders', 'proposal invoices']],
    [undefined, []],
  ])('gives what a reference to %j may name', (kinds, names) => {
    expect(comingResources(coming, kinds).map(({ from, name }) => `${from} ${name}`)).toEqual(names)
  })
  test('says what becomes of one resource: the basket has the last word', () => {
    const at = (name: string, namespace = 'payments-prod') => comingAt(coming, {}, { namespace, name })
    expect(at('orders')).toMatchObject({ from: 'basket', action: 'create' })
    expect(at('invoices')).toMatchObject({ from: 'proposal', action: 'delete' })
    expect(at('orders', 'elsewhere')).toBeUndefined()
  })
})
