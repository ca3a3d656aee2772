import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Collector, startCollector } from './collector.ts'

// A group of its own, so that what other tests do on the same control plane is not seen here.
const suffix = randomBytes(3).toString('hex')
const group = `probe-${suffix}.corbel.dev`
const namespace = `collector-${suffix}`
const apiVersion = `${group}/v1`
const silent = { info: () => {}, warn: () => {} }

let fresh: FreshDatabase
let database: Database
let cluster: Cluster
let collector: Collector | undefined

const definition = (kind: string, schema: JsonObject = {}): JsonObject => {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...schema },
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  }
}
const object = (name: string, spec: JsonObject, kind = 'Probe'): JsonObject => ({ apiVersion, kind, metadata: { name, namespace }, spec })
const ref = (name: string, kind = 'Probe') => ({ apiVersion, kind, namespace, name })
const calls = () => cluster.asPortal()
const start = (on: Cluster = cluster): void => {
  collector = startCollector({ cluster: on, database, kindPatterns: [group], log: silent })
}
const stop = async (): Promise<void> => {
  await collector?.stop()
  collector = undefined
}

async function eventually<T>(read: () => Promise<T | null | undefined | false>, withinMs = 20_000): Promise<T> {
  for (const end = Date.now() + withinMs; ; await sleep(50)) {
    const value = await read().catch(() => undefined)
    if (value) return value
    if (Date.now() > end) throw new Error(`It did not happen within ${withinMs} ms.`)
  }
}
const row = (name: string, kind = 'Probe') =>
  database.resource.findFirst({
    where: { cluster: 'test', namespace, kind: `${kind}.${group}`, name },
    include: { revisions: { orderBy: { id: 'asc' } } },
  })
const liveRow = (name: string) => eventually(async () => await row(name).then((found) => (found && !found.deletedAt ? found : null)))
const kindRow = (kind: string) => database.kind.findUnique({ where: { cluster_key: { cluster: 'test', key: `${kind}.${group}` } } })
const synced = (kind: string) => eventually(async () => (await kindRow(kind))?.state === 'synced')
/** A definition just made is not served at once. */
const create = (body: JsonObject) => eventually(() => calls().create(body))

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  database = connectDatabase(fresh.url)
  cluster = openCluster({ name: 'test', kubeconfigFile })
  await calls().create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: { 'corbel.dev/project': 'true' },
      annotations: { 'corbel.dev/team': 'payments', 'corbel.dev/path': '/infra/x/' },
    },
  })
  await calls().create(definition('Probe'))
  await create(object('first', { size: 1, password: 'hunter2' }))
  start()
  await synced('Probe')
})

afterAll(async () => {
  await stop()
  for (const kind of ['Probe', 'Late', 'Locked']) {
    const name = `${kind.toLowerCase()}s.${group}`
    await calls()
      .delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name })
      .catch(() => {})
  }
  await calls()
    .delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
    .catch(() => {})
  await database?.$disconnect()
  await cluster?.close()
  await fresh?.drop()
})

describe('one resource', () => {
  test('that was there before is indexed with its team, redacted and without managed fields', async () => {
    const found = await liveRow('first')
    expect(found).toMatchObject({ team: 'payments', kindName: 'Probe', generation: 1 })
    expect(found.revisions.map(({ change }) => change)).toEqual(['created'])
    const stored = await database.resourceObject.findUniqueOrThrow({ where: { resourceId: found.id } })
    expect(JSON.stringify(stored.object)).not.toContain('hunter2')
    expect(JSON.stringify(stored.object)).not.toContain('managedFields')
  })

  test('is followed from creation over spec and condition to deletion, with who changed what', async () => {
    await calls().applyServerSide(
      {
        ...object('life', { size: 1 }),
        metadata: { name: 'life', namespace, annotations: { 'corbel.dev/repository': 'acme/x', 'corbel.dev/commit': 'c1' } },
      },
      { fieldManager: 'corbel' },
    )
    await liveRow('life')
    await calls().patchMerge(ref('life'), { spec: { size: 2 } }, { fieldManager: 'somebody' })
    await eventually(async () => (await row('life'))?.generation === 2)
    const ready = { type: 'Ready', status: 'True', reason: 'UpToDate', message: 'fine', lastTransitionTime: '2026-01-01T00:00:00Z' }
    await calls().patchMerge(
      ref('life'),
      { status: { observedGeneration: 2, conditions: [ready] } },
      { subresource: 'status', fieldManager: 'operator' },
    )
    await eventually(async () => (await row('life'))?.state === 'ready')
    await calls().delete(ref('life'))
    const gone = await eventually(async () => await row('life').then((found) => (found?.deletedAt ? found : null)))
    expect(gone.revisions.map(({ change }) => change)).toEqual(['created', 'spec', 'condition', 'deleted'])
    const [created, spec, condition] = gone.revisions
    expect(created).toMatchObject({ manager: 'corbel', commit: 'c1' })
    expect(spec).toMatchObject({ manager: 'somebody', fields: [{ path: ['spec', 'size'], before: 1, after: 2 }] })
    expect(condition).toMatchObject({ manager: 'operator', state: 'ready', reason: 'UpToDate' })
  })

  test('makes no revision when only time stamps and versions move', async () => {
    await create(object('quiet', {}))
    const condition = (at: string) => ({
      status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'UpToDate', lastTransitionTime: at }] },
    })
    await calls().patchMerge(ref('quiet'), condition('2026-01-01T00:00:00Z'), { subresource: 'status' })
    await eventually(async () => (await row('quiet'))?.state === 'ready')
    const before = (await row('quiet'))?.revisions.length
    const { value } = await calls().patchMerge(ref('quiet'), condition('2026-02-02T00:00:00Z'), { subresource: 'status' })
    const version = (value.metadata as JsonObject).resourceVersion // the API server's own answer
    await eventually(async () => (await row('quiet'))?.resourceVersion === version)
    expect((await row('quiet'))?.revisions.length).toBe(before)
  })
})

