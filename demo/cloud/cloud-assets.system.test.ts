import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import { readDefinitions } from '#demo/world/definitions.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { type CloudAssets, cloudAssets } from './cloud-assets.ts'

const project = 'search-prod-8812'
const objects = new Map<string, JsonObject>()
let inventory: AssetInventory
let assets: CloudAssets

const resource = (kind: string, apiVersion: string, name: string, spec: JsonObject, labels: JsonObject = {}): JsonObject => {
  const object = { apiVersion, kind, metadata: { name, namespace: 'search-prod', labels }, spec }
  objects.set(`${kind}/${name}`, object)
  return object
}
const topic = (name: string, spec: JsonObject, labels?: JsonObject): JsonObject =>
  resource('PubSubTopic', 'pubsub.cnrm.cloud.google.com/v1beta1', name, spec, labels)

const get = async (path: string): Promise<Json> => (await fetch(inventory.url + path)).json()
const post = (path: string, body: JsonObject) => fetch(inventory.url + path, { method: 'POST', body: JSON.stringify(body) })
const calls = async (): Promise<string[]> => {
  const found = await get(`/simulated/calls?project=${project}`)
  const list = isObject(found) && Array.isArray(found.calls) ? found.calls.filter(isObject) : []
  return list.map(({ method, resource, fields, by }) => `${method} ${String(resource).split('/').at(-1)} [${fields}] by ${by}`)
}
const assetNow = async (name: string): Promise<Json | undefined> =>
  valueAt(await get(`/v1/projects/${project}:batchGetAssetsHistory?assetNames=${encodeURIComponent(name)}`), ['assets', 0])

beforeAll(async () => {
  inventory = await startAssetInventory({ port: 0, projects: [project] })
  const definitions = [...readDefinitions([join(import.meta.dirname, '..', 'crds')]).values()]
  assets = cloudAssets(inventory.url, { definitions: () => definitions, objects: () => objects.values(), projectOf: () => project })
})
beforeEach(async () => {
  objects.clear()
  await post('/simulated/reset', {})
})
afterAll(() => inventory.close())

const crawlDead = '//pubsub.googleapis.com/projects/search-prod-8812/topics/crawl-dead'

test('an object that names what exists acquires it: one call that adds the label, seen in the asset at once', async () => {
  const before = await assetNow(crawlDead)
  const object = topic('dead-letters', { resourceID: 'crawl-dead' }, { team: 'search', stage: 'crawl' })
  expect(await assets.settle(object)).toEqual({ conflict: undefined })
  expect(await calls()).toEqual(['PATCH crawl-dead [labels.managed-by-cnrm] by PubSubTopic search-prod/dead-letters'])
  const after = await assetNow(crawlDead)
  expect(valueAt(after, ['asset', 'resource', 'data', 'labels'])).toEqual({ team: 'search', stage: 'crawl', 'managed-by-cnrm': 'true' })
  expect(Date.parse(textAt(after, 'asset', 'updateTime') ?? '')).toBeGreaterThan(Date.parse(textAt(before, 'asset', 'updateTime') ?? ''))
  await assets.settle(object)
  expect(await calls()).toHaveLength(1)
})

test('what has no labels is acquired without any call', async () => {
  const firewall = { networkRef: { external: `projects/${project}/global/networks/search` }, priority: 1000, direction: 'INGRESS' }
  await assets.settle(resource('ComputeFirewall', 'compute.cnrm.cloud.google.com/v1beta1', 'search-allow-internal', firewall))
  expect(await calls()).toEqual([])
})

test('what the inventory holds in parts is compared whole: clusters belong to their Bigtable instance', async () => {
  const instance = (nodes: number) => ({
    resourceID: 'crawl-frontier',
    displayName: 'Crawl frontier',
    cluster: [{ clusterId: 'crawl-frontier-c1', numNodes: nodes, storageType: 'SSD', zone: 'europe-west1-b' }],
  })
  const labels = { team: 'search', stage: 'crawl' }
  const settle = (nodes: number) =>
    assets.settle(resource('BigtableInstance', 'bigtable.cnrm.cloud.google.com/v1beta1', 'crawl-frontier', instance(nodes), labels))
  const by = 'by BigtableInstance search-prod/crawl-frontier'
  await settle(3)
  expect(await calls()).toEqual([`PATCH crawl-frontier [labels.managed-by-cnrm] ${by}`])
  await settle(4)
  expect(await calls()).toContain(`PATCH crawl-frontier [cluster.0.numNodes] ${by}`)
})

