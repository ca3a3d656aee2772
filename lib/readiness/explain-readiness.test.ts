import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { explainReadiness } from './explain-readiness.ts'

const since = '2026-11-20T10:00:00Z'
const resource = (condition: JsonObject | undefined, more: JsonObject = {}, status: JsonObject = {}): JsonObject => ({
  kind: 'StorageBucket',
  metadata: { name: 'logs', generation: 3, ...more },
  status: {
    observedGeneration: 3,
    ...(condition ? { conditions: [{ type: 'Ready', lastTransitionTime: since, ...condition }] } : {}),
    ...status,
  },
})

describe('what Config Connector reports', () => {
  const cases: [string, JsonObject, string, RegExp, RegExp | undefined][] = [
    ['up to date', resource({ status: 'True', reason: 'UpToDate' }), 'ready', /is ready/, undefined],
    [
      'a change not seen yet',
      resource({ status: 'True', reason: 'UpToDate' }, { generation: 4 }),
      'progressing',
      /has not looked/,
      undefined,
    ],
    ['creating', resource({ status: 'False', reason: 'Creating' }), 'progressing', /being created/, undefined],
    ['updating', resource({ status: 'False', reason: 'Updating' }), 'progressing', /being changed/, undefined],
    [
      'quota',
      resource({
        status: 'False',
        reason: 'UpdateFailed',
        message: 'Update call failed: googleapi: Error 403: Quota exceeded for quota metric',
      }),
      'failed',
      /quota of the project is used up/,
      /Ask for more/,
    ],
    [
      'permission',
      resource({ status: 'False', reason: 'UpdateFailed', message: 'googleapi: Error 403: Permission denied' }),
      'failed',
      /lacks a permission/,
      /Grant/,
    ],
    [
      'API',
      resource({
        status: 'False',
        reason: 'UpdateFailed',
        message: 'Error 403: Cloud SQL Admin API has not been used in project 1 before or it is disabled',
      }),
      'failed',
      /not enabled/,
      /Enable/,
    ],
    [
      'exists',
      resource({ status: 'False', reason: 'CreateFailed', message: 'Error 409: You already own it., conflict' }),
      'failed',
      /exists already/,
      /resourceID/,
    ],
    [
      'immutable',
      resource({ status: 'False', reason: 'UpdateFailed', message: 'cannot make changes to immutable field(s): [location]' }),
      'failed',
      /cannot be changed/,
      /old value/,
    ],
    [
      'an unknown failure',
      resource({ status: 'False', reason: 'UpdateFailed', message: 'boom' }),
      'failed',
      /could not be created or changed\./,
      /message below/,
    ],
    ['an unmanaged namespace', resource({ status: 'False', reason: 'Unmanaged' }), 'paused', /no operator/, /platform team/],
    ['nothing yet', { kind: 'X', metadata: { name: 'a', generation: 1 } }, 'unknown', /no status yet/, /operator/],
    [
      'a failed deletion',
      resource({ status: 'False', reason: 'DeleteFailed', message: 'bucket is not empty' }, { deletionTimestamp: since }),
      'failed',
      /still uses/,
      /empty it/,
    ],
    [
      'a deletion',
      resource({ status: 'True', reason: 'UpToDate' }, { deletionTimestamp: since, finalizers: ['cnrm/x'] }),
      'deleting',
      /cnrm\/x/,
      undefined,
    ],
    ['paused', resource({ status: 'True' }, { annotations: { 'x.dev/paused': 'true' } }), 'paused', /not reconciled/, /pausing/],
  ]
  test.each(cases)('%s', (_, value, state, headline, advice) => {
    const found = explainReadiness(value)
    expect(found.state).toBe(state)
    expect(found.headline).toMatch(headline)
    if (advice) expect(found.advice.join(' ')).toMatch(advice)
    else expect(found.advice).toEqual([])
  })

  test('a dependency is named with kind, namespace and name', () => {
    const found = explainReadiness(
      resource({ status: 'False', reason: 'DependencyNotReady', message: 'reference PubSubTopic payments-prod/orders is not ready' }),
    )
    expect(found).toMatchObject({
      state: 'progressing',
      since,
      dependency: { kind: 'PubSubTopic', namespace: 'payments-prod', name: 'orders' },
    })
    const missing = explainReadiness(
      resource({ status: 'False', reason: 'DependencyNotFound', message: 'reference KMSCryptoKey key-1 is not found' }),
    )
    expect(missing).toMatchObject({ state: 'failed', dependency: { kind: 'KMSCryptoKey', name: 'key-1' } })
  })

  test('a hanging deletion gets advice once ten minutes have passed', () => {
    const value = resource(undefined, { deletionTimestamp: since, finalizers: ['x'] })
    expect(explainReadiness(value, '2026-11-20T10:05:00Z').advice).toEqual([])
    expect(explainReadiness(value, '2026-11-20T10:15:00Z').advice).toHaveLength(1)
  })
})

describe('what other operators report', () => {
  const conditions = (...list: JsonObject[]): JsonObject => ({
    kind: 'Locus',
    metadata: { name: 'x', generation: 1 },
    status: { conditions: list },
  })
  const cases: [string, JsonObject, string][] = [
    ['Available', conditions({ type: 'Available', status: 'True' }, { type: 'Progressing', status: 'True' }), 'ready'],
    ['Reconciling', conditions({ type: 'Reconciling', status: 'True', reason: 'Scaling' }), 'progressing'],
    ['Stalled', conditions({ type: 'Stalled', status: 'True', reason: 'BadConfig' }), 'failed'],
    ['Ready unknown', conditions({ type: 'Ready', status: 'Unknown' }), 'unknown'],
    ['a condition of an older generation', conditions({ type: 'Ready', status: 'True', observedGeneration: 0 }), 'progressing'],
    ['a phase', { kind: 'X', metadata: { name: 'a' }, status: { phase: 'Running' } }, 'ready'],
    ['a failed phase', { kind: 'X', metadata: { name: 'a' }, status: { phase: 'Failed' } }, 'failed'],
  ]
  test.each(cases)('%s', (_, value, state) => {
    expect(explainReadiness(value).state).toBe(state)
  })
})

test('any status gives a sentence and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (metadata, status) => {
      // Proof: fast-check's JSON values are JSON values.
      const found = explainReadiness({ kind: 'X', metadata, status } as JsonObject)
      expect(found.headline.length).toBeGreaterThan(0)
    }),
  )
})
