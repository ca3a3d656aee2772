import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import type { Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Invalid, NotFound, Unavailable } from '#lib/errors.ts'
import { type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { createInventory, type Inventory, type InventorySettings } from './inventory.ts'
import { InventoryForbidden, InventoryQuota } from './inventory-errors.ts'

const project = 'search-prod-8812'
const scope = `projects/${project}`
let standIn: AssetInventory
let fresh: FreshDatabase
let database: Database
let inventory: Inventory

const settings = (changed: Partial<InventorySettings> = {}): InventorySettings => ({
  url: standIn.url,
  quotaProject: undefined,
  listsPerMinute: 10_000,
  policySearchesPerMinute: 10_000,
  historiesPerMinute: 10_000,
  ...changed,
})
const post = (path: string, body: JsonObject) => fetch(standIn.url + path, { method: 'POST', body: JSON.stringify(body) })
const fault = (body: JsonObject) => post('/simulated/faults', body)
const namesOf = (assets: Json[]): string[] => assets.map((asset) => textAt(asset, 'name') ?? '')
const callsOf = async (call: string): Promise<number> =>
  (await database.inventoryCall.findMany({ where: { call } })).reduce((sum, { count }) => sum + count, 0)
const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  )

beforeAll(async () => {
  standIn = await startAssetInventory({ port: 0, projects: [project, 'payments-prod-4711'] })
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  database = fresh.database
  inventory = createInventory(settings(), database)
})
afterEach(() => post('/simulated/reset', {}))
afterAll(async () => {
  await standIn.close()
  await fresh.drop()
})

describe('pages', () => {
  test('together they hold what one page holds, each asset once, of one moment', async () => {
    const whole = await inventory.listAssets({ scope })
    expect(whole.nextPageToken).toBe('')
    const seen: Json[] = []
    let page = await inventory.listAssets({ scope, pageSize: 20 })
    const { readTime } = page
    seen.push(...page.assets)
    while (page.nextPageToken) {
      page = await inventory.listAssets({ scope, pageSize: 20, pageToken: page.nextPageToken, readTime })
      expect(page.readTime).toBe(readTime)
      seen.push(...page.assets)
    }
    expect(namesOf(seen)).toEqual(namesOf(whole.assets))
    expect(new Set(namesOf(seen)).size).toBe(seen.length)
  })

  test('another process goes on with the token, and sees the moment of the first page whatever happened since', async () => {
    const first = await inventory.listAssets({ scope, pageSize: 50 })
    await fetch(`${standIn.url}/simulated/assets?name=${encodeURIComponent('//storage.googleapis.com/acme-search-widget')}`, {
      method: 'DELETE',
    })
    const second = await createInventory(settings(), database).listAssets({
      scope,
      pageSize: 500,
      pageToken: first.nextPageToken,
      readTime: first.readTime,
    })
    expect(namesOf(second.assets)).toContain('//storage.googleapis.com/acme-search-widget')
    expect(namesOf((await inventory.listAssets({ scope })).assets)).not.toContain('//storage.googleapis.com/acme-search-widget')
  })

  test('types narrow the list; one that nobody knows, and a token of another listing, are Invalid', async () => {
    const { assets, nextPageToken } = await inventory.listAssets({
      scope,
      assetTypes: ['pubsub.googleapis.com/Topic', 'dns.*'],
      pageSize: 5,
    })
    expect(new Set(assets.map((asset) => textAt(asset, 'assetType')))).toEqual(
      new Set(['dns.googleapis.com/ManagedZone', 'dns.googleapis.com/ResourceRecordSet']),
    )
    await expect(inventory.listAssets({ scope, assetTypes: ['pubsub.googleapis.com/Toppic'] })).rejects.toThrow(Invalid)
    await expect(inventory.listAssets({ scope, pageToken: nextPageToken })).rejects.toThrow(Invalid)
  })

  test('values arrive exactly: numbers, nulls, empty objects, digits beyond what a number holds', async () => {
    const { assets } = await inventory.listAssets({ scope })
    const data = (name: string): Json | undefined =>
      valueAt(
        assets.find((asset) => textAt(asset, 'name')?.endsWith(name)),
        ['resource', 'data'],
      )
    expect(valueAt(data('/tables/document_features'), ['rangePartitioning', 'range'])).toEqual({
      start: '0',
      end: '9223372036854775807',
      interval: '9007199254740993',
    })
    expect(data('/instances/nothing-known')).toMatchObject({ name: null, nodes: [null, null] })
    expect(data('acme-search-index')).toMatchObject({ projectNumber: 488120000004, billing: {}, acl: [] })
    expect(data('/subscriptions/crawl-dead-inspect')).toMatchObject({ deadLetterPolicy: null })
  })

  test('an organization holds its projects', async () => {
    const { assets } = await inventory.listAssets({
      scope: 'organizations/913400000001',
      assetTypes: ['cloudresourcemanager.googleapis.com/Project'],
    })
    expect(assets).toHaveLength(2)
  })
})

