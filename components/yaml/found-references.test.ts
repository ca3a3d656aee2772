import { expect, test } from 'vitest'
import type { ComingResource } from '#components/forms/reference-filter.ts'
import type { ReferenceField } from '#lib/schema/field-tree.ts'
import { foundReferences } from './found-references.ts'

const text = { type: 'string' as const, label: '' }
const children = [
  { ...text, key: 'name' },
  { ...text, key: 'external' },
  { ...text, key: 'namespace' },
]
const reference: ReferenceField = { type: 'reference', key: 'topicRef', label: 'Topic', shape: 'A', targets: ['Topic'], children }
const place = { from: 0, typed: '', column: 4, reference, namespace: undefined, kind: undefined }
const row = (namespace: string, name: string) => ({ namespace, kind: 'Topic.a.dev', name, state: 'ready' as const })
const coming = (name: string, more: Partial<ComingResource> = {}): ComingResource => ({
  namespace: 'shop',
  kind: 'Topic.a.dev',
  name,
  action: 'create',
  from: 'basket',
  ...more,
})
const labels = (found: { label: string }[]) => found.map(({ label }) => label)

test('what comes with the same proposal is offered before what exists, with where it waits', () => {
  const found = foundReferences(place, 'shop', [row('shop', 'orders')], [coming('new'), coming('newer', { from: 'proposal' })])
  expect(found.map(({ label, detail }) => [label, detail])).toEqual([
    ['new', 'Topic · this project · in your basket'],
    ['newer', 'Topic · this project · in this proposal'],
    ['orders', 'Topic · this project · Ready'],
  ])
})

test('what is only changed or goes away is not offered a second time', () => {
  expect(labels(foundReferences(place, 'shop', [row('shop', 'orders')], [coming('orders', { action: 'update' })]))).toEqual(['orders'])
  expect(labels(foundReferences(place, 'shop', [row('shop', 'orders')], [coming('orders')]))).toEqual(['orders'])
})

test('what was typed and the namespace beside it narrow what comes', () => {
  const all = [coming('orders-new'), coming('other'), coming('orders-far', { namespace: 'far' })]
  expect(labels(foundReferences({ ...place, typed: 'orders' }, 'shop', [], all))).toEqual(['orders-new', 'orders-far'])
  expect(labels(foundReferences({ ...place, namespace: 'far' }, 'shop', [], all))).toEqual(['orders-far'])
})

test('the namespace is written with the name where it is another one', () => {
  const found = foundReferences(place, 'shop', [row('far', 'orders')], [])
  expect(found.map(({ insert }) => insert)).toEqual(['orders\n    namespace: far'])
})
