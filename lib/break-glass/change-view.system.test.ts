/** What a change shows of its resource afterwards: whether the controller has looked at it, as the index knows. On a real database. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Prisma } from '#db/client.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import { describeChange } from './change-view.ts'

const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
const place = { cluster: 'demo', namespace: 'shop' }
let fresh: FreshDatabase
let session: string

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settingsForTests({ DATABASE_URL: fresh.url }))
  const user = await database().user.create({ data: { id: newId(), username: 'alice', name: 'Alice', groups: [] } })
  session = randomUUID()
  const about = { kind, name: 'b', tier: 'ordinary', state: 'open', reason: 'Payments fail: the bucket is wrong', minutes: 60 }
  await database().breakGlassSession.create({ data: { id: session, ...place, ...about, requestedById: user.id } })
})
afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
})

type Change = Partial<Prisma.BreakGlassChangeUncheckedCreateInput>
type Resource = Partial<Prisma.ResourceUncheckedCreateInput>

/** What is shown of a change that took the resource to generation 3. */
async function readinessOf(change: Change, resource: Resource | undefined) {
  const [id, name] = [randomUUID(), `b-${randomUUID()}`]
  const sent = { state: 'applied', appliedAt: new Date(), generationAfter: 3n, ...change }
  await database().breakGlassChange.create({ data: { id, sessionId: session, kind, name, action: 'edit', sealed: '', ...sent } })
  const at = { createdAt: new Date(), updatedAt: new Date(), resourceVersion: '1', uid: newId() }
  const known = { state: 'ready', headline: 'Ready', generation: 3, observedGeneration: 3, ...resource }
  if (resource)
    await database().resource.create({ data: { id: newId(), ...place, kind, kindName: 'StorageBucket', name, ...at, ...known } })
  return (await describeChange({ id: session, ...place }, id)).readiness
}

test.each<[string, Change, Resource | undefined, Awaited<ReturnType<typeof readinessOf>>]>([
  ['the controller has looked at it', {}, {}, { state: 'ready', headline: 'Ready', observed: true }],
  [
    'the cloud refuses it',
    {},
    { state: 'failed', headline: 'Quota exceeded' },
    { state: 'failed', headline: 'Quota exceeded', observed: true },
  ],
  ['the index has not seen it yet', {}, { generation: 2, observedGeneration: 2 }, { state: 'ready', headline: 'Ready', observed: false }],
  ['the controller has not looked yet', {}, { observedGeneration: 2 }, { state: 'ready', headline: 'Ready', observed: false }],
  [
    'others changed it since, and that was looked at',
    {},
    { generation: 5, observedGeneration: 5 },
    { state: 'ready', headline: 'Ready', observed: true },
  ],
  ['the controller reports no generation', {}, { observedGeneration: null }, { state: 'ready', headline: 'Ready', observed: true }],
  ['nobody knows its generation', { generationAfter: null }, {}, { state: 'ready', headline: 'Ready', observed: false }],
  [
    'it is deleted, and still there',
    { action: 'delete', generationAfter: null },
    { state: 'deleting', headline: 'Being deleted' },
    { state: 'deleting', headline: 'Being deleted', observed: false },
  ],
  [
    'it is deleted, and gone',
    { action: 'delete', generationAfter: null },
    { deletedAt: new Date() },
    { state: 'deleted', headline: 'It is gone from the cluster.', observed: true },
  ],
  [
    'it was changed, and somebody deleted it since',
    {},
    { deletedAt: new Date() },
    { state: 'deleted', headline: 'It is gone from the cluster.', observed: false },
  ],
  ['the index does not know the resource', {}, undefined, null],
  ['it was never applied', { state: 'judged', appliedAt: null }, {}, null],
])('%s', async (_, change, resource, expected) => {
  expect(await readinessOf(change, resource)).toEqual(expected)
})
