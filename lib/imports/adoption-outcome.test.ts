import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { afterDays, cloudOutcome, clusterOutcome, type IndexedManifest, stageOf } from './adoption-outcome.ts'

type Live = NonNullable<IndexedManifest['live']>
const manifest = (live: Partial<Live> | null, name = 'orders'): IndexedManifest => ({
  kind: 'StorageBucket.storage.cnrm.cloud.google.com',
  name,
  live: live && { state: 'ready', headline: 'It is ready.', reason: null, conditions: [], rival: null, ...live },
})
const conflict = (rival: string | null) =>
  manifest({
    state: 'failed',
    reason: 'ManagementConflict',
    conditions: [{ type: 'Ready', message: 'lease held by https://a:geheim@b' }],
    rival,
  })

describe('the cluster', () => {
  test.each([
    ['submitted', [manifest(null)], 'waiting', 'not merged yet'],
    ['stuck', [manifest(null)], 'waiting', 'could not be opened'],
    ['open', [manifest({})], 'waiting', 'not merged yet'],
    ['closed', [manifest(null)], 'unknown', 'closed without being merged'],
    ['merged', [manifest(null)], 'waiting', 'CI has not applied'],
    ['failed', [manifest(null)], 'failed', 'CI could not apply StorageBucket orders'],
    ['applied', [manifest({ state: 'progressing', headline: 'It is being created.' })], 'waiting', 'being created'],
    ['failed', [manifest({ state: 'failed', headline: 'It could not be changed.' })], 'failed', 'could not be changed'],
    ['ready', [manifest({})], 'ready', ''],
    ['failed', [manifest({})], 'ready', ''],
    ['ready', [manifest({}), manifest({ state: 'failed', headline: 'No.' }, 'part')], 'failed', 'Its part StorageBucket part: No.'],
    ['ready', [manifest({ state: 'failed' }), conflict(null)], 'conflict', 'managed elsewhere'],
    ['ready', [conflict('StorageBucket orders in old-prod')], 'conflict', 'StorageBucket orders in old-prod stands for it'],
  ])('a proposal that is %s (%#)', (state, manifests, adoption, words) => {
    const outcome = clusterOutcome(stageOf(state), manifests)
    expect(outcome.adoption).toBe(adoption)
    expect(outcome.message).toContain(words)
    expect(outcome.message).not.toContain('geheim')
  })
})

test('what still waits when nobody follows it any more is not known, and the last word is told', () => {
  expect(afterDays(clusterOutcome('merged', [manifest(null)]), 14)).toEqual({
    adoption: 'unknown',
    message: expect.stringContaining('CI has not applied it yet'),
  })
  const failed = clusterOutcome('failed', [manifest(null)])
  expect(afterDays(failed, 14)).toBe(failed)
})

describe('the cloud', () => {
  const asset = (data: JsonObject): JsonObject => ({ resource: { data } })
  test.each<[string, JsonObject, Parameters<typeof cloudOutcome>[1], string, string]>([
    ['as it was', { a: 1 }, { asset: asset({ a: 1 }) }, 'acquired', 'every field is as it was'],
    ['with the label', { a: 1 }, { asset: asset({ a: 1, labels: { 'managed-by-cnrm': 'true' } }) }, 'acquired', 'added its label'],
    ['with another value', { a: 1 }, { asset: asset({ a: 2, labels: { 'managed-by-cnrm': 'true' } }) }, 'changed', 'snapshot: a.'],
    ['gone', { a: 1 }, { asset: null }, 'changed', 'does not show it'],
    ['not to be asked', { a: 1 }, { problem: 'No quota.' }, 'unknown', 'No quota.'],
  ])('%s', (_, before, now, adoption, words) => {
    const outcome = cloudOutcome(asset(before), now)
    expect(outcome).toMatchObject({ adoption })
    expect(outcome.message).toContain(words)
  })
})
