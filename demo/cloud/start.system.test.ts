import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { readyCondition } from './next-step.ts'
import { type Cloud, startCloud } from './start.ts'

const kubeconfig = testKubeconfig()
const namespace = `cloud-${randomBytes(4).toString('hex')}`
const folder = mkdtempSync(join(tmpdir(), 'corbel-cloud-'))
const file = join(folder, 'cloud.kubeconfig')
const delays = { '*': 50, SpannerInstance: 1500 }
let cluster: Cluster
let cloud: Cloud

const versions: Record<string, string> = {
  PubSubTopic: 'pubsub.cnrm.cloud.google.com/v1beta1',
  PubSubSubscription: 'pubsub.cnrm.cloud.google.com/v1beta1',
  StorageBucket: 'storage.cnrm.cloud.google.com/v1beta1',
  SpannerInstance: 'spanner.cnrm.cloud.google.com/v1beta1',
  ComputeNetwork: 'compute.cnrm.cloud.google.com/v1beta1',
  Locus: 'caching.corbel.dev/v1',
}
const ref = (kind: string, name: string) => ({ apiVersion: versions[kind] ?? 'v1', kind, namespace, name })
const apply = (kind: string, name: string, spec: JsonObject = {}, annotations: JsonObject = {}) => {
  const { apiVersion } = ref(kind, name)
  return cluster
    .asPortal()
    .applyServerSide({ apiVersion, kind, metadata: { name, namespace, annotations }, spec }, { fieldManager: 'test', force: true })
}
const read = async (kind: string, name: string): Promise<JsonObject> => (await cluster.asPortal().get(ref(kind, name))).value
/** Waits until an object's Ready condition has a reason for its newest generation. */
const reaches = async (kind: string, name: string, reason: string): Promise<JsonObject> => {
  let object: JsonObject = {}
  await expect
    .poll(
      async () => {
        object = await read(kind, name)
        const observed = valueAt(object, ['status', 'observedGeneration']) === valueAt(object, ['metadata', 'generation'])
        return observed ? readyCondition(object)?.reason : 'not observed'
      },
      { timeout: 15_000, interval: 50 },
    )
    .toBe(reason)
  return object
}
const isGone = (kind: string, name: string) =>
  read(kind, name).then(
    () => false,
    () => true,
  )
const remove = (kind: string, name: string) => cluster.asPortal().delete(ref(kind, name))
const setFailures = (data: Record<string, string | null>) =>
  cluster
    .asPortal()
    .applyServerSide(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cloud-failures', namespace: 'corbel-system' }, data },
      { fieldManager: 'test', force: true },
    )

beforeAll(async () => {
  await seedCluster({ kubeconfig })
  cluster = openCluster({ name: 'test', kubeconfigFile: kubeconfig })
  const annotations = { 'cnrm.cloud.google.com/project-id': 'cloud-test' }
  await cluster.asPortal().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, annotations } })
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'cloud', file })
  cloud = await startCloud({ kubeconfig: file, delays })
})
afterAll(async () => {
  await cluster.asPortal().delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  // the cloud has to let go of the objects before the namespace can end
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
    const gone = await cluster
      .asPortal()
      .get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
      .then(
        () => false,
        () => true,
      )
    if (gone) break
  }
  await cloud.stop()
  await cluster.close()
  rmSync(folder, { recursive: true })
})

test('a new resource becomes ready, with finalizer and reported values', async () => {
  await apply('StorageBucket', 'logs', { location: 'EU' })
  const bucket = await reaches('StorageBucket', 'logs', 'UpToDate')
  expect(valueAt(bucket, ['metadata', 'finalizers'])).toEqual(['cnrm.cloud.google.com/finalizer'])
  expect(textAt(bucket, 'status', 'url')).toBe('gs://logs')
  expect(bucket.spec).toEqual({ location: 'EU' })
})

test('a changed one is updated to its new generation', async () => {
  await apply('StorageBucket', 'changing', { location: 'EU' })
  await reaches('StorageBucket', 'changing', 'UpToDate')
  await apply('StorageBucket', 'changing', { location: 'EU', storageClass: 'NEARLINE' })
  const bucket = await reaches('StorageBucket', 'changing', 'UpToDate')
  expect(valueAt(bucket, ['status', 'observedGeneration'])).toBe(2)
  expect(textAt(bucket, 'status', 'observedState', 'storageClass')).toBe('NEARLINE')
})

