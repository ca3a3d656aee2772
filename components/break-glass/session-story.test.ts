import { expect, test } from 'vitest'
import { sessionStory } from './session-story.ts'

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`
const told: Parameters<typeof sessionStory>[0] = {
  requestedBy: { username: 'oidc:ana@example.com', name: 'Ana' },
  requestedAt: at(0),
  reason: 'the queue is stuck',
  decidedBy: 'oidc:bo@example.com',
  decidedAt: at(1),
  decisionNote: ' ',
  state: 'closed',
  openedAt: at(2),
  minutes: 30,
  drill: false,
  changes: [],
  endedAt: at(9),
  endedBy: 'oidc:ana@example.com',
  endReason: 'ended',
  reviewedAt: at(20),
  reviewedBy: 'oidc:bo@example.com',
  reviewNote: 'all well',
  closedAt: at(20),
}
const change: (typeof told.changes)[number] = {
  id: '00000000-0000-7000-8000-000000000000',
  kind: 'Thing.example.dev',
  name: 'queue',
  action: 'edit',
  state: 'undone',
  revision: 1,
  fields: [],
  patchHash: null,
  dryRun: { accepted: true, unavailable: null, message: null, fields: [], warnings: [], milliseconds: 5 },
  dryRunAt: at(3),
  auditId: null,
  appliedAt: at(4),
  undoOf: null,
  undoneBy: null,
  remaining: false,
  readiness: null,
  corroborated: 'waiting',
  proposal: null,
  residue: null,
  problem: null,
}

test('a session is told in the order in which it happened', () => {
  const undo = {
    ...change,
    id: '00000000-0000-7000-8000-000000000001',
    undoOf: change.id,
    state: 'applied' as const,
    dryRunAt: null,
    appliedAt: at(6),
  }
  const story = sessionStory({ ...told, changes: [undo, change] })
  expect(story.map(({ text }) => text)).toEqual([
    'Ana asked for it',
    'bo@example.com agreed',
    'Ana opened it for 30 minutes',
    'The API server accepted a dry run for queue',
    'Ana changed queue',
    'Ana put queue back as it was',
    'Ana ended it',
    'bo@example.com signed the review',
  ])
  expect(story.map(({ said }) => said).filter(Boolean)).toEqual(['the queue is stuck', 'all well'])
})

test('an undo of an undo is no second undo', () => {
  const undo = { ...change, id: '00000000-0000-7000-8000-000000000001', undoOf: change.id, dryRunAt: null, appliedAt: at(6) }
  const redo = { ...undo, id: '00000000-0000-7000-8000-000000000002', undoOf: undo.id, state: 'applied' as const, appliedAt: at(7) }
  const story = sessionStory({ ...told, changes: [change, undo, redo] }).map(({ text }) => text)
  expect(story.slice(-4, -2)).toEqual(['Ana put queue back as it was', 'Ana undid the undo of queue'])
})

test.each([
  ['expired' as const, 'The time was up, and it ended by itself'],
  ['idle' as const, 'Nothing was done for a while, and it ended by itself'],
])('an end by %s names nobody', (endReason, text) => {
  expect(sessionStory({ ...told, endReason, endedBy: null }).map((entry) => entry.text)).toContain(text)
})

test('what is not known yet is said so, and what was refused is no agreement', () => {
  const unknown = sessionStory({ ...told, changes: [{ ...change, state: 'unknown' }] })
  expect(unknown.some(({ text }) => text.includes('its outcome is not known yet'))).toBe(true)
  const refused = sessionStory({
    ...told,
    state: 'refused',
    openedAt: null,
    endedAt: null,
    endReason: null,
    reviewedAt: null,
    closedAt: null,
  })
  expect(refused.map(({ text }) => text)).toEqual(['Ana asked for it', 'bo@example.com refused'])
})
