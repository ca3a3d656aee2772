import { describe, expect, test } from 'vitest'
import { type AskedResource, askedReferences, isDangling, mostAsked } from '#components/create/dangling-references.ts'
import type { Coming } from '#components/forms/reference-filter.ts'
import { kindForTests } from '#lib/inventory/kind-for-tests.ts'
import type { JsonObject } from '#lib/json.ts'
import type { BasketItem, ProposalDetail } from '#lib/proposals/contract.ts'
import type { ReferenceTree } from '#lib/schema/reference-tree.ts'

const topic = 'PubSubTopic.pubsub.test'
const offered = [kindForTests('PubSubTopic', 'pubsub.test')]
const tree: ReferenceTree = {
  fields: [
    [
      'spec',
      {
        fields: [
          ['topicRef', { reference: { kinds: ['PubSubTopic'], keys: ['name', 'namespace', 'external'] } }],
          ['deep', { each: { fields: [['topicRef', { reference: { kinds: ['PubSubTopic'], keys: ['name'] } }]] } }],
          ['secretRef', { reference: { kinds: ['Secret'], keys: ['name'] } }],
        ],
      },
    ],
  ],
}
const asked: AskedResource = {
  name: 'orders',
  namespace: 'here',
  kinds: { kind: [topic] },
  words: 'PubSubTopic',
  paths: [['spec', 'topicRef']],
}

test('references by name to kinds that are offered are looked up, however deep, each resource once', () => {
  const value: JsonObject = {
    spec: {
      topicRef: { name: 'orders', namespace: 'there' },
      deep: [{ topicRef: { external: 'projects/a/topics/b' } }, { topicRef: { name: 'late' } }, { topicRef: { name: 'late' } }],
      secretRef: { name: 'password' },
    },
  }
  expect(askedReferences(tree, value, 'here', offered)).toEqual({
    resources: [
      { ...asked, namespace: 'there' },
      {
        ...asked,
        name: 'late',
        paths: [
          ['spec', 'deep', 1, 'topicRef'],
          ['spec', 'deep', 2, 'topicRef'],
        ],
      },
    ],
    more: 0,
  })
  expect(askedReferences(tree, value, 'here', [])).toEqual({ resources: [], more: 0 })
})

test('references to more resources than are looked up are counted', () => {
  const deep = Array.from({ length: mostAsked + 4 }, (_, index) => ({ topicRef: { name: `topic-${Math.min(index, mostAsked + 1)}` } }))
  const { resources, more } = askedReferences(tree, { spec: { deep } }, 'here', offered)
  expect(resources.map(({ name }) => name)).toEqual(Array.from({ length: mostAsked }, (_, index) => `topic-${index}`))
  expect(more).toBe(4)
})

describe('a reference leads to nothing', () => {
  const inBasket = (action: 'create' | 'delete', namespace = 'here'): BasketItem => ({
    id: '018f0000-0000-7000-8000-000000000000',
    title: '',
    addedAt: '2026-01-01T00:00:00Z',
    change: { cluster: 'demo', namespace, kind: topic, name: 'orders', action, text: null, baseBlob: null },
  })
  const proposed = (action: 'create' | 'delete'): ProposalDetail['resources'][number] => ({
    cluster: 'demo',
    namespace: 'here',
    kind: topic,
    kindName: 'PubSubTopic',
    name: 'orders',
    action,
    state: null,
    headline: null,
  })
  const coming = (more: Partial<Coming> = {}): Coming => ({ cluster: 'demo', basket: [], proposal: [], ...more })
  test.each<[string, boolean, boolean | undefined, Coming]>([
    ['when nothing has its name', true, false, coming()],
    ['not while it is looked up', false, undefined, coming()],
    ['not when it is there', false, true, coming()],
    ['not when the basket makes it', false, false, coming({ basket: [inBasket('create')] })],
    ['when the basket makes one elsewhere', true, false, coming({ basket: [inBasket('create', 'there')] })],
    ['when the basket deletes it', true, true, coming({ basket: [inBasket('delete')] })],
    ['not when the same pull request makes it', false, false, coming({ proposal: [proposed('create')] })],
    ['when the same pull request deletes it', true, true, coming({ proposal: [proposed('delete')] })],
  ])('%s', (_, expected, found, around) => {
    expect(isDangling(asked, found, around)).toBe(expected)
  })
})