test('platform kinds speak generic conditions', async () => {
  await apply('Locus', 'cache', { engine: 'valkey', region: 'europe-west1', memory: '1Gi' })
  const locus = await reaches('Locus', 'cache', 'Available')
  expect(readyCondition(locus)).toMatchObject({ status: 'True', observedGeneration: 1 })
  expect(valueAt(locus, ['metadata', 'finalizers'])).toEqual(['platform.corbel.dev/finalizer'])
})

test('a reference is waited for: not found, not ready, ready', async () => {
  await apply('PubSubSubscription', 'worker', { topicRef: { name: 'orders' } })
  const waiting = await reaches('PubSubSubscription', 'worker', 'DependencyNotFound')
  expect(readyCondition(waiting)?.message).toBe(`reference PubSubTopic ${namespace}/orders is not found`)
  await setFailures({
    [namespace]: `kind: PubSubTopic\nnamespace: ${namespace}\nname: orders\nmessage: "googleapi: Error 403: Permission denied"`,
  })
  await apply('PubSubTopic', 'orders')
  const failed = await reaches('PubSubTopic', 'orders', 'UpdateFailed')
  expect(readyCondition(failed)?.message).toMatch(/Error 403: Permission denied/)
  await reaches('PubSubSubscription', 'worker', 'DependencyNotReady')
  await setFailures({})
  await reaches('PubSubTopic', 'orders', 'UpToDate')
  await reaches('PubSubSubscription', 'worker', 'UpToDate')
})

test('a taken bucket name fails and recovers with another name', async () => {
  await apply('StorageBucket', 'taken-name', { location: 'EU' })
  expect(readyCondition(await reaches('StorageBucket', 'taken-name', 'UpdateFailed'))?.message).toMatch(/Error 409/)
  await apply('StorageBucket', 'taken-name', { location: 'EU', resourceID: 'free-name' })
  await reaches('StorageBucket', 'taken-name', 'UpToDate')
})

test('the sixteenth network of a project is refused until another one goes', async () => {
  for (let number = 10; number < 26; number++) await apply('ComputeNetwork', `n${number}`, { autoCreateSubnetworks: false })
  await reaches('ComputeNetwork', 'n24', 'UpToDate')
  expect(readyCondition(await reaches('ComputeNetwork', 'n25', 'UpdateFailed'))?.message).toMatch(/quotaExceeded/)
  await remove('ComputeNetwork', 'n10')
  await reaches('ComputeNetwork', 'n25', 'UpToDate')
})

test('deletion goes through; an abandoned resource goes at once', async () => {
  await apply('PubSubTopic', 'going')
  await reaches('PubSubTopic', 'going', 'UpToDate')
  await remove('PubSubTopic', 'going')
  await expect.poll(() => isGone('PubSubTopic', 'going'), { timeout: 10_000 }).toBe(true)
  await apply(
    'SpannerInstance',
    'left',
    { config: 'regional-europe-west1', displayName: 'left' },
    { 'cnrm.cloud.google.com/deletion-policy': 'abandon' },
  )
  await expect.poll(async () => valueAt(await read('SpannerInstance', 'left'), ['metadata', 'finalizers'])).toHaveLength(1)
  await remove('SpannerInstance', 'left')
  await expect.poll(() => isGone('SpannerInstance', 'left'), { timeout: 1_000, interval: 50 }).toBe(true)
})

test('stopped in the middle of work and started again, it finishes, and then writes nothing more', async () => {
  await apply('SpannerInstance', 'halfway', { config: 'regional-europe-west1', displayName: 'halfway' })
  await reaches('SpannerInstance', 'halfway', 'Creating')
  await cloud.stop()
  await apply('PubSubTopic', 'meanwhile')
  cloud = await startCloud({ kubeconfig: file, delays })
  await reaches('SpannerInstance', 'halfway', 'UpToDate')
  const topic = await reaches('PubSubTopic', 'meanwhile', 'UpToDate')
  await cloud.stop()
  cloud = await startCloud({ kubeconfig: file, delays })
  await apply('PubSubTopic', 'marker')
  await reaches('PubSubTopic', 'marker', 'UpToDate')
  expect(textAt(await read('PubSubTopic', 'meanwhile'), 'metadata', 'resourceVersion')).toBe(textAt(topic, 'metadata', 'resourceVersion'))
})
