import { describe, expect, test } from 'vitest'
import { proposalSteps, resourceProgress } from '#components/proposals/proposal-steps.ts'
import type { CheckView, ProposalState } from '#lib/proposals/contract.ts'

const check = (conclusion: string | null): CheckView => ({
  status: conclusion === null ? 'in_progress' : 'completed',
  conclusion,
  summary: null,
  url: null,
  updatedAt: '2026-11-23T10:00:00Z',
})
const proposal = (state: ProposalState, more: Partial<Parameters<typeof proposalSteps>[0]> = {}) => ({
  state,
  createdAt: '2026-11-23T10:00:00Z',
  openedAt: state === 'submitted' || state === 'stuck' ? null : '2026-11-23T10:01:00Z',
  mergedAt: null,
  mergedBy: null,
  finishedAt: null,
  problem: null,
  plan: null,
  apply: null,
  pullNumber: null,
  ...more,
})
const states = (state: ProposalState, more = {}) => proposalSteps(proposal(state, more)).map((step) => step.state)

describe('the steps of a proposal', () => {
  test.each<[ProposalState, object, string[]]>([
    ['submitted', {}, ['done', 'now', 'ahead', 'ahead', 'ahead']],
    ['stuck', {}, ['done', 'failed', 'ahead', 'ahead', 'ahead']],
    ['open', {}, ['done', 'done', 'now', 'ahead', 'ahead']],
    ['merged', {}, ['done', 'done', 'done', 'now', 'ahead']],
    ['applying', {}, ['done', 'done', 'done', 'now', 'ahead']],
    ['applied', {}, ['done', 'done', 'done', 'done', 'now']],
    ['failed', { apply: check('failure') }, ['done', 'done', 'done', 'failed', 'ahead']],
    ['failed', { apply: check('success') }, ['done', 'done', 'done', 'done', 'failed']],
    ['failed', { apply: check('skipped') }, ['done', 'done', 'done', 'done', 'failed']],
    ['ready', {}, ['done', 'done', 'done', 'done', 'done']],
    ['closed', {}, ['done', 'done', 'skipped', 'skipped', 'skipped']],
    ['closed', { openedAt: null }, ['done', 'skipped', 'skipped', 'skipped', 'skipped']],
  ])('%s %o', (state, more, expected) => {
    expect(states(state, more)).toEqual(expected)
  })

  test('what is wrong stands at the step that failed', () => {
    const steps = proposalSteps(proposal('stuck', { problem: 'The repository is archived.' }))
    expect(steps.find((step) => step.state === 'failed')?.note).toBe('The repository is archived.')
  })

  test.each([
    [null, /waits for the repository's CI .* corbel\/plan/],
    [{ ...check(null), status: 'queued' as const }, /waits for a runner/],
    [check(null), /worked out/],
    [check('success'), /review and the merge/],
    [check('skipped'), /review and the merge/],
    [check('failure'), /correct/],
  ])('an open pull request says what it waits for: plan %o', (plan, words) => {
    expect(proposalSteps(proposal('open', { plan }))[1]?.note).toMatch(words)
  })

  test.each<[ProposalState, object, string, RegExp]>([
    ['submitted', {}, '2026-11-23T10:00:00Z', /worker is opening/],
    ['merged', { mergedAt: '2026-11-23T10:02:00Z' }, '2026-11-23T10:02:00Z', /corbel\/apply/],
    ['applying', { apply: check(null) }, '2026-11-23T10:00:00Z', /CI is applying/],
  ])('what is under way says what it waits for and since when: %s %o', (state, more, since, words) => {
    const step = proposalSteps(proposal(state, more)).find((each) => each.state === 'now')
    expect(step).toMatchObject({ at: since, note: expect.stringMatching(words) })
  })

  test('who merged stands at the merge', () => {
    expect(proposalSteps(proposal('ready', { mergedBy: 'bob' }))[2]).toMatchObject({ title: 'Merged', note: 'by bob on GitHub' })
    expect(proposalSteps(proposal('ready'))[2]).toMatchObject({ title: 'Merged', note: null })
  })

  test('a pull request closed without merging says that nothing was changed', () => {
    expect(proposalSteps(proposal('closed'))[1]?.note).toMatch(/Nothing was changed/)
  })
})

test('several resources are counted once they are merged', () => {
  const resource = (action: 'create' | 'delete', state: string | null) => ({
    cluster: 'demo',
    namespace: 'payments-prod',
    kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com',
    kindName: 'PubSubTopic',
    name: 'x',
    action,
    state,
    headline: null,
  })
  const resources = [resource('create', 'ready'), resource('create', 'progressing'), resource('delete', null)]
  expect(resourceProgress({ state: 'applying', resources })).toBe('2 of 3 ready')
  expect(resourceProgress({ state: 'open', resources })).toBeNull()
  expect(resourceProgress({ state: 'applied', resources: resources.slice(0, 1) })).toBeNull()
})
