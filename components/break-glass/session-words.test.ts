import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChangeState, type Pause, type SessionChange, SessionState, shortestReason as wanted } from '#lib/break-glass/contract.ts'
import {
  changeAtWork,
  changeTitle,
  countdownText,
  hasChecklist,
  isOver,
  isOverdue,
  nextEnd,
  plainName,
  sentChanges,
  sessionLook,
  shortestReason,
  stepAt,
  timeLeft,
} from './session-words.ts'

const change = (state: ChangeState): SessionChange => ({
  id: '00000000-0000-7000-8000-000000000000',
  kind: 'Thing.example.dev',
  name: 'one',
  action: 'edit',
  state,
  revision: 1,
  fields: [],
  patchHash: null,
  dryRun: null,
  dryRunAt: null,
  auditId: null,
  appliedAt: null,
  undoOf: null,
  undoneBy: null,
  remaining: false,
  readiness: null,
  corroborated: 'waiting',
  proposal: null,
  residue: null,
  problem: null,
})

describe('the step a session stands at', () => {
  test.each<[SessionState, ChangeState[], boolean, number]>([
    ['requested', [], false, 1],
    ['approved', [], false, 1],
    ['refused', [], false, 1],
    ['open', [], false, 2],
    ['open', ['editing'], false, 2],
    ['open', ['editing'], true, 3],
    ['open', ['failed'], false, 2],
    ['open', ['judged'], true, 5],
    ['applying', ['applying'], true, 5],
    ['open', ['applied'], true, 6],
    ['open', ['applied', 'editing'], false, 2],
    ['handing-back', ['applied'], false, 6],
    ['handing-back', ['applied', 'editing'], false, 6],
    ['review', ['applied'], false, 6],
    ['closed', ['undone', 'applied'], false, 6],
    ['expired', [], false, 6],
  ])('%s with %j, looking %s, is at %d', (state, changes, looking, step) => {
    expect(stepAt({ state, changes: changes.map(change) }, looking)).toBe(step)
  })

  test('there is one for every state and every change', () => {
    for (const state of SessionState.options)
      for (const of of ChangeState.options) expect(stepAt({ state, changes: [change(of)] }, false)).toBeLessThan(7)
  })
})

test('the change at work is the newest, and only while it is not in the cluster', () => {
  const applied = change('applied')
  const editing = change('editing')
  expect(changeAtWork([applied, editing])).toBe(editing)
  expect(changeAtWork([editing, applied])).toBeUndefined()
  expect(changeAtWork([])).toBeUndefined()
  const undo = { ...change('failed'), undoOf: applied.id }
  expect(changeAtWork([applied, undo])).toBeUndefined()
  expect(changeAtWork([editing, undo])).toBe(editing)
  const other = { ...change('editing'), id: '00000000-0000-7000-8000-000000000001' }
  expect(changeAtWork([other, editing], other.id)).toBe(other)
})

