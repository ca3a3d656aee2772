/** People who choose, change and propose in one import at the same time, on a real database, a real Git server and the inventory stand-in. */
import { expect, test } from 'vitest'
import { namespace, search as project, simulate, whole, withImportWorld } from '#demo/asset-inventory/import-world.ts'
import { alice, person } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { writeCursor } from '#lib/inventory/cursor.ts'
import type { Json } from '#lib/json.ts'
import { readAdoption } from './adoption-report.ts'
import { chooseRows } from './choose-rows.ts'
import { saveManifest } from './edit-manifest.ts'
import { planImport } from './plan-import.ts'
import { proposeImport } from './propose-import.ts'
import { readRow } from './read-row.ts'
import { removeOldRuns } from './remove-old-runs.ts'
import { scanInventory } from './scan-inventory.ts'
import { resumeImport } from './start-import.ts'

withImportWorld()

async function addAsset(type: 'Topic' | 'Subscription', name: string, more: { [key: string]: Json } = {}): Promise<string> {
  const path = `projects/${project}/${type.toLowerCase()}s/${name}`
  const asset = {
    name: `//pubsub.googleapis.com/${path}`,
    assetType: `pubsub.googleapis.com/${type}`,
    updateTime: '2024-01-02T03:04:05Z',
    ancestors: ['projects/488120000004'],
    resource: { version: 'v1', data: { name: path, ...more } },
  }
  await simulate('/simulated/assets', { project, asset }, 'PUT')
  return asset.name
}

/** A run that was read to its end, with these assets chosen. */
async function runWith(...names: string[]): Promise<{ run: string; rows: string[] }> {
  const run = newId()
  const data = { id: run, cluster: 'demo', scope: `projects/${project}`, namespace, state: 'waiting', requestedById: alice.userId }
  await database().importRun.create({ data })
  await scanInventory(run, { signal: new AbortController().signal, last: true })
  const found = await database().importAsset.findMany({ where: { runId: run, name: { in: names } }, select: { id: true, name: true } })
  const rows = names.map((name) => found.find((row) => row.name === name)?.id ?? '')
  await chooseRows(run, { chosen: true, rows }, alice)
  return { run, rows }
}

const propose = async (run: string, groups: string[]) => proposeImport(run, { ...whole, groups, idempotencyKey: newId() }, alice, 'test')

test('what somebody changed after a plan was looked at is not proposed unseen', async () => {
  const { run, rows } = await runWith(await addAsset('Topic', 'unseen', { labels: { tier: 'gold' } }))
  const { groups } = await planImport(run, whole, alice)
  const { manifests } = await readRow(run, rows[0] ?? '', alice)
  await saveManifest(run, rows[0] ?? '', { manifest: 0, text: manifests[0]?.text.replace('gold', 'silver') ?? '' }, alice)
  const answer = await propose(
    run,
    groups.map(({ key }) => key),
  )
  expect(answer).toMatchObject({ proposals: [], problems: [{ message: expect.stringContaining('Look at the plan again') }] })
})

test('of two who propose the same asset at once under different names, one is told', async () => {
  const { run, rows } = await runWith(await addAsset('Topic', 'twice'))
  const first = await planImport(run, whole, alice)
  const { manifests } = await readRow(run, rows[0] ?? '', alice)
  const keys = first.groups.map(({ key }) => key)
  const [one, two] = await Promise.allSettled([
    propose(run, keys),
    saveManifest(run, rows[0] ?? '', { manifest: 0, text: manifests[0]?.text.replace('name: twice', 'name: other') ?? '' }, alice).then(
      async () =>
        propose(
          run,
          (await planImport(run, whole, alice)).groups.map(({ key }) => key),
        ),
    ),
  ])
  const opened = [one, two].flatMap((result) => (result.status === 'fulfilled' ? result.value.proposals : []))
  expect(opened).toHaveLength(1)
  const row = await database().importAsset.findUniqueOrThrow({ where: { id: rows[0] ?? '' } })
  expect(row.proposalId).toBe(opened[0]?.id)
})