describe('refusals', () => {
  test('429 tells when to come back, and is not tried again by itself', async () => {
    await fault({ fault: 'quota', retryAfter: '3', times: 1 })
    const error = await caught(inventory.listAssets({ scope }))
    expect(error).toBeInstanceOf(InventoryQuota)
    expect(error).toMatchObject({ retryAfterMs: 3000, retryAfterSeconds: 3 })
    expect((await inventory.listAssets({ scope })).assets.length).toBeGreaterThan(60)
  })

  test('a short outage is survived; one that lasts is Unavailable', async () => {
    await fault({ fault: 'unavailable', times: 2 })
    expect((await inventory.listAssets({ scope, pageSize: 1 })).assets).toHaveLength(1)
    await fault({ fault: 'unavailable' })
    await expect(inventory.listAssets({ scope, pageSize: 1 })).rejects.toThrow(Unavailable)
  })

  test('permission may be missing for some types only', async () => {
    await fault({ fault: 'denied', assetTypes: ['cloudkms.googleapis.com/CryptoKey', 'storage.googleapis.com/Bucket'] })
    const error = await caught(inventory.listAssets({ scope }))
    expect(error).toBeInstanceOf(InventoryForbidden)
    expect(error).toMatchObject({ reason: 'not-permitted', permission: 'cloudasset.assets.listCloudkmsCryptoKeys' })
    expect((await inventory.listAssets({ scope, assetTypes: ['pubsub.googleapis.com/Topic'] })).assets).toHaveLength(8)
  })

  test('an API that is not enabled is named, with the project and the step in the console', async () => {
    await fault({ fault: 'disabled' })
    const error = await caught(inventory.listAssets({ scope }))
    expect(error).toMatchObject({ reason: 'api-disabled' })
    expect(String(error)).toMatch(/project 488120000004.*APIs & Services/)
  })

  test('a project that does not exist reads as one that may not be read, as Google tells it', async () => {
    expect(await caught(inventory.listAssets({ scope: 'projects/nobody-has-it' }))).toMatchObject({ reason: 'not-permitted' })
    await expect(inventory.listAssets({ scope: 'projects/../x' })).rejects.toThrow(/not written like/)
  })

  test('whoever stops waiting is told at once', async () => {
    await fault({ fault: 'slow', milliseconds: 20_000 })
    const stop = new AbortController()
    const reason = new Error('cancelled by a person')
    const asked = caught(inventory.listAssets({ scope, signal: stop.signal }))
    setTimeout(() => stop.abort(reason), 50)
    expect(await asked).toBe(reason)
  })

  test('where nothing listens, Corbel says so after its attempts', async () => {
    const gone = createInventory(settings({ url: 'http://127.0.0.1:9' }), database)
    await expect(gone.listAssets({ scope })).rejects.toThrow(/does not answer/)
  })
})