describe('kinds', () => {
  test('a definition that comes is offered within seconds; one that goes takes its rows along', async () => {
    await calls().create(definition('Late'))
    await synced('Late')
    await create(object('one', {}, 'Late'))
    await eventually(async () => (await row('one', 'Late')) !== null)
    await eventually(async () => (await kindRow('Late'))?.count === 1)
    const before = (await kindRow('Late'))?.hash
    await calls().patchMerge(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `lates.${group}` },
      { metadata: { annotations: { changed: 'yes' } } },
    )
    await eventually(async () => (await kindRow('Late'))?.hash !== before)
    await synced('Late')
    await calls().delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `lates.${group}` })
    await eventually(async () => (await kindRow('Late'))?.state === 'gone')
    const gone = await row('one', 'Late')
    expect(gone?.deletedAt).not.toBeNull()
    expect(gone?.revisions.at(-1)?.change).toBe('deleted')
  })

  test('a definition keeps fields of any name', async () => {
    const named = definition('Named', { properties: JSON.parse('{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}') })
    await calls().create(named)
    await eventually(async () => (await kindRow('Named')) !== null)
    const [stored] = await database.$queryRaw<{ keys: string[] }[]>`
      SELECT array(SELECT jsonb_object_keys("definition" #> '{spec,versions,0,schema,openAPIV3Schema,properties,spec,properties}')) AS "keys"
      FROM "kind" WHERE "key" = ${`Named.${group}`}`
    expect(stored?.keys.toSorted()).toEqual(['__proto__', 'constructor'])
  })

  test('the namespace is a project, and its team moves with its annotation', async () => {
    expect(await database.project.findFirst({ where: { namespace } })).toMatchObject({ team: 'payments', path: 'infra/x' })
    await calls().patchMerge(
      { apiVersion: 'v1', kind: 'Namespace', name: namespace },
      { metadata: { annotations: { 'corbel.dev/team': 'playlists' } } },
    )
    await eventually(async () => (await row('first'))?.team === 'playlists')
  })
})

describe('a restart', () => {
  test('goes on from what is stored and misses neither change nor deletion', async () => {
    await create(object('leaves', {}))
    await create(object('stays', { size: 1 }))
    await liveRow('leaves')
    await liveRow('stays')
    await stop()
    await calls().delete(ref('leaves'))
    await calls().patchMerge(ref('stays'), { spec: { size: 2 } })
    start()
    await eventually(async () => (await row('leaves'))?.deletedAt)
    await eventually(async () => (await row('stays'))?.generation === 2)
  })

  test('with a revision the API server no longer keeps lists again and removes what is gone', async () => {
    await create(object('vanishes', {}))
    await liveRow('vanishes')
    await stop()
    await calls().delete(ref('vanishes'))
    await database.kind.updateMany({ where: { key: `Probe.${group}` }, data: { resourceVersion: '1' } })
    start()
    const gone = await eventually(async () => await row('vanishes').then((found) => (found?.deletedAt ? found : null)))
    expect(gone.revisions.map(({ change }) => change)).toEqual(['created', 'deleted'])
    await synced('Probe')
    expect((await kindRow('Probe'))?.count).toBe(await database.resource.count({ where: { kind: `Probe.${group}`, deletedAt: null } }))
  })

  test('after the cluster was restored from a backup, behind what is stored, lists again', async () => {
    await create(object('restored', {}))
    await liveRow('restored')
    await stop()
    await calls().delete(ref('restored'))
    await database.kind.updateMany({ where: { key: `Probe.${group}` }, data: { resourceVersion: '999999999999' } })
    start()
    await eventually(async () => (await row('restored'))?.deletedAt)
  })

  test('of a second worker waits for the lease of the first', async () => {
    const second = startCollector({ cluster, database, kindPatterns: [group], log: silent })
    await sleep(500)
    expect([collector?.leads(), second.leads()]).toEqual([true, false])
    await stop()
    await eventually(async () => second.leads())
    collector = second
  })
})

test('a kind that may not be read is labelled, and the others go on', async () => {
  await stop()
  await calls().create(definition('Locked'))
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace } }
  await calls().create(account)
  const rules = [
    { apiGroups: [group], resources: ['probes'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['list', 'watch'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
  ]
  const rbac = 'rbac.authorization.k8s.io/v1'
  await calls().create({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: namespace }, rules })
  await calls().create({
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
  })
  const file = join(mkdtempSync(join(tmpdir(), 'corbel-collector-')), 'reader.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig: process.env.TEST_KUBECONFIG ?? '', namespace, name: 'reader', file })
  start(openCluster({ name: 'test', kubeconfigFile: file }))
  const locked = await eventually(async () => await kindRow('Locked').then((found) => (found?.state === 'forbidden' ? found : null)))
  expect(locked.message).toContain('may not list Locked')
  await synced('Probe')
  await create(object('after', {}))
  await liveRow('after')
  expect(await database.cluster.findFirst()).toMatchObject({ state: 'ok' })
})
