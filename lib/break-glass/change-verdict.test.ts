import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { type SentWrite, verdictOf } from './change-verdict.ts'

const sent: SentWrite = {
  action: 'edit',
  uid: 'u-1',
  generation: 4,
  sentAt: new Date('2026-11-23T10:00:00.400Z'),
  manager: 'ours',
  touched: [
    { path: ['spec', 'size'], before: 1, after: 2 },
    { path: ['spec', 'tier'], before: undefined, after: 'gold' },
  ],
}
const object = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({ metadata: { uid: 'u-1', generation: 4, ...metadata }, spec })
const written = (manager: string, time: string): JsonObject => ({ managedFields: [{ manager, time }] })

describe('an edit without an answer', () => {
  test.each([
    ['every value is there', object({ size: 2, tier: 'gold' }, { generation: 5 }), 'done'],
    ['nothing moved', object({ size: 1 }), 'not-done'],
    ['nothing moved but the status', object({ size: 1 }, { resourceVersion: '9' }), 'not-done'],
    [
      'put back by somebody since, with our name in the record',
      object({ size: 1 }, { generation: 6, ...written('ours', '2026-11-23T10:00:01Z') }),
      'done',
    ],
    ['put back, or something else changed, and no record', object({ size: 1 }, { generation: 6 }), 'unclear'],
    ['only half of it is there', object({ size: 2 }, { generation: 6 }), 'unclear'],
    ['our name in the record is older', object({ size: 1 }, written('ours', '2026-11-23T10:00:00Z')), 'not-done'],
    [
      'put back within the second of the intent',
      object({ size: 1 }, { generation: 6, ...written('ours', '2026-11-23T10:00:00Z') }),
      'done',
    ],
    ["somebody else's name in the record", object({ size: 1 }, { generation: 5, ...written('other', '2026-11-23T10:00:02Z') }), 'unclear'],
    ['another object has the name now', { ...object({ size: 2, tier: 'gold' }), metadata: { uid: 'u-2', generation: 5 } }, 'unclear'],
    ['the object is gone', undefined, 'unclear'],
  ] as const)('%s: %#', (_, now, verdict) => {
    expect(verdictOf(sent, now)).toBe(verdict)
  })

  test('where the values look alike before and after, the generation decides', () => {
    const alike = { ...sent, touched: [{ path: ['spec', 'size'], before: 9007199254740992, after: 9007199254740992 }] }
    expect(verdictOf(alike, object({ size: 9007199254740992 }))).toBe('not-done')
    expect(verdictOf(alike, object({ size: 9007199254740992 }, { generation: 5 }))).toBe('unclear')
  })
})

describe('a deletion without an answer', () => {
  const deletion: SentWrite = { ...sent, action: 'delete', touched: [] }
  test.each([
    ['the object is gone', undefined, 'done'],
    ['it waits for its finalizers', object({}, { deletionTimestamp: '2026-11-23T10:00:01Z' }), 'done'],
    ['another object has the name now', { metadata: { uid: 'u-2' } }, 'done'],
    ['it stands as it stood', object({}), 'not-done'],
  ] as const)('%s', (_, now, verdict) => {
    expect(verdictOf(deletion, now)).toBe(verdict)
  })
})
