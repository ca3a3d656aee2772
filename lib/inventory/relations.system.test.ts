import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { tokenColumns } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import type { JsonObject } from '#lib/json.ts'
import { definitionOf, withSpec } from '#lib/schema/definition-of.ts'
import { type Collector, startCollector } from './collector.ts'
import { resourceRelations } from './relations.ts'
import { takeMissingReferences } from './stored-references.ts'

// People are service accounts here: the API server decides by their tokens as it does by ID tokens.
const suffix = randomBytes(3).toString('hex')
const group = `relate-${suffix}.corbel.dev`
const payments = `payments-${suffix}`
const playlists = `playlists-${suffix}`
const directory = mkdtempSync(join(tmpdir(), 'corbel-relations-'))
const rbac = 'rbac.authorization.k8s.io/v1'

let fresh: FreshDatabase
let cluster: Cluster
let collector: Collector | undefined
let alice: Actor

const keyOf = (kind: string) => `${kind}.${group}`
const at = (namespace: string, kind: string, name: string) => ({ cluster: 'test', namespace, kind: keyOf(kind), name })
const object = (namespace: string, kind: string, name: string, spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, namespace, ...metadata },
  spec,
})
const calls = () => cluster.asPortal()
const start = () => {
  collector = startCollector({ cluster, database: database(), kindPatterns: [group], log: { info: () => {}, warn: () => {} } })
}

async function eventually<T>(read: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const end = Date.now() + 20_000; ; await sleep(50)) {
    const value = await read().catch(() => undefined)
    if (value) return value
    if (Date.now() > end) throw new Error('It did not happen within 20 s.')
  }
}

const reference = (kind: string, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: {
    external: { type: 'string', description: `The name of an externally managed ${kind} resource.` },
    name: { type: 'string' },
    namespace: { type: 'string' },
    ...more,
  },
})

const definition = (kind: string, spec: JsonObject): JsonObject =>
  definitionOf(withSpec({ type: 'object', properties: spec }), { kind, group })

async function signIn(name: string, namespace: string): Promise<Actor> {
  const kubeconfig = process.env.TEST_KUBECONFIG ?? ''
  await calls().create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  await calls().create({
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `relate-${suffix}` },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  })
  const file = join(directory, `${name}.kubeconfig`)
  await serviceAccountKubeconfig({ kubeconfig, namespace, name, file })
  const config = new KubeConfig()
  config.loadFromFile(file)
  const [userId, loginId] = [newId(), newId()]
  await database().user.create({ data: { id: userId, username: name, name, groups: [] } })
  const tokens = tokenColumns(loginId, { idToken: config.getCurrentUser()?.token ?? '', refreshToken: undefined })
  const expiresAt = new Date(Date.now() + 3_600_000)
  await database().login.create({ data: { id: loginId, tokenHash: loginId, userId, expiresAt, ...tokens } })
  return { userId, loginId, username: name, name, email: null, groups: [], admin: false, auditor: false }
}

const row = (namespace: string, name: string) =>
  database().resource.findFirst({ where: { namespace, name, deletedAt: null }, include: { references: { orderBy: { ordinal: 'asc' } } } })
