import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { type Circumstances, configConnector, type Dialect, isReady, nextStep, platform, readyCondition, statusAfter } from './next-step.ts'

const calm: Circumstances = { blockedBy: undefined, conflict: undefined, failure: undefined, deleteFailure: undefined, workIsOver: false }
const now = '2026-11-20T10:00:00Z'
const object = (metadata: JsonObject = {}, status: JsonObject = {}): JsonObject => ({
  kind: 'PubSubTopic',
  metadata: { name: 'a', generation: 2, finalizers: [configConnector.finalizer], ...metadata },
  spec: {},
  status,
})
const condition = (status: string, reason: string, message = '', observedGeneration: Json = 2): JsonObject => ({
  observedGeneration,
  conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-11-01T00:00:00Z' }],
})

describe('the next step of Config Connector kinds', () => {
  const cases: [string, JsonObject, Partial<Circumstances>, object][] = [
    [
      'a new object gets the finalizer first',
      object({ finalizers: [] }),
      {},
      { do: 'set-finalizers', finalizers: [configConnector.finalizer] },
    ],
    ['finalizers of others stay', object({ finalizers: ['x/y'] }), {}, { finalizers: ['x/y', configConnector.finalizer] }],
    ['then it is being created', object(), {}, { do: 'report', reason: 'Creating', ready: 'False', work: true }],
    ['work under way is waited for', object({}, condition('False', 'Creating')), {}, { do: 'work' }],
    [
      'work that is over makes it ready',
      object({}, condition('False', 'Creating')),
      { workIsOver: true },
      { reason: 'UpToDate', ready: 'True', done: true },
    ],
    ['a ready object rests', object({}, condition('True', 'UpToDate')), {}, { do: 'nothing' }],
    ['a changed one is updated', object({}, condition('True', 'UpToDate', '', 1)), {}, { reason: 'Updating', work: true }],
    [
      'a refused request fails after its work',
      object({}, condition('False', 'Creating')),
      { workIsOver: true, failure: 'Error 409' },
      { reason: 'UpdateFailed', message: 'Update call failed: error applying desired state: summary: Error 409' },
    ],
    [
      'a failure that lasts is not written again',
      object({}, condition('False', 'UpdateFailed', configConnector.failed.message('boom'))),
      { failure: 'boom' },
      { do: 'nothing' },
    ],
    [
      'a failure that is over is tried again',
      object({}, condition('False', 'UpdateFailed', 'boom')),
      {},
      { reason: 'Updating', work: true },
    ],
    [
      'what others manage is left alone',
      object(),
      { conflict: 'leased', workIsOver: true },
      { do: 'report', ready: 'False', reason: 'ManagementConflict', message: 'leased' },
    ],
    [
      'a conflict that lasts is not written again',
      object({}, condition('False', 'ManagementConflict', 'leased')),
      { conflict: 'leased' },
      { do: 'nothing' },
    ],
    [
      'a missing dependency is named',
      object(),
      { blockedBy: { target: 'PubSubTopic a/b', because: 'not-found' } },
      { reason: 'DependencyNotFound', message: 'reference PubSubTopic a/b is not found' },
    ],
    [
      'a dependency that is not ready is named',
      object(),
      { blockedBy: { target: 'PubSubTopic a/b', because: 'not-ready' } },
      { reason: 'DependencyNotReady' },
    ],
    [
      'a ready object does not fall back when a dependency goes',
      object({}, condition('True', 'UpToDate')),
      { blockedBy: { target: 'PubSubTopic a/b', because: 'not-found' } },
      { do: 'nothing' },
    ],
    ['a deletion is announced', object({ deletionTimestamp: now }, condition('True', 'UpToDate')), {}, { reason: 'Deleting', work: true }],
    [
      'a deletion whose work is over lets go',
      object({ deletionTimestamp: now }, condition('False', 'Deleting')),
      { workIsOver: true },
      { do: 'set-finalizers', finalizers: [] },
    ],
    ['a refused deletion stays', object({ deletionTimestamp: now }), { deleteFailure: 'Error 409: not empty' }, { reason: 'DeleteFailed' }],
    [
      'an abandoned object is let go at once',
      object({ deletionTimestamp: now, annotations: { 'cnrm.cloud.google.com/deletion-policy': 'abandon' } }),
      {},
      { do: 'set-finalizers', finalizers: [] },
    ],
    ['a deletion that waits for others is left alone', object({ deletionTimestamp: now, finalizers: ['x/y'] }), {}, { do: 'nothing' }],
  ]
  test.each(cases)('%s', (_, value, circumstances, expected) => {
    expect(nextStep(value, configConnector, { ...calm, ...circumstances })).toMatchObject(expected)
  })
})

/** Does what a step says, as the API server would. */
function after(value: JsonObject, dialect: Dialect, circumstances: Circumstances): JsonObject {
  const step = nextStep(value, dialect, circumstances)
  const metadata = value.metadata && typeof value.metadata === 'object' && !Array.isArray(value.metadata) ? value.metadata : {}
  if (step.do === 'set-finalizers') return { ...value, metadata: { ...metadata, finalizers: step.finalizers } }
  if (step.do === 'report') return { ...value, status: statusAfter(value, step, dialect, now, { selfLink: 'x' }) }
  return value
}

test('whatever state an object was left in, it comes to rest ready when nothing stands in the way', () => {
  const reasons = fc.constantFrom('Creating', 'Updating', 'UpToDate', 'UpdateFailed', 'DependencyNotReady', 'Available', 'Odd')
  fc.assert(
    fc.property(
      fc.constantFrom(configConnector, platform),
      reasons,
      fc.constantFrom('True', 'False', 'Unknown'),
      fc.integer({ min: 0, max: 2 }),
      fc.boolean(),
      (dialect, reason, status, observed, hasStatus) => {
        let value = object({ finalizers: [] }, hasStatus ? condition(status, reason, 'm', observed) : {})
        for (let steps = 0; steps < 6; steps++) value = after(value, dialect, { ...calm, workIsOver: true })
        expect(isReady(value)).toBe(true)
        expect(nextStep(value, dialect, calm)).toEqual({ do: 'nothing' })
      },
    ),
  )
})

test('the time of a condition changes with its reason, not with its message', () => {
  const before = object({}, condition('False', 'UpdateFailed', 'a'))
  const step = { do: 'report', ready: 'False', reason: 'UpdateFailed', message: 'b', done: false, work: false } as const
  const same = statusAfter(before, step, configConnector, now, {})
  expect(readyCondition({ status: same })).toMatchObject({ message: 'b', lastTransitionTime: '2026-11-01T00:00:00Z' })
  const other = statusAfter(before, { ...step, reason: 'Updating' }, configConnector, now, {})
  expect(readyCondition({ status: other })?.lastTransitionTime).toBe(now)
})

test('conditions of other types stay', () => {
  const before = object({}, { conditions: [{ type: 'Synced', status: 'True' }] })
  const step = nextStep(before, configConnector, calm)
  if (step.do !== 'report') throw new Error('expected a report')
  expect(statusAfter(before, step, configConnector, now, {}).conditions).toHaveLength(2)
})
