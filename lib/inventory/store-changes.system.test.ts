/** What operators and manifests may write into an object must never keep a batch from being stored: it would be tried for ever. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { JsonObject } from '#lib/json.ts'
import { storeChanges } from './store-changes.ts'

const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
})
afterAll(() => fresh.drop())

const condition = (more: JsonObject): JsonObject => ({ conditions: [{ type: 'Ready', status: 'False', reason: 'UpdateFailed', ...more }] })

test.each<[string, JsonObject, JsonObject]>([
  ['NUL in a text', { location: 'EU\0' }, condition({ message: 'a\0b' })],
  ['NUL in a key', { 'a\0b': 1 }, {}],
  ['a generation that is no whole number', {}, { observedGeneration: 1.5 }],
  ['a generation beyond 32 bits', {}, { observedGeneration: 9e18 }],
  ['a time in the year 200000', {}, condition({ lastTransitionTime: '+200000-01-01T00:00:00Z' })],
  ['a time before Christ', {}, condition({ lastTransitionTime: '-000100-01-01T00:00:00Z' })],
  ['a key named __proto__', JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'), {}],
])('%s is stored', async (what, spec, status) => {
  const name = `hostile-${what.length}`
  const raw: JsonObject = {
    apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
    kind: 'StorageBucket',
    metadata: {
      name,
      namespace: 'payments-prod',
      uid: name,
      resourceVersion: '1',
      generation: 1,
      annotations: { 'corbel.dev/proposal': 'x\0' },
    },
    spec,
    status,
  }
  await storeChanges(fresh.database, 'demo', [{ type: 'seen', kind, kindName: 'StorageBucket', raw }], new Map())
  // again, changed: the stored object is compared with the new one
  const changed = { ...raw, metadata: { ...(raw.metadata as JsonObject), resourceVersion: '2' }, spec: { ...spec, changed: 'x\0y' } } // an object, above
  await storeChanges(fresh.database, 'demo', [{ type: 'seen', kind, kindName: 'StorageBucket', raw: changed }], new Map())
  const row = await fresh.database.resource.findFirstOrThrow({ where: { name }, include: { object: true, revisions: true } })
  expect(row.revisions.length).toBeGreaterThan(0)
  expect(JSON.stringify(row.object?.object)).toContain('changed')
  expect(Object.prototype).not.toHaveProperty('polluted')
})
