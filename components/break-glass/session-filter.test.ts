import { describe, expect, test } from 'vitest'
import { SessionQuery } from '#lib/break-glass/contract.ts'
import { everySession, readSessionFilter, sessionGroups, sessionListPath, sessionQuery } from './session-filter.ts'

describe('the list of sessions', () => {
  test.each([
    ['', everySession],
    ['state=now&who=mine', { ...everySession, group: 'now', who: 'mine' }],
    ['waiting=true&namespace=payments&cluster=demo', { ...everySession, waiting: true, namespace: 'payments', cluster: 'demo' }],
    ['state=__proto__&who=everybody&waiting=perhaps', everySession],
  ])('is what the address %s says', (address, filter) => {
    expect(readSessionFilter(new URLSearchParams(address))).toEqual(filter)
  })

  test('has an address that says the same', () => {
    const filter = { group: 'after', who: 'mine', waiting: true, cluster: 'a b', namespace: 'x&y' } as const
    expect(readSessionFilter(new URL(sessionListPath(filter), 'http://corbel.example').searchParams)).toEqual(filter)
    expect(sessionListPath(everySession)).toBe('/break-glass')
  })

  test('asks what the API takes, and every state belongs to one group', () => {
    const states = Object.values(sessionGroups).flatMap((group) => [...group.states])
    expect([...states].sort()).toEqual([...SessionQuery.shape.state.unwrap().element.options].sort())
    for (const group of ['now', 'after', 'over'] as const)
      expect(SessionQuery.parse(sessionQuery({ ...everySession, group })).who).toBe('all')
  })
})
