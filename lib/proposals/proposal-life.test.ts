import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProposalState } from './contract.ts'
import { applyFact, holdsResources, type IndexedResource, nextState, type ProposalFacts, resourcesFact } from './proposal-life.ts'

describe('the state of a proposal follows from what is true now', () => {
  test.each<[ProposalState, ProposalFacts['pull'], ProposalFacts['apply'], ProposalFacts['resources'], ProposalState]>([
    ['submitted', 'none', 'none', 'unknown', 'submitted'],
    ['stuck', 'none', 'none', 'unknown', 'stuck'],
    ['submitted', 'open', 'none', 'unknown', 'open'],
    ['stuck', 'open', 'none', 'unknown', 'open'],
    ['open', 'open', 'none', 'ready', 'open'],
    ['open', 'closed', 'none', 'ready', 'closed'],
    ['open', 'merged', 'none', 'unknown', 'merged'],
    ['open', 'merged', 'running', 'unknown', 'applying'],
    ['merged', 'merged', 'running', 'reconciling', 'applying'],
    ['applying', 'merged', 'none', 'reconciling', 'applying'],
    ['applying', 'merged', 'succeeded', 'reconciling', 'applied'],
    ['applying', 'merged', 'failed', 'reconciling', 'failed'],
    ['applying', 'merged', 'running', 'ready', 'ready'],
    ['merged', 'merged', 'none', 'ready', 'ready'],
    ['merged', 'merged', 'none', 'failed', 'failed'],
    ['applying', 'merged', 'running', 'failed', 'applying'],
    ['failed', 'merged', 'failed', 'ready', 'ready'],
    ['applied', 'merged', 'succeeded', 'failed', 'failed'],
    ['failed', 'merged', 'succeeded', 'ready', 'ready'],
    ['failed', 'merged', 'running', 'reconciling', 'applying'],
    ['applied', 'merged', 'none', 'reconciling', 'applied'],
    ['closed', 'open', 'none', 'unknown', 'closed'],
    ['ready', 'merged', 'failed', 'failed', 'ready'],
  ])('%s with pull request %s, apply %s, resources %s becomes %s', (state, pull, apply, resources, expected) => {
    expect(nextState(state, { pull, apply, resources })).toBe(expected)
  })

  const facts = fc.record<ProposalFacts>({
    pull: fc.constantFrom('none', 'open', 'closed', 'merged'),
    apply: fc.constantFrom('none', 'running', 'succeeded', 'failed'),
    resources: fc.constantFrom('unknown', 'reconciling', 'ready', 'failed'),
  })

  test('looking twice at the same facts changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ProposalState.options), facts, (state, now) => {
        const once = nextState(state, now)
        expect(nextState(once, now)).toBe(once)
      }),
    )
  })

  test('events that come twice or out of order end where the newest facts lead', () => {
    const apart = fc.array(
      facts.filter(({ pull }) => pull !== 'closed'),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(apart, (before) => {
        const newest: ProposalFacts = { pull: 'merged', apply: 'succeeded', resources: 'ready' }
        expect(nextState(before.reduce<ProposalState>(nextState, 'submitted'), newest)).toBe('ready')
      }),
    )
  })

  test('only ended proposals free their resources', () => {
    expect(ProposalState.options.filter((state) => !holdsResources(state))).toEqual(['ready', 'failed', 'closed'])
  })
})

describe('what the index says of the resources', () => {
  const proposal = { id: 'p', mergeSha: 'abc', applied: false }
  const live: IndexedResource = { state: 'ready', commit: 'abc', proposalId: null, generation: 2, observedGeneration: 2 }
  test.each<[string, 'create' | 'update' | 'delete', IndexedResource | null, boolean, ProposalFacts['resources']]>([
    ['a new one that is not there yet', 'create', null, false, 'unknown'],
    ['one reconciled at the merge commit', 'update', live, false, 'ready'],
    ['one that is ready at an earlier commit', 'update', { ...live, commit: 'old' }, false, 'unknown'],
    ['one noted with the proposal', 'update', { ...live, commit: 'later', proposalId: 'p' }, false, 'ready'],
    ['one that a later commit has touched after CI applied ours', 'update', { ...live, commit: 'later' }, true, 'ready'],
    ['one whose generation is not observed', 'update', { ...live, observedGeneration: 1 }, false, 'reconciling'],
    ['a kind that observes no generation', 'update', { ...live, observedGeneration: null }, false, 'ready'],
    ['one that progresses', 'create', { ...live, state: 'progressing' }, false, 'reconciling'],
    ['a paused one before CI is done', 'update', { ...live, state: 'paused' }, false, 'reconciling'],
    ['a paused one that CI has stored', 'update', { ...live, state: 'paused' }, true, 'ready'],
    ['one of a kind that reports nothing, stored by CI', 'create', { ...live, state: 'unknown' }, true, 'ready'],
    ['one that failed', 'create', { ...live, state: 'failed' }, false, 'failed'],
    ['a deleted one that is still there', 'delete', live, false, 'reconciling'],
    ['a deleted one that is gone', 'delete', null, false, 'ready'],
  ])('%s', (_, action, indexed, applied, expected) => {
    expect(resourcesFact({ ...proposal, applied }, [{ action, indexed }])).toBe(expected)
  })

  test('the worst of several counts', () => {
    const of = (...states: string[]) =>
      resourcesFact(
        proposal,
        states.map((state) => ({ action: 'create', indexed: { ...live, state } })),
      )
    expect(of('ready', 'ready')).toBe('ready')
    expect(of('ready', 'progressing')).toBe('reconciling')
    expect(of('progressing', 'failed')).toBe('failed')
    expect(resourcesFact(proposal, [])).toBe('unknown')
  })
})

test('a check is running until it is completed, and anything but success is a failure', () => {
  expect(applyFact(null)).toBe('none')
  expect(applyFact({ status: 'queued', conclusion: null })).toBe('running')
  expect(applyFact({ status: 'completed', conclusion: 'success' })).toBe('succeeded')
  expect(applyFact({ status: 'completed', conclusion: 'timed_out' })).toBe('failed')
})
