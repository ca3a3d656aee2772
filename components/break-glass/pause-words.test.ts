import { expect, test } from 'vitest'
import { Pause, type Undoer } from '#lib/break-glass/contract.ts'
import { pausable, pauseOf, undoing } from './pause-words.ts'

const undoer: Undoer = { controller: 'argocd', message: 'Argo CD puts it back.', undoes: true, canPause: true, paused: false }
const pause: Pause = {
  id: '00000000-0000-7000-8000-000000000000',
  controller: 'argocd',
  target: { kind: 'Application', namespace: 'argocd', name: 'shop' },
  owner: 'oidc:ana@example.com',
  reason: 'the queue is stuck',
  until: '2026-01-01T00:00:00.000Z',
  state: 'paused',
  problem: null,
}

test.each([
  ['argocd', true, 'argocd'],
  ['flux', true, 'flux'],
  ['corbel', true, 'corbel'],
  ['flux', false, null],
  ['config-sync', false, null],
  ['unknown', true, null],
] as const)('%s, which says %s to a pause, is asked for as %s', (controller, canPause, asked) => {
  expect(pausable({ controller, canPause })).toBe(asked)
})

test.each(Pause.shape.state.options.map((state) => [state, ['pausing', 'paused', 'resuming'].includes(state)] as const))(
  'a pause that is %s holds back: %s',
  (state, holds) => {
    const pauses = [{ ...pause, state }]
    expect(pauseOf(undoer, pauses)).toBe(holds ? pauses[0] : undefined)
    expect(undoing([undoer], pauses)).toEqual(holds ? [] : [undoer])
  },
)

test('a pause holds back its own controller alone, and only where that can be paused', () => {
  const others: Undoer[] = [
    { ...undoer, controller: 'flux' },
    { ...undoer, canPause: false },
  ]
  expect(undoing(others, [pause])).toEqual(others)
  expect(
    undoing(
      [
        { ...undoer, paused: true },
        { ...undoer, undoes: false },
      ],
      [],
    ),
  ).toEqual([])
})
