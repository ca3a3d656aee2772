import { describe, expect, test } from 'vitest'
import { type AskedReference, askedReferences, type Coming, isDangling } from '#components/create/dangling-references.ts'
import type { KindSummary } from '#lib/inventory/contract.ts'
import type { JsonObject } from '#lib/json.ts'
import type { BasketItem, ProposalDetail } from '#lib/proposals/contract.ts'
import type { ReferenceTree } from '#lib/schema/reference-tree.ts'

const topic = 'PubSubTopic.pubsub.test'
const offered: KindSummary[] = [
  {
    cluster: 'demo',
    key: topic,
    kind: 'PubSubTopic',
    group: 'pubsub.test',
    version: 'v1',
    namespaced: true,
    service: '',
    summary: '',
    count: 0,
    hash: '',
    state: 'synced',
    message: null,
  },
]
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
const asked: AskedReference = { path: ['spec', 'topicRef'], name: 'orders', namespace: 'here', kinds: [topic], words: 'PubSubTopic' }

test('references by name to kinds that are offered are looked up, however deep', () => {
  const value: JsonObject = {
    spec: {
      topicRef: { name: 'orders', namespace: 'there' },
      deep: [{ topicRef: { external: 'projects/a/topics/b' } }, { topicRef: { name: 'late' } }],
      secretRef: { name: 'password' },
    },
  }
  expect(askedReferences(tree, value, 'here', offered)).toEqual([
    { ...asked, namespace: 'there' },
    { ...asked, path: ['spec', 'deep', 1, 'topicRef'], name: 'late' },
  ])
  expect(askedReferences(tree, value, 'here', [])).toEqual([])
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
  test.each<[string, boolean, string[] | undefined, Coming]>([
    ['when nothing has its name', true, ['orders-2'], coming()],
    ['not while it is looked up', false, undefined, coming()],
    ['not when it is there', false, ['orders'], coming()],
    ['not when the basket makes it', false, [], coming({ basket: [inBasket('create')] })],
    ['when the basket makes one elsewhere', true, [], coming({ basket: [inBasket('create', 'there')] })],
    ['when the basket deletes it', true, ['orders'], coming({ basket: [inBasket('delete')] })],
    ['not when the same pull request makes it', false, [], coming({ proposal: [proposed('create')] })],
    ['when the same pull request deletes it', true, ['orders'], coming({ proposal: [proposed('delete')] })],
  ])('%s', (_, expected, names, around) => {
    expect(isDangling(asked, names, around)).toBe(expected)
  })
})
