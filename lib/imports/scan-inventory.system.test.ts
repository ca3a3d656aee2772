/** Scans on a real database and job queue, against the inventory stand-in: whatever happens in between, every asset is a row once. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import { indexDemoKinds } from '#demo/crds/index-demo-kinds.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { type RunningJobs, startJobs } from '#lib/jobs/run-jobs.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { importJobs } from './import-jobs.ts'
import { cancelScan, resumeScan } from './import-life.ts'
import { findLostScans } from './lost-scans.ts'
import { removeOldRuns } from './remove-old-runs.ts'
import { scanInventory } from './scan-inventory.ts'
import { readDetail } from './stored-asset.ts'

const root = join(import.meta.dirname, '..', '..')
const namespace = 'search-prod'
const search = 'search-prod-8812'
const topicKind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
const user = newId()
let fresh: FreshDatabase
let inventory: AssetInventory

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  inventory = await startAssetInventory({ port: 0, projects: [search, 'payments-prod-4711'] })
  Object.assign(process.env, settings())
  const db = database()
  await indexDemoKinds(db, 'demo')
  await db.user.create({ data: { id: user, username: 'bob@acme.test', name: 'Bob', groups: [] } })
  await db.project.create({ data: { cluster: 'demo', namespace, repository: 'acme/search', path: 'infra', gcpProject: search } })
}, 60_000)

afterAll(async () => {
  await closeJobQueue()
  await database().$disconnect()
  await inventory.close()
  await fresh.drop()
})

beforeEach(() => simulate('/simulated/faults', undefined, 'DELETE'))

const settings = () =>
  settingsForTests({
    DATABASE_URL: fresh.url,
    CORBEL_ASSET_INVENTORY: 'google',
    CORBEL_ASSET_INVENTORY_URL: inventory.url,
    CORBEL_ASSET_LISTS_PER_MINUTE: '1000',
  })

async function simulate(path: string, body?: Json, method = 'POST'): Promise<void> {
  const answer = await fetch(`${inventory.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  expect(answer.status, await answer.text()).toBe(200)
}

async function newRun(scope = `projects/${search}`, of: string | null = namespace): Promise<string> {
  const id = newId()
  await database().importRun.create({ data: { id, cluster: 'demo', scope, namespace: of, state: 'waiting', requestedById: user } })
  return id
}

const scan = (run: string, signal = new AbortController().signal, last = false): Promise<void> => scanInventory(run, { signal, last })
/** Scans until the turn-taking is over: as the queue would. */
async function readOn(run: string): Promise<void> {
  for (let turn = 0; turn < 20 && (await runOf(run)).state === 'scanning'; turn++) await scan(run)
}
const runOf = (id: string) => database().importRun.findUniqueOrThrow({ where: { id } })
const rowsOf = (runId: string) => database().importAsset.findMany({ where: { runId }, orderBy: { name: 'asc' } })
const namesOf = async (runId: string): Promise<string[]> => (await rowsOf(runId)).map(({ name }) => name)

/** A scan of `scope` that nothing disturbed. */
async function quiet(scope?: string): Promise<string> {
  const run = await newRun(scope)
  await scan(run)
  expect(await runOf(run)).toMatchObject({ state: 'ready', problem: null })
  return run
}

