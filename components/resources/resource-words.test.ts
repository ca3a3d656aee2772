import { describe, expect, test } from 'vitest'
import { specFacts, valueText } from './spec-facts.ts'
import { presentStates, sumCounts, totalOf, worstRowsFirst } from './state-counts.ts'

const counts = { ready: 3, progressing: 1, failed: 2, unknown: 0, paused: 0, deleting: 0 }

test('states are counted, the worst first', () => {
  expect(totalOf(counts)).toBe(6)
  expect(presentStates(counts).map(({ state }) => state)).toEqual(['failed', 'progressing', 'ready'])
  expect(sumCounts([counts, counts])).toMatchObject({ ready: 6, failed: 4 })
})

test('what fails longest stands first', () => {
  const row = (name: string, state: 'ready' | 'failed', stateSince: string | null) => ({ name, state, stateSince })
  expect(
    worstRowsFirst([row('a', 'ready', null), row('b', 'failed', '2026-02-01'), row('c', 'failed', '2026-01-01')]).map(({ name }) => name),
  ).toEqual(['c', 'b', 'a'])
})

describe('the facts of a specification', () => {
  test('plain fields are opened, references say what they name', () => {
    expect(specFacts({ region: 'eu', settings: { tier: 'x', ip: { networkRef: { name: 'vpc' }, on: true } }, rules: [{}, {}] })).toEqual([
      { path: 'region', text: 'eu', reference: null },
      { path: 'settings.tier', text: 'x', reference: null },
      { path: 'settings.ip.networkRef', text: 'vpc', reference: 'vpc' },
      { path: 'settings.ip.on', text: 'yes', reference: null },
      { path: 'rules', text: '2 entries', reference: null },
    ])
  })

  test('an empty string, null, an empty list and unset are told apart', () => {
    expect(new Set(['', null, [], undefined].map((value) => valueText(value))).size).toBe(4)
  })

  test('are never more than asked for', () => {
    expect(specFacts(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index])), 10)).toHaveLength(10)
  })
})