test('many rows are locked in the order of their ids, however they are found, so that nobody waits for somebody who waits', async () => {
  const { run, rows } = await runWith(await addAsset('Topic', 'in-order'), await addAsset('Topic', 'in-order-too'))
  const [low = '', high = ''] = rows.toSorted()
  // by name and by age the other one comes first
  await database().importAsset.update({ where: { id: high }, data: { displayName: 'a' } })
  await database().importAsset.update({ where: { id: low }, data: { displayName: 'b' } })
  const waiting = () => database().$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%import_asset%'`
  const left = await database().$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1 FROM "import_asset" WHERE "id" = ${low}::uuid FOR UPDATE`
    const choosing = chooseRows(run, { chosen: false, filter: {} }, alice)
    await expect.poll(waiting, { timeout: 4000 }).toHaveLength(1)
    const free = await transaction.$queryRaw`SELECT 1 FROM "import_asset" WHERE "id" = ${high}::uuid FOR UPDATE SKIP LOCKED`
    expect(free).toHaveLength(1)
    return { choosing }
  })
  expect((await left.choosing).counts.chosen).toBe(0)
})

test('what another import has proposed under another name is not proposed again', async () => {
  const topic = await addAsset('Topic', 'rival')
  const [first, second] = [await runWith(topic), await runWith(topic)]
  const { manifests } = await readRow(first.run, first.rows[0] ?? '', alice)
  await saveManifest(
    first.run,
    first.rows[0] ?? '',
    { manifest: 0, text: manifests[0]?.text.replace('name: rival', 'name: ours') ?? '' },
    alice,
  )
  const { groups } = await planImport(first.run, whole, alice)
  const { proposals } = await propose(
    first.run,
    groups.map(({ key }) => key),
  )
  expect(proposals).toHaveLength(1)
  const again = await planImport(second.run, whole, alice)
  expect(again).toMatchObject({
    groups: [],
    problems: [{ row: second.rows[0], message: expect.stringContaining('of another import brings it in') }],
  })
})

test('a new name overwrites nothing that somebody changed in what refers to it', async () => {
  const { run, rows } = await runWith(
    await addAsset('Topic', 'meant'),
    await addAsset('Subscription', 'refers', { topic: `projects/${project}/topics/meant`, ackDeadlineSeconds: 20 }),
  )
  const [topic = '', subscription = ''] = rows
  const text = async (row: string): Promise<string> => (await readRow(run, row, alice)).manifests[0]?.text ?? ''
  const [ofTopic, ofSubscription] = [await text(topic), await text(subscription)]
  const [renamed, changed] = await Promise.allSettled([
    saveManifest(run, topic, { manifest: 0, text: ofTopic.replace('name: meant', 'name: orders') }, alice),
    saveManifest(run, subscription, { manifest: 0, text: `# mine\n${ofSubscription}` }, alice),
  ])
  // whoever came second was told, or had seen what the first one wrote
  if (changed.status === 'fulfilled') expect(await text(subscription)).toContain('# mine')
  if (renamed.status === 'fulfilled') expect(await text(topic)).toContain('name: orders')
  expect([renamed.status, changed.status]).toContain('fulfilled')
})

test('an import is not resumed when its namespace stands for another cloud project now', async () => {
  const id = newId()
  const data = { id, cluster: 'demo', namespace, state: 'cancelled', requestedById: alice.userId }
  await database().importRun.create({ data: { ...data, scope: 'projects/of-somebody-else' } })
  await expect(resumeImport(id, alice, 'test')).rejects.toThrow('another cloud project')
  expect(await database().importRun.findUnique({ where: { id } })).toMatchObject({ state: 'cancelled' })
})

test('a page of the adoption that nobody gave out is refused with a sentence', async () => {
  const { run } = await runWith(await addAsset('Topic', 'paged'))
  const forged = writeCursor('adoption', ['paged', "x'); --"])
  await expect(readAdoption(run, forged, alice)).rejects.toThrow('Start again from the first page')
})

test('what the cloud holds is told to those who may read the resource; that something differs, to all who see the import', async () => {
  const { run, rows } = await runWith(await addAsset('Topic', 'differs'))
  const { groups } = await planImport(run, whole, alice)
  await propose(
    run,
    groups.map(({ key }) => key),
  )
  const differences = [{ path: ['kmsKeyName'], before: 'one', after: 'two', expected: false }]
  const adoption = { message: 'It differs.', differences, checkedAt: new Date().toISOString() }
  await database().importAssetDetail.update({ where: { assetId: rows[0] ?? '' }, data: { adoption } })
  // of a folder, so that an admin sees it whose account may read nothing in the cluster
  await database().importRun.update({ where: { id: run }, data: { namespace: null, scope: 'folders/1' } })
  const told = async (actor: typeof alice) => (await readAdoption(run, undefined, actor)).items[0]?.differences
  const stranger = { ...(await person('admin-without-cluster')), groups: [], admin: true }
  expect(await told({ ...alice, admin: true })).toEqual(differences)
  expect(await told(stranger)).toEqual([{ ...differences[0], before: null, after: null }])
})

test('of imports of one place in a short time the newest are kept, and those that somebody works on', async () => {
  const { run: worked } = await runWith(await addAsset('Topic', 'worked-on'))
  await database().importRun.update({
    where: { id: worked },
    data: { scope: 'projects/often', createdAt: new Date(Date.now() - 7_200_000) },
  })
  const ids = Array.from({ length: 23 }, () => newId())
  const data = { cluster: 'demo', namespace, scope: 'projects/often', state: 'ready', requestedById: alice.userId }
  const hourAgo = Date.now() - 3_600_000
  await database().importRun.createMany({ data: ids.map((id, at) => ({ id, ...data, createdAt: new Date(hourAgo + at * 1000) })) })
  await removeOldRuns(database())
  const left = await database().importRun.findMany({ where: { scope: 'projects/often' }, select: { id: true } })
  expect(new Set(left.map(({ id }) => id))).toEqual(new Set([worked, ...ids.slice(3)]))
})
