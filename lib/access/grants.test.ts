import { describe, expect, test } from 'vitest'
import { allowedKinds, coveredProjects, coveredResources, covers, groupGrants } from '#lib/access/grants.ts'

const bucket = { key: 'StorageBucket.storage.cnrm.cloud.google.com', group: 'storage.cnrm.cloud.google.com', plural: 'storagebuckets' }
const topic = { key: 'PubSubTopic.pubsub.cnrm.cloud.google.com', group: 'pubsub.cnrm.cloud.google.com', plural: 'pubsubtopics' }
const kinds = [bucket, topic]
const rule = (over: object) => ({ verbs: ['list'], groups: ['*'], resources: ['*'], names: [], ...over })

describe('what rules allow', () => {
  test.each([
    ['everything', [rule({ verbs: ['*'] })], [bucket.key, topic.key]],
    ['one group', [rule({ groups: [bucket.group] })], [bucket.key]],
    ['one plural', [rule({ resources: ['pubsubtopics'] })], [topic.key]],
    ['another verb', [rule({ verbs: ['get'] })], []],
    ['single names only', [rule({ names: ['orders'] })], []],
    ['nothing', [], []],
  ])('%s', (_, rules, expected) => expect(allowedKinds(rules, 'list', kinds)).toEqual(expected))
})

describe('grants', () => {
  test('namespaces with the same kinds share a grant, and those without any are left out', () => {
    const grants = groupGrants(
      'c',
      new Map([
        ['a', [bucket.key, topic.key]],
        ['b', [bucket.key, topic.key]],
        ['d', [bucket.key]],
        ['e', []],
      ]),
      kinds,
    )
    expect(grants).toEqual([
      { cluster: 'c', namespaces: ['a', 'b'], kinds: 'all' },
      { cluster: 'c', namespaces: ['d'], kinds: [bucket.key] },
    ])
  })

  test('are conditions on rows: a kind counts where a row has one', () => {
    const grants = [
      { cluster: 'c', namespaces: ['a'], kinds: [bucket.key] },
      { cluster: 'd', namespaces: 'all' as const, kinds: 'all' as const },
    ]
    expect(coveredProjects(grants)).toEqual([{ cluster: 'c', namespace: { in: ['a'] } }, { cluster: 'd' }])
    expect(coveredResources(grants)).toEqual([{ cluster: 'c', namespace: { in: ['a'] }, kind: { in: [bucket.key] } }, { cluster: 'd' }])
  })

  test('cover what they name and nothing else', () => {
    const grants = [{ cluster: 'c', namespaces: ['a'], kinds: [bucket.key] }]
    expect(covers(grants, 'c', 'a')).toBe(true)
    expect(covers(grants, 'c', 'a', bucket.key)).toBe(true)
    expect(covers(grants, 'c', 'a', topic.key)).toBe(false)
    expect(covers(grants, 'c', 'b')).toBe(false)
    expect(covers(grants, 'd', 'a')).toBe(false)
    expect(covers([{ cluster: 'c', namespaces: 'all', kinds: 'all' }], 'c', 'anything', topic.key)).toBe(true)
  })
})