describe('assets by name', () => {
  const topics = `//pubsub.googleapis.com/projects/${project}/topics`

  test('what is gone, what changed, what stayed and what never was', async () => {
    const changing = `//pubsub.googleapis.com/projects/${project}/subscriptions/index-updates-shards`
    const found = await inventory.assetsAt([`${topics}/reindex-once`, changing, `${topics}/crawl-dead`, `${topics}/never`], scope)
    expect(found.get(`${topics}/reindex-once`)).toMatchObject({ asset: null, deleted: true })
    expect(valueAt(found.get(changing)?.asset ?? null, ['resource', 'data', 'ackDeadlineSeconds'])).toBe(90)
    expect(Date.parse(found.get(changing)?.updateTime ?? '')).toBeGreaterThan(Date.parse('2026-01-01'))
    expect(found.get(`${topics}/crawl-dead`)).toMatchObject({ updateTime: '2024-02-19T09:13:40.118Z', deleted: false })
    expect(found.get(`${topics}/never`)).toEqual({ asset: null, updateTime: null, deleted: false })
  })

  test('a hundred names cost a call, odd characters and long names included', async () => {
    const before = await callsOf('batchGetAssetsHistory')
    const names = Array.from({ length: 101 }, (_, index) => `//x/${index}`)
    expect((await inventory.assetsAt([...names, `${topics}/index_updates.v2~canary`], scope)).size).toBe(102)
    expect((await callsOf('batchGetAssetsHistory')) - before).toBe(2)
    const odd = `${topics}/index_updates.v2~canary`
    expect((await inventory.assetsAt([odd, `//x/${'ü&?#%'.repeat(300)}`, `//y/${'z'.repeat(5000)}`], scope)).get(odd)?.asset).not.toBeNull()
  })

  test('folders have no history', async () => {
    await expect(inventory.assetsAt(['//x/1'], 'folders/913400000110')).rejects.toThrow(Invalid)
  })
})

test('a project is found by its id and by its number, with one call', async () => {
  const other = createInventory(settings(), database)
  const before = await callsOf('listAssets')
  expect(await other.projectOf(project)).toEqual({ id: project, number: '488120000004' })
  expect(await other.projectOf('488120000004')).toEqual({ id: project, number: '488120000004' })
  expect((await callsOf('listAssets')) - before).toBe(1)
})

test('a scope without projects of its own says which annotation to correct', async () => {
  await fetch(`${standIn.url}/simulated/assets?name=${encodeURIComponent('//cloudresourcemanager.googleapis.com/projects/471100000001')}`, {
    method: 'DELETE',
  })
  await expect(createInventory(settings(), database).projectOf('payments-prod-4711')).rejects.toThrow(NotFound)
})

test('IAM policies come with their bindings', async () => {
  const { policies, nextPageToken } = await inventory.searchPolicies({ scope })
  expect(nextPageToken).toBe('')
  expect(valueAt(policies[0], ['policy', 'bindings', 0, 'role'])).toBe('roles/storage.objectAdmin')
})

test('the quota of a minute is one for all processes, and a refused call costs nothing', async () => {
  await database.inventoryCall.deleteMany()
  const limited = [1, 2].map(() => createInventory(settings({ historiesPerMinute: 3 }), database))
  const asked: unknown[] = []
  // a minute may end in between: then the count begins anew, once
  for (let index = 0; index < 7; index++) asked.push(await caught(limited[index % 2]?.assetsAt(['//x/1'], scope) ?? Promise.resolve()))
  const refused = asked.filter((error) => error instanceof InventoryQuota)
  expect(refused.length).toBeGreaterThan(0)
  for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeLessThanOrEqual(60_000)
  for (const { count } of await database.inventoryCall.findMany()) expect(count).toBeLessThanOrEqual(3)
})
