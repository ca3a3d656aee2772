import { describe, expect, test } from 'vitest'
import type { BasketItem, ProposalPreview } from '#lib/proposals/contract.ts'
import { basketGroups, verdictOf } from './basket-groups.ts'

type Previewed = ProposalPreview['changes'][number]

const item = (name: string, namespace: string): BasketItem => ({
  id: name,
  title: name,
  addedAt: '2026-11-23T10:00:00Z',
  change: {
    cluster: 'demo',
    namespace,
    kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com',
    name,
    action: 'create',
    text: 'x',
    baseBlob: null,
  },
})
const previewed = (more: Partial<Previewed> = {}): Previewed => ({
  name: 'x',
  repository: 'acme/payments',
  path: 'x.yaml',
  problem: null,
  openProposals: [],
  dryRun: { accepted: true, unavailable: null, message: null, fields: [], warnings: [], milliseconds: 1 },
  ...more,
})
const shape = (groups: ReturnType<typeof basketGroups>) =>
  groups.map(({ repository, projects }) => [
    repository,
    projects.map(({ namespace, items }) => [namespace, items.map((each) => each.item.id)]),
  ])

describe('items of the basket', () => {
  const items = [
    item('a', 'no-repository'),
    item('b', 'payments-prod'),
    item('c', 'playlists-prod'),
    item('d', 'payments-dev'),
    item('e', 'payments-prod'),
  ]
  const repositories: Record<string, string> = {
    'payments-prod': 'acme/payments',
    'payments-dev': 'acme/payments',
    'playlists-prod': 'acme/playlists',
  }

  test('stand by repository and project, those without a repository last', () => {
    expect(shape(basketGroups(items, undefined, ({ namespace }) => repositories[namespace] ?? null))).toEqual([
      [
        'acme/payments',
        [
          ['payments-prod', ['b', 'e']],
          ['payments-dev', ['d']],
        ],
      ],
      ['acme/playlists', [['playlists-prod', ['c']]]],
      [null, [['no-repository', ['a']]]],
    ])
  })

  test('take what the preview says: repository, verdict, the difference of their file', () => {
    const preview: ProposalPreview = {
      changes: [previewed({ repository: null }), previewed(), previewed({ repository: 'acme/moved' }), previewed(), previewed()],
      groups: [
        {
          repository: 'acme/payments',
          repositoryUrl: '',
          baseBranch: 'main',
          title: '',
          message: '',
          openedAs: 'github-app',
          changes: [1, 3, 4],
          files: [{ path: 'all.yaml', existsBefore: true, existsAfter: true, diff: '+all', changes: [1, 4] }],
        },
      ],
    }
    const groups = basketGroups(items, preview, () => null)
    expect(groups.map(({ repository }) => repository)).toEqual(['acme/payments', 'acme/moved', null])
    expect(groups[0]?.projects.flatMap((project) => project.items.map(({ diff }) => diff))).toEqual(['+all', '+all', undefined])
  })
})

const problem = (code: 'conflict' | 'invalid') => ({ code, message: '', fields: [] })
const open = { id: 'x', title: '', pullNumber: 1, pullUrl: null, requestedBy: '', extendable: true }
const dryRun = previewed().dryRun
test.each<[string, Previewed | undefined]>([
  ['Checking', undefined],
  ['Accepted', previewed()],
  ['Accepted with warnings', previewed({ dryRun: { ...dryRun, warnings: ['old'] } })],
  ['Refused', previewed({ dryRun: { ...dryRun, accepted: false } })],
  ['Not checked', previewed({ dryRun: { ...dryRun, accepted: false, unavailable: 'away' } })],
  ['Open proposal', previewed({ openProposals: [open] })],
  ['Refused', previewed({ openProposals: [open], dryRun: { ...dryRun, accepted: false } })],
  ['Changed in Git', previewed({ problem: problem('conflict') })],
  ['Cannot be proposed', previewed({ problem: problem('invalid') })],
])('an item is said to be: %s', (word, preview) => {
  expect(verdictOf(preview).word).toBe(word)
})