describe('what a session shows of what was sent', () => {
  const edit = { ...change('applied'), id: '00000000-0000-7000-8000-00000000000a' }
  const undo = { ...change('applied'), id: '00000000-0000-7000-8000-00000000000b', undoOf: edit.id }
  const redo = { ...change('applied'), id: '00000000-0000-7000-8000-00000000000c', undoOf: undo.id }
  const pause: Pause = {
    id: '00000000-0000-7000-8000-00000000000d',
    controller: 'flux',
    target: { kind: 'Thing', namespace: 'shop', name: 'one' },
    owner: 'oidc:ana@example.com',
    reason: 'the queue is stuck',
    until: '2026-01-01T00:00:00.000Z',
    state: 'paused',
    problem: null,
  }

  test.each<[SessionState, ChangeState, boolean]>([
    ['open', 'editing', false],
    ['open', 'judged', false],
    ['open', 'failed', false],
    ['ended', 'failed', true],
    ['ended', 'editing', false],
    ['applying', 'applying', true],
    ['handing-back', 'unknown', true],
    ['review', 'applied', true],
    ['ended', 'undone', true],
  ])('in a session that is %s an edit that is %s: %s', (state, of, told) => {
    expect(sentChanges({ state, changes: [change(of)] })).toHaveLength(told ? 1 : 0)
  })

  test('a refused undo is told while the session is open, and one that was not sent is not', () => {
    const refused = { ...undo, state: 'failed' as const }
    expect(sentChanges({ state: 'open', changes: [edit, refused] })).toEqual([edit, refused])
    expect(sentChanges({ state: 'open', changes: [edit, { ...undo, state: 'editing' }] })).toEqual([edit])
  })

  test.each<[string, SessionState, SessionChange[], Pause[], boolean]>([
    ['nothing yet', 'open', [], [], false],
    ['something applied', 'open', [edit], [], true],
    ['ended and nothing was sent', 'ended', [change('judged')], [], false],
    ['everything was put back', 'ended', [{ ...edit, state: 'undone' }, undo], [], true],
    ['a controller is held back and nothing was sent', 'expired', [], [pause], true],
    ['it waits for its signature and nothing was made', 'review', [], [], true],
    ['it waits for Git and the changes are not for this person', 'handing-back', [], [], true],
    ['closed', 'closed', [], [], true],
    ['refused', 'refused', [], [], false],
  ])('the checklist is there: %s', (_, state, changes, pauses, there) => {
    expect(hasChecklist({ state, changes, pauses })).toBe(there)
  })

  test('is called what it did', () => {
    const all = [edit, undo, redo]
    expect(all.map((each) => changeTitle(each, all))).toEqual(['Change of one', 'Undo of one', 'Undo of the undo of one'])
    expect(changeTitle(undo, [undo])).toBe('Undo of one')
    expect(changeTitle({ ...edit, action: 'delete' }, all)).toBe('Deletion of one')
  })
})

test('a session that nobody must agree to does not say that it waits for approval', () => {
  expect(sessionLook({ state: 'requested', tier: 'approval' }).word).toBe('Waits for approval')
  expect(sessionLook({ state: 'requested', tier: 'ordinary' }).word).toBe('Not open yet')
})

describe('the time left', () => {
  test.each([
    [0, '00:00'],
    [-5000, '00:00'],
    [59_999, '00:59'],
    [60_000, '01:00'],
    [3_599_000, '59:59'],
    [3_600_000, '1:00:00'],
    [14_400_000, '4:00:00'],
  ])('%d ms is %s', (milliseconds, text) => expect(countdownText(milliseconds)).toBe(text))

  test('does not depend on how wrong the clock of this machine is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 0, max: 1e7 }), (wrong, elapsed) => {
        const receivedAt = Date.parse('2026-01-01T00:00:00Z') + wrong
        const left = timeLeft('2026-01-01T01:00:00.000Z', '2026-01-01T00:00:00.000Z', receivedAt, receivedAt + elapsed)
        expect(left).toBe(3_600_000 - elapsed)
      }),
    )
  })

  test('is that of the earlier end', () => {
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z']
    expect(nextEnd({ expiresAt: null, idleAt: null })).toBeNull()
    expect(nextEnd({ expiresAt: late, idleAt: null })).toEqual({ at: late, idle: false })
    expect(nextEnd({ expiresAt: late, idleAt: early })).toEqual({ at: early, idle: true })
    expect(nextEnd({ expiresAt: early, idleAt: late })).toEqual({ at: early, idle: false })
  })
})

test.each([
  ['review', '2026-01-01T00:00:00.000Z', true],
  ['handing-back', '2026-01-01T00:00:00.000Z', true],
  ['review', '2026-01-03T00:00:00.000Z', false],
  ['review', null, false],
  ['closed', '2026-01-01T00:00:00.000Z', false],
] as const)('a review of %s due at %s: overdue %s', (state, reviewDueAt, overdue) => {
  expect(isOverdue({ state, reviewDueAt, now: '2026-01-02T00:00:00.000Z' })).toBe(overdue)
})

test('only the four ends are over', () => {
  expect(SessionState.options.filter(isOver)).toEqual(['closed', 'expired', 'ended', 'refused'])
})

test('people are named without the prefix of the cluster', () => {
  expect(plainName('oidc:alice@acme.test')).toBe('alice@acme.test')
  expect(plainName('alice@acme.test')).toBe('alice@acme.test')
})

test('a reason is as long as the server wants it', () => expect(shortestReason).toBe(wanted))