const relations = (namespace: string, kind: string, name: string) => resourceRelations(at(namespace, kind, name), 50, alice)

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const keyFile = join(directory, 'app.pem')
  writeFileSync(keyFile, '-----BEGIN PRIVATE KEY-----')
  Object.assign(process.env, {
    CORBEL_URL: 'http://127.0.0.1:3999',
    CORBEL_SECRET: 'a secret of at least thirty-two characters',
    CORBEL_LOG_LEVEL: 'error',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'https://localhost:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'x',
    OIDC_USERNAME_CLAIM: 'sub',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'test', kubeconfig: kubeconfigFile }]),
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: keyFile,
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
  })
  cluster = openCluster({ name: 'test', kubeconfigFile })
  for (const namespace of [payments, playlists]) {
    const annotations = { 'cnrm.cloud.google.com/project-id': `${namespace}-0815` }
    const metadata = { name: namespace, labels: { 'corbel.dev/project': 'true' }, annotations }
    await calls().create({ apiVersion: 'v1', kind: 'Namespace', metadata })
  }
  await calls().create(definition('Topic', { size: { type: 'integer' }, resourceID: { type: 'string' } }))
  const anyKind = { apiVersion: { type: 'string' }, kind: { type: 'string' } }
  await calls().create(
    definition('Reader', {
      topicRef: reference('Topic'),
      topicRefs: { type: 'array', items: reference('Topic') },
      anyRef: reference('Anything', anyKind),
      goneRef: reference('Vanished'),
      later: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    }),
  )
  const rules = [{ apiGroups: [group], resources: ['topics', 'readers'], verbs: ['get', 'list', 'watch'] }]
  await calls().create({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: `relate-${suffix}` }, rules })
  const create = (body: JsonObject) => eventually(() => calls().create(body))
  await create(object(payments, 'Topic', 'orders', {}))
  await create(object(payments, 'Topic', 'renamed', { resourceID: 'cloud-name' }))
  await create(object(payments, 'Reader', 'ledger', { topicRef: { name: 'orders' }, topicRefs: [{ name: 'orders' }, { name: 'nowhere' }] }))
  await create(object(payments, 'Reader', 'by-link', { topicRef: { external: `projects/${payments}-0815/topics/orders` } }))
  await create(object(payments, 'Reader', 'by-cloud-name', { topicRef: { external: `projects/${payments}-0815/topics/cloud-name` } }))
  await create(object(payments, 'Reader', 'other-project', { topicRef: { external: 'projects/somebody-else/topics/orders' } }))
  await create(
    object(payments, 'Reader', 'any', { anyRef: { apiVersion: `${group}/v1`, kind: 'Topic', name: 'orders' }, goneRef: { name: 'x' } }),
  )
  await create(object(payments, 'Reader', 'wrong-group', { anyRef: { apiVersion: 'other.example.com/v1', kind: 'Topic', name: 'orders' } }))
  await create(object(playlists, 'Reader', 'elsewhere', { topicRef: { name: 'orders', namespace: payments } }))
  await create(object(payments, 'Reader', 'looks-there', { topicRef: { name: 'plays', namespace: playlists } }))
  alice = await signIn(`alice-${suffix}`, payments)
  start()
  for (const kind of ['Topic', 'Reader']) {
    const where = { cluster_key: { cluster: 'test', key: keyOf(kind) } }
    await eventually(async () => (await database().kind.findUnique({ where }))?.state === 'synced')
  }
  await eventually(async () => (await database().project.count()) >= 2)
  await eventually(() => row(playlists, 'elsewhere'))
}, 60_000)

afterAll(async () => {
  await collector?.stop()
  for (const plural of ['topics', 'readers'])
    await calls()
      .delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `${plural}.${group}` })
      .catch(() => {})
  for (const name of [payments, playlists])
    await calls()
      .delete({ apiVersion: 'v1', kind: 'Namespace', name })
      .catch(() => {})
  await database().$disconnect()
  await cluster?.close()
  await fresh?.drop()
})

describe('what depends on a resource', () => {
  test('are those that name it, by name or by an external value, each with the fields; of others in hidden projects only that there are some', async () => {
    const found = await relations(payments, 'Topic', 'orders')
    const names = found.dependents.map(({ row: { name }, places }) => [name, places.map(({ path }) => path.join('.'))])
    expect(names).toEqual([
      ['any', ['spec.anyRef']],
      ['by-link', ['spec.topicRef']],
      ['ledger', ['spec.topicRef', 'spec.topicRefs.0']],
    ])
    expect(found).toMatchObject({ total: 3, hidden: true, isLowerBound: false, collected: true })
    expect(JSON.stringify(found)).not.toContain('elsewhere')
  })

  test('an external value means the name in the cloud, not the one in Kubernetes', async () => {
    const found = await relations(payments, 'Topic', 'renamed')
    expect(found.dependents.map(({ row: { name }, places }) => [name, places[0]?.external])).toEqual([
      ['by-cloud-name', `projects/${payments}-0815/topics/cloud-name`],
    ])
  })

  test('nobody learns who uses a name in the cloud by taking it, before it is theirs', async () => {
    const external = `projects/${payments}-0815/topics/wanted`
    await calls().create(object(playlists, 'Reader', 'uses-it', { topicRef: { external } }))
    await eventually(() => row(playlists, 'uses-it'))
    await calls().create(object(payments, 'Topic', 'probe', { resourceID: 'wanted' }))
    await eventually(() => row(payments, 'probe'))
    expect(await relations(payments, 'Topic', 'probe')).toMatchObject({ total: 0, hidden: false })
    await database().resource.updateMany({ where: { name: 'probe' }, data: { state: 'ready' } })
    expect(await relations(payments, 'Topic', 'probe')).toMatchObject({ total: 0, hidden: true, dependents: [] })
  })

  test('a page of them has the total beside it', async () => {
    const found = await resourceRelations(at(payments, 'Topic', 'orders'), 1, alice)
    expect(found.dependents).toHaveLength(1)
    expect(found.total).toBe(3)
  })

  test('are not told of a resource that the person may not see', async () => {
    await expect(relations(playlists, 'Reader', 'elsewhere')).rejects.toThrow(NotFound)
  })

  test('follow changes and deletions of the others', async () => {
    const ref = (name: string) => ({ apiVersion: `${group}/v1`, kind: 'Reader', namespace: payments, name })
    await calls().create(object(payments, 'Topic', 'moving', {}))
    await calls().create(object(payments, 'Reader', 'follower', { topicRef: { name: 'orders' } }))
    await eventually(async () => (await relations(payments, 'Topic', 'orders')).total === 4)
    await eventually(() => row(payments, 'moving'))
    await calls().patchMerge(ref('follower'), { spec: { topicRef: { name: 'moving' } } })
    await eventually(async () => (await relations(payments, 'Topic', 'moving')).total === 1)
    expect((await relations(payments, 'Topic', 'orders')).total).toBe(3)
    await calls().delete(ref('follower'))
    await eventually(async () => (await relations(payments, 'Topic', 'moving')).total === 0)
    expect(await database().resourceReference.count({ where: { targetName: 'moving' } })).toBe(0)
  })

  test('what it owns is told apart', async () => {
    const uid = (await eventually(() => row(payments, 'renamed'))).uid
    const ownerReferences = [{ apiVersion: `${group}/v1`, kind: 'Topic', name: 'renamed', uid }]
    await calls().create(object(payments, 'Reader', 'owned', {}, { ownerReferences }))
    const found = await eventually(async () => {
      const { dependents } = await relations(payments, 'Topic', 'renamed')
      return dependents.find((dependent) => dependent.row.name === 'owned')
    })
    expect(found).toMatchObject({ owned: true, places: [] })
    const { refersTo } = await relations(payments, 'Reader', 'owned')
    expect(refersTo).toMatchObject([{ owner: true, status: 'found', row: { name: 'renamed' } }])
  })
})