async function until<T>(what: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  for (let waited = 0; waited < seconds * 50; waited++) {
    const found = await what()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('It did not happen in time.')
}

async function addAsset(asset: JsonObject, project = search): Promise<void> {
  await simulate(
    '/simulated/assets',
    { project, asset: { updateTime: '2024-01-02T03:04:05Z', ancestors: ['projects/488120000004'], ...asset } },
    'PUT',
  )
}

const removeAsset = (name: string): Promise<void> => simulate(`/simulated/assets?name=${encodeURIComponent(name)}`, undefined, 'DELETE')

describe('what a scan brings', () => {
  test('every asset is a row; names, references and reasons are settled; secrets are not kept', async () => {
    const run = await quiet()
    const rows = await rowsOf(run)
    const { assetsRead, readByType, snapshotAt, cloudProjectNumber } = await runOf(run)
    expect(assetsRead).toBe(rows.length)
    expect(Object.values(readByType ?? {}).reduce((sum, count) => sum + count, 0)).toBe(rows.length)
    expect(snapshotAt).not.toBeNull()
    expect(cloudProjectNumber).toBe('488120000004')
    expect(new Set(rows.map(({ kind }) => kind)).size).toBeGreaterThan(20)
    const one = (type: string, name: string) =>
      rows.find((row) => row.assetType === `${type}.googleapis.com/${name.split(' ')[0]}` && row.name.endsWith(name.split(' ')[1] ?? ''))
    expect(one('compute', 'Network /default')).toMatchObject({ category: 'skipped', reason: 'default-network' })
    expect(one('storage', 'Bucket /acme-search-scratch')).toMatchObject({ category: 'unsupported', reason: 'labels', manifests: 0 })
    expect(one('artifactregistry', 'Repository /search-mirror')).toMatchObject({ category: 'unsupported', reason: 'malformed', namespace })
    expect(one('pubsub', 'Topic /suggest-legacy')).toMatchObject({ category: 'skipped', reason: 'managed-elsewhere' })
    const subscription = one('pubsub', 'Subscription /crawl-results-indexer')
    const topic = one('pubsub', 'Topic /crawl-results')
    const detail = await readDetail(database(), subscription?.id ?? '')
    expect(detail.manifests[0]?.original).toContain('topicRef:\n    name: crawl-results\n')
    expect(detail.manifests[0]?.original).toContain(`  namespace: ${namespace}\n`)
    expect(detail.manifests[0]?.refers).toContain(topic?.id)
    const subnets = rows.filter(
      ({ assetType, displayName }) => assetType === 'compute.googleapis.com/Subnetwork' && displayName === 'nodes',
    )
    const names = await Promise.all(subnets.map(async ({ id }) => (await readDetail(database(), id)).manifests[0]?.name))
    expect(new Set(names).size).toBe(subnets.length)
    expect(one('bigtableadmin', 'Cluster /crawl-frontier-c1')).toMatchObject({ category: 'skipped', reason: 'part' })
    const instance = await readDetail(database(), one('bigtableadmin', 'Instance /crawl-frontier')?.id ?? '')
    expect(instance.manifests[0]?.original).toContain('clusterId: crawl-frontier-c1')
    const counted = await database().unmanagedCount.findFirstOrThrow({ where: { namespace } })
    expect(counted.unmanaged).toBe(rows.filter(({ category }) => category === 'importable').length)
  })

  test('a folder brings what has a namespace, and says what has none', async () => {
    const run = await newRun('organizations/913400000001', null)
    await scan(run)
    expect(await runOf(run)).toMatchObject({ state: 'ready', namespace: null })
    const rows = await rowsOf(run)
    expect(rows.filter(({ namespace: of }) => of === namespace).length).toBeGreaterThan(60)
    const other = rows.find(({ name }) => name.endsWith('projects/payments-prod-4711') || name.endsWith('projects/471100000001'))
    expect(other).toMatchObject({ category: 'unsupported', namespace: null, message: expect.stringContaining('payments-prod-4711') })
  })

  test('what a cluster has already is managed, under whatever name; what a proposal brings is proposed', async () => {
    const db = database()
    const id = newId()
    const named = {
      cluster: 'demo',
      namespace,
      kind: topicKind,
      kindName: 'PubSubTopic',
      name: 'another-name',
      uid: id,
      state: 'ready',
      headline: 'Ready',
    }
    const times = { createdAt: new Date(), updatedAt: new Date() }
    await db.resource.create({
      data: { id, ...named, ...times, resourceVersion: '1', repository: 'acme/search', path: 'infra/topics.yaml' },
    })
    const object = { apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1', kind: 'PubSubTopic', spec: { resourceID: 'crawl-dead' } }
    const annotations = { 'cnrm.cloud.google.com/project-id': search }
    await db.resourceObject.create({
      data: { resourceId: id, object: { ...object, metadata: { name: 'another-name', namespace, annotations } } },
    })
    const before = await quiet()
    const target = (await rowsOf(before)).find(({ name }) => name.endsWith('/topics/query-events'))
    const manifest = (await readDetail(db, target?.id ?? '')).manifests[0]?.original ?? ''
    const proposal = {
      id: newId(),
      state: 'open',
      repository: 'acme/search',
      baseBranch: 'main',
      branch: 'import',
      title: 'Import topics',
      message: '',
      files: [{ path: 'infra/query-events.yaml', blob: null, before: null, after: manifest }],
      requestedById: user,
    }
    const resource = { id: newId(), cluster: 'demo', namespace, kind: topicKind, name: 'query-events', action: 'create' }
    await db.proposal.create({ data: { ...proposal, resources: { create: resource } } })
    const rows = await rowsOf(await quiet())
    expect(rows.find(({ name }) => name.endsWith('/topics/crawl-dead'))).toMatchObject({
      category: 'managed',
      manifests: 0,
      managedBy: { namespace, name: 'another-name', repository: 'acme/search', path: 'infra/topics.yaml' },
    })
    expect(rows.find(({ name }) => name.endsWith('/topics/query-events'))).toMatchObject({
      category: 'managed',
      reason: 'proposed',
      message: expect.stringContaining('Import topics'),
    })
    // references to what is managed go by the name it has in the cluster
    const reader = rows.find(({ name }) => name.endsWith('/subscriptions/crawl-dead-inspect'))
    expect((await readDetail(db, reader?.id ?? '')).manifests[0]?.original).toContain('name: another-name')
    await db.proposal.delete({ where: { id: proposal.id } })
    await db.resource.delete({ where: { id } })
  })
})

test('what another cluster has is managed there, and references to it stay links', async () => {
  const db = database()
  const id = newId()
  const kind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
  const named = {
    cluster: 'elsewhere',
    namespace: 'search',
    kind,
    kindName: 'PubSubTopic',
    name: 'dead',
    uid: id,
    state: 'ready',
    headline: 'Ready',
  }
  await db.project.create({ data: { cluster: 'elsewhere', namespace: 'search', gcpProject: search } })
  await db.resource.create({ data: { id, ...named, createdAt: new Date(), updatedAt: new Date(), resourceVersion: '1' } })
  const object = { apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1', kind: 'PubSubTopic', spec: { resourceID: 'crawl-dead' } }
  await db.resourceObject.create({ data: { resourceId: id, object: { ...object, metadata: { name: 'dead', namespace: 'search' } } } })
  const rows = await rowsOf(await quiet())
  expect(rows.find(({ name }) => name.endsWith('/topics/crawl-dead'))).toMatchObject({
    category: 'managed',
    managedBy: { cluster: 'elsewhere', namespace: 'search', name: 'dead' },
    message: expect.stringContaining('on elsewhere'),
  })
  const reader = rows.find(({ name }) => name.endsWith('/subscriptions/crawl-dead-inspect'))
  expect((await readDetail(db, reader?.id ?? '')).manifests[0]?.original).toContain(`external: projects/${search}/topics/crawl-dead`)
  await db.resource.delete({ where: { id } })
  await db.project.deleteMany({ where: { cluster: 'elsewhere' } })
})

test('who may do what comes behind the resource', async () => {
  const key = 'IAMPartialPolicy.iam.cnrm.cloud.google.com'
  const bucketOf = async (run: string) => (await rowsOf(run)).find(({ name }) => name.endsWith('/acme-search-crawl-archive'))
  const bucket = await bucketOf(await quiet())
  expect(bucket).toMatchObject({ category: 'importable', manifests: 2 })
  const { manifests, account, asset } = await readDetail(database(), bucket?.id ?? '')
  expect(manifests.map(({ kind }) => kind)).toEqual(['StorageBucket.storage.cnrm.cloud.google.com', key])
  expect(manifests[1]?.original).toMatch(/resourceRef:\n(?: {4}.*\n)*? {4}name: acme-search-crawl-archive\n/)
  expect(account?.entries.filter(({ manifest }) => manifest === 1).length).toBeGreaterThan(2)
  expect(asset).toHaveProperty('iamPolicy.bindings')
  await simulate('/simulated/faults', { fault: 'quota', retryAfter: '1', times: 1 })
  const waiting = await newRun()
  await expect(scan(waiting)).rejects.toMatchObject({ status: 429 })
  await scan(waiting)
  expect(await bucketOf(waiting)).toMatchObject({ manifests: 2 })
})

describe('whatever happens in between', () => {
  const project = 'big-prod-1'
  const scope = `projects/${project}`
  let whole: string[]

  beforeAll(async () => {
    await simulate('/simulated/projects', { project, assets: 2_500 })
    whole = await namesOf(await quiet(scope))
    expect(whole).toHaveLength(2_501)
  })

  async function expectWhole(run: string): Promise<void> {
    expect(await runOf(run)).toMatchObject({ state: 'ready', assetsRead: whole.length, waitingFor: null })
    expect(await namesOf(run)).toEqual(whole)
    const waiting = (
      await database().$queryRaw<{ count: bigint }[]>`
      SELECT count(*) AS "count" FROM "import_asset_detail" d JOIN "import_asset" a ON a."id" = d."assetId" WHERE a."runId" = ${run}::uuid AND d."manifests" @> '[{"original": ""}]'`
    )[0]
    expect(Number(waiting?.count)).toBe(0)
  }

  test('stopped again and again, also in the middle of a page, it goes on where it was and at one moment', async () => {
    const run = await newRun(scope)
    const moments = new Set<string>()
    for (let attempt = 0; (await runOf(run)).state !== 'ready'; attempt++) {
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('stopped by the test')), 40 + attempt * 25)
      await scan(run, stop.signal).catch(() => {})
      const { snapshotAt } = await runOf(run)
      if (snapshotAt) moments.add(snapshotAt.toISOString())
    }
    await expectWhole(run)
    expect(moments.size).toBe(1)
  })

  test('a worker killed with -9 leaves nothing half', async () => {
    const run = await newRun(scope)
    const program = `const { scanInventory } = await import('${join(root, 'lib/imports/scan-inventory.ts')}')
      await scanInventory('${run}', { signal: new AbortController().signal, last: false })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: root, env: process.env, stdio: 'ignore' })
    await until(async () => (await runOf(run)).assetsRead > 0)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const { assetsRead, state } = await runOf(run)
    expect(await database().importAsset.count({ where: { runId: run } })).toBe(assetsRead)
    if (state !== 'ready') await scan(run)
    await expectWhole(run)
  }, 60_000)

  test('two workers at once keep each page once', async () => {
    const run = await newRun(scope)
    await Promise.all([scan(run), scan(run), scan(run)])
    await until(async () => (await runOf(run)).state === 'ready')
    await expectWhole(run)
  })

  test('cancelled, it stops and keeps what it read; resumed, it brings the rest', async () => {
    const run = await newRun(scope)
    await simulate('/simulated/faults', { fault: 'slow', milliseconds: 300 })
    const reading = scan(run)
    await until(async () => (await runOf(run)).assetsRead > 0)
    expect(await cancelScan(database(), run)).toBe(true)
    await reading
    const { assetsRead, state } = await runOf(run)
    expect(state).toBe('cancelled')
    expect(assetsRead).toBeLessThan(whole.length)
    await scan(run)
    expect((await runOf(run)).assetsRead).toBe(assetsRead)
    await simulate('/simulated/faults', undefined, 'DELETE')
    expect(await resumeScan(database(), run)).toBe(true)
    await scan(run)
    await expectWhole(run)
  })

  test('asked to slow down, it says until when, holds no worker, and comes back by itself', async () => {
    const run = await newRun(scope)
    await simulate('/simulated/faults', { fault: 'quota', retryAfter: '2', times: 1 })
    await expect(scan(run)).rejects.toMatchObject({ status: 429 })
    expect(await runOf(run)).toMatchObject({
      state: 'scanning',
      waitingFor: expect.stringMatching(/goes on by itself at \d\d:\d\d:\d\d UTC/),
    })
    await simulate('/simulated/faults', { fault: 'quota', retryAfter: '1', times: 1 })
    const jobs: RunningJobs = await startJobs({ databaseUrl: fresh.url, jobs: importJobs })
    try {
      const { enqueue } = await import('#lib/jobs/job-queue.ts')
      const { scanInventoryJob } = await import('./scan-inventory.ts')
      await enqueue(null, scanInventoryJob, { run }, { key: run })
      await until(async () => (await runOf(run)).state === 'ready')
    } finally {
      await jobs.stop()
    }
    await expectWhole(run)
  }, 60_000)

  test('an inventory that is away is waited for, and in the end said', async () => {
    const run = await newRun(scope)
    await simulate('/simulated/faults', { fault: 'unavailable' })
    await expect(scan(run)).rejects.toMatchObject({ status: 503 })
    expect(await runOf(run)).toMatchObject({ state: 'scanning', waitingFor: expect.stringContaining('tries again by itself') })
    await scan(run, undefined, true)
    expect(await runOf(run)).toMatchObject({ state: 'failed', problem: expect.stringContaining('Cloud Asset Inventory') })
  }, 60_000)
})

describe('what may not be read', () => {
  test('types that are refused are gaps; the others come', async () => {
    const all = await rowsOf(await quiet())
    const types = [...new Set(all.map(({ assetType }) => assetType))].sort()
    const denied = types.filter((_, index) => index % 2 === 0)
    await simulate('/simulated/faults', { fault: 'denied', assetTypes: denied })
    const run = await newRun()
    await scan(run)
    await readOn(run)
    const { gaps } = await runOf(run)
    const got = new Set((await rowsOf(run)).map(({ assetType }) => assetType))
    expect([...got].filter((type) => denied.includes(type))).toEqual([])
    expect(types.filter((type) => !denied.includes(type) && !got.has(type))).toEqual([])
    const said = JSON.stringify(gaps)
    for (const type of denied.filter((each) => all.some(({ assetType, kind }) => assetType === each && kind !== null)))
      expect(said).toContain(type)
    expect(said).toContain('roles/cloudasset.viewer')
  }, 120_000)

  test.each<[string, JsonObject, RegExp]>([
    ['nothing may be read', { fault: 'denied' }, /roles\/cloudasset\.viewer/],
    ['the API is off', { fault: 'disabled' }, /Enable "Cloud Asset API"/],
  ])('%s: the run fails with the sentence, and can be resumed when that is mended', async (_, fault, sentence) => {
    await simulate('/simulated/faults', fault)
    const run = await newRun()
    await scan(run)
    expect(await runOf(run)).toMatchObject({ state: 'failed', problem: expect.stringMatching(sentence) })
    await simulate('/simulated/faults', undefined, 'DELETE')
    await resumeScan(database(), run)
    await scan(run)
    expect(await runOf(run)).toMatchObject({ state: 'ready', problem: null })
  })

  test('a project that the inventory does not know fails with the next step', async () => {
    const run = await newRun('projects/nowhere-1')
    await scan(run)
    const { state, problem } = await runOf(run)
    expect(state).toBe('failed')
    expect(problem).toMatch(/Grant|Correct/)
  })
})

describe('bad input', () => {
  const bucket = '//storage.googleapis.com/'
  const type = 'storage.googleapis.com/Bucket'
  const data = (id: string, more: JsonObject = {}) => ({ resource: { version: 'v1', data: { name: id, location: 'EU', ...more } } })
  const deep = (levels: number): Json => (levels === 0 ? 'x' : { a: deep(levels - 1) })
  const nulls = {
    location: null,
    labels: null,
    lifecycle: null,
    encryption: null,
    versioning: null,
    cors: [null],
    iamConfiguration: { uniformBucketLevelAccess: null },
  }
  const bad: [string, JsonObject][] = [
    [
      'a type that nobody knows',
      { name: '//oven.googleapis.com/projects/x/ovens/1', assetType: 'oven.googleapis.com/Oven', resource: { data: { heat: 1 } } },
    ],
    ['a type that is none', { name: `${bucket}no-type`, assetType: 'nothing', ...data('no-type') }],
    ['no type', { name: `${bucket}without-type`, ...data('without-type') }],
    ['a name that is a path', { name: `${bucket}../../etc/passwd`, assetType: type, ...data('../../etc/passwd') }],
    ['control characters', { name: `${bucket}bell\u0007`, assetType: type, ...data('bell') }],
    ['a name that turns the direction', { name: `${bucket}\u202etxt.exe`, assetType: type, ...data('x') }],
    [
      'NUL and half a pair in the data',
      { name: `${bucket}broken-text`, assetType: type, ...data('broken-text', { labels: { a: 'x\0y', b: '\ud800' } }) },
    ],
    ['a name without end', { name: `${bucket}${'n'.repeat(3_000)}`, assetType: type, ...data('long') }],
    ['another version', { name: `${bucket}old-version`, assetType: type, resource: { version: 'v9', data: { nothing: 'of this' } } }],
    ['null everywhere', { name: `${bucket}all-null`, assetType: type, ...data('all-null', nulls) }],
    [
      'numbers above 2^53',
      {
        name: `${bucket}large-number`,
        assetType: type,
        ...data('large-number', { metageneration: Number('9007199254740993'), projectNumber: 1e300 }),
      },
    ],
    ['nested without end', { name: `${bucket}nested`, assetType: type, ...data('nested', { labels: deep(400) }) }],
    ['data that is a text', { name: `${bucket}text-data`, assetType: type, resource: { data: 'x' } }],
    [
      'keys of objects',
      {
        name: `${bucket}proto`,
        assetType: type,
        resource: { data: JSON.parse('{"name":"proto","location":"EU","__proto__":{"x":1},"constructor":2}') },
      },
    ],
  ]

  test('each is a row with a reason or a manifest, and the rest goes on', async () => {
    const before = await namesOf(await quiet())
    for (const [, asset] of bad) await addAsset(asset)
    const run = await quiet()
    const rows = await rowsOf(run)
    for (const [, asset] of bad) await removeAsset(String(asset.name))
    expect(rows).toHaveLength(before.length + bad.length)
    const added = rows.filter(({ name }) => !before.includes(name))
    for (const { category, reason, message, manifests, name, displayName } of added) {
      expect(category === 'importable' ? manifests > 0 : reason !== null && (message ?? '').length > 10, `${name}: ${category}`).toBe(true)
      expect(`${name}${displayName}`).not.toMatch(/[\p{Cc}\u202e]/u)
    }
    expect(added.find(({ name }) => name.includes('oven'))).toMatchObject({ reason: 'unsupported', kind: null })
    const nothing = added.find(({ name }) => name.includes('all-null'))
    expect((await readDetail(database(), nothing?.id ?? '')).manifests[0]?.original).not.toMatch(/: null\n/)
    expect(added.find(({ name }) => name.includes('nested'))).toMatchObject({ reason: 'malformed' })
  })

  test('assets of megabytes are told and not stored', async () => {
    const project = 'huge-prod-1'
    await simulate('/simulated/projects', { project, assets: 15, bytes: 45_000_000 })
    const run = await quiet(`projects/${project}`)
    const rows = await rowsOf(run)
    expect(rows).toHaveLength(16)
    expect(rows.filter(({ reason }) => reason === 'too-large')).toHaveLength(15)
    expect(rows.find(({ reason }) => reason === 'too-large')?.message).toContain('MiB')
  }, 60_000)
})

test('of two that only their name tells apart, one that would need another name is not offered', async () => {
  const text = { type: 'string' }
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { location: text, words: text } } } },
  }
  const group = 'search.cnrm.cloud.google.com'
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `searchnotes.${group}` },
    spec: {
      group,
      names: { kind: 'SearchNote', plural: 'searchnotes' },
      scope: 'Namespaced',
      versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
    },
  }
  const head = { cluster: 'demo', key: `SearchNote.${group}`, group, kind: 'SearchNote', plural: 'searchnotes', version: 'v1beta1' }
  await database().kind.create({ data: { ...head, namespaced: true, definition, hash: 'notes', state: 'synced' } })
  const notes = ['europe-west1', 'us-east1'].map((place) => `//search.googleapis.com/projects/${search}/locations/${place}/notes/index`)
  for (const name of notes)
    await addAsset({
      name,
      assetType: 'search.googleapis.com/Note',
      resource: { version: 'v1', data: { name: name.slice(23), words: 'x' } },
    })
  const rows = (await rowsOf(await quiet())).filter(({ name }) => notes.includes(name))
  for (const name of notes) await removeAsset(name)
  // both want the name: neither can keep it without taking it from the other
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(row).toMatchObject({ category: 'unsupported', reason: 'name-taken', manifests: 0 })
})

test('a scan whose job was lost gets another', async () => {
  const db = database()
  const [lost, reading, asleep] = await Promise.all([newRun(), newRun(), newRun()])
  const quietFor = (minutes: number): Date => new Date(Date.now() - minutes * 60_000)
  await db.importRun.update({ where: { id: lost }, data: { state: 'scanning', updatedAt: quietFor(30) } })
  await db.importRun.update({ where: { id: reading }, data: { state: 'scanning', updatedAt: quietFor(5) } })
  await db.importRun.update({ where: { id: asleep }, data: { state: 'scanning', waitingFor: 'x', updatedAt: quietFor(30) } })
  await findLostScans()
  const jobs = await db.$queryRaw<
    { run: string }[]
  >`SELECT "data"->>'run' AS "run" FROM "jobs"."job" WHERE "name" = 'scan-inventory' AND "state" = 'created'`
  const runs = jobs.map(({ run }) => run)
  expect(runs).toContain(lost)
  expect(runs).not.toContain(reading)
  expect(runs).not.toContain(asleep)
})

test('runs of before a month go at night; the newest of a project stays', async () => {
  const db = database()
  await db.importRun.deleteMany({})
  const old = new Date(Date.now() - 40 * 86_400_000)
  const ids = await Promise.all([newRun(), newRun(), newRun('projects/other', 'other')])
  await db.importRun.updateMany({ where: { id: { in: ids } }, data: { createdAt: old } })
  const newer = await newRun()
  await removeOldRuns(db)
  expect((await db.importRun.findMany({ select: { id: true } })).map(({ id }) => id).sort()).toEqual([ids[2], newer].sort())
})