test('a manifest that says something else changes the cloud, and the record says what', async () => {
  const spec = { topicRef: { name: 'results' }, ackDeadlineSeconds: 30 }
  topic('results', { resourceID: 'crawl-results' })
  const subscription = resource('PubSubSubscription', 'pubsub.cnrm.cloud.google.com/v1beta1', 'crawl-results-indexer', spec, {
    team: 'search',
    stage: 'index',
  })
  await assets.settle(subscription)
  expect(await calls()).toEqual([
    'PATCH crawl-results-indexer [ackDeadlineSeconds,labels.managed-by-cnrm] by PubSubSubscription search-prod/crawl-results-indexer',
  ])
  const now = await assetNow('//pubsub.googleapis.com/projects/search-prod-8812/subscriptions/crawl-results-indexer')
  expect(valueAt(now, ['asset', 'resource', 'data', 'ackDeadlineSeconds'])).toBe(30)
})

test('access that is granted already costs no call; more of it does', async () => {
  const access = (members: string[]): JsonObject =>
    resource('IAMPartialPolicy', 'iam.cnrm.cloud.google.com/v1beta1', 'archive-access', {
      resourceRef: { kind: 'StorageBucket', external: 'acme-search-crawl-archive' },
      bindings: [{ role: 'roles/storage.objectViewer', members: members.map((member) => ({ member })) }],
    })
  await assets.settle(access(['group:search@acme.test']))
  expect(await calls()).toEqual([])
  const more = access(['group:search@acme.test', 'group:analysts@acme.test'])
  await assets.settle(more)
  await assets.settle(more)
  expect(await calls()).toEqual([
    'PATCH acme-search-crawl-archive [policy.roles/storage.objectViewer.group:analysts@acme.test] by IAMPartialPolicy search-prod/archive-access',
  ])
})

test('what another Config Connector leases is left alone', async () => {
  const { conflict } = await assets.settle(topic('suggest-legacy', {}))
  expect(conflict).toContain('leased to "7d3c51e0-infra-us"')
  expect(await calls()).toEqual([])
})

test('anything else is made, changed and deleted, and each is a call', async () => {
  const name = '//pubsub.googleapis.com/projects/search-prod-8812/topics/rankings'
  await assets.settle(topic('rankings', { messageRetentionDuration: '600s' }))
  expect(valueAt(await assetNow(name), ['asset', 'assetType'])).toBe('pubsub.googleapis.com/Topic')
  await assets.settle(topic('rankings', { messageRetentionDuration: '900s' }, { team: 'search' }))
  await assets.remove(topic('rankings', { messageRetentionDuration: '900s' }))
  expect(valueAt(await assetNow(name), ['deleted'])).toBe(true)
  expect(await calls()).toEqual([
    'POST rankings [messageRetentionDuration] by PubSubTopic search-prod/rankings',
    'PATCH rankings [messageRetentionDuration,labels.team] by PubSubTopic search-prod/rankings',
    'DELETE rankings [] by PubSubTopic search-prod/rankings',
  ])
})

test('what was ready before the inventory began is listed, and no call is invented', async () => {
  await assets.register([topic('older', {}), topic('crawl-dead', {})])
  expect(valueAt(await assetNow('//pubsub.googleapis.com/projects/search-prod-8812/topics/older'), ['asset', 'assetType'])).toBe(
    'pubsub.googleapis.com/Topic',
  )
  expect(valueAt(await assetNow(crawlDead), ['asset', 'updateTime'])).toBe('2024-02-19T09:13:40.118Z')
  expect(await calls()).toEqual([])
})