describe('what a resource refers to', () => {
  test('is found with its state, or missing', async () => {
    const { refersTo } = await relations(payments, 'Reader', 'ledger')
    expect(refersTo.map(({ path, name, status, row: target }) => [path.join('.'), name, status, target?.kindName])).toEqual([
      ['spec.topicRef', 'orders', 'found', 'Topic'],
      ['spec.topicRefs.0', 'orders', 'found', 'Topic'],
      ['spec.topicRefs.1', 'nowhere', 'missing', undefined],
    ])
  })
  test('is not judged where no such kind is offered, nor where the person may not look', async () => {
    const any = await relations(payments, 'Reader', 'any')
    expect(any.refersTo.map(({ name, status }) => [name, status])).toEqual([
      ['orders', 'found'],
      ['x', 'unchecked'],
    ])
    const hidden = await relations(payments, 'Reader', 'looks-there')
    expect(hidden.refersTo).toMatchObject([{ status: 'hidden', row: null }])
  })
  test('an external value leads to the resource that it names', async () => {
    const known = await relations(payments, 'Reader', 'by-link')
    expect(known.refersTo).toMatchObject([{ status: 'external', row: { name: 'orders', namespace: payments } }])
    const unknown = await relations(payments, 'Reader', 'other-project')
    expect(unknown.refersTo).toMatchObject([{ status: 'external', row: null }])
  })
})

describe('references that were never taken', () => {
  test('are taken from the stored objects when the collector starts', async () => {
    await collector?.stop()
    await database().resourceReference.deleteMany()
    await database().resource.updateMany({ data: { referencesOf: null } })
    expect((await relations(payments, 'Topic', 'orders')).collected).toBe(false)
    start()
    await eventually(async () => (await relations(payments, 'Topic', 'orders')).total === 3)
  })

  test('are taken again when the definition gets a reference, and only then', async () => {
    await calls().create(object(payments, 'Reader', 'late', { later: { name: 'orders' } }))
    await eventually(() => row(payments, 'late'))
    expect((await relations(payments, 'Topic', 'orders')).total).toBe(3)
    const described = definition('Reader', { later: reference('Topic') })
    const schema = described.spec as JsonObject // made above
    await calls().patchMerge(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `readers.${group}` },
      { spec: { versions: schema.versions ?? [] } },
    )
    await eventually(async () => (await relations(payments, 'Topic', 'orders')).dependents.some((each) => each.row.name === 'late'))
    await collector?.stop()
    collector = undefined
    expect(await takeMissingReferences(database(), 'test', keyOf('Reader'))).toBe(0)
  })
})

test('names and values of any length are stored', async () => {
  const long = 'x'.repeat(5000)
  const { storeChanges } = await import('./store-changes.ts')
  const raw = object(
    payments,
    'Reader',
    'long',
    { later: { external: `projects/${long}/topics/${long}😀` } },
    { uid: 'u', resourceVersion: '1' },
  )
  await storeChanges(database(), 'test', [{ type: 'seen', kind: keyOf('Reader'), kindName: 'Reader', raw }], new Map())
  expect((await row(payments, 'long'))?.references[0]?.targetName).toHaveLength(253)
})
