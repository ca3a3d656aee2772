/** People and runs: who may start, see and choose what. The cluster is real and decides by the person's token; the inventory is the stand-in. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import { indexDemoKinds } from '#demo/crds/index-demo-kinds.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { tokenColumns, tokenHash } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { chooseRows } from './choose-rows.ts'
import { ImportRowQuery } from './contract.ts'
import { operatorTables } from './import-mappings.ts'
import { importTargets } from './import-targets.ts'
import { listImports, readImport } from './read-imports.ts'
import { readRow } from './read-row.ts'
import { readFacets, readRows } from './read-rows.ts'
import { scanInventory } from './scan-inventory.ts'
import { cancelImport, resumeImport, startImport } from './start-import.ts'

const kubeconfig = testKubeconfig()
const directory = mkdtempSync(join(tmpdir(), 'corbel-imports-'))
const suffix = randomBytes(3).toString('hex')
/** Two teams with a namespace of their own, in a cluster that others use too. */
const [namespace, other, bare] = [`searching-${suffix}`, `paying-${suffix}`, `bare-${suffix}`]
const search = 'search-prod-8812'
let fresh: FreshDatabase
let inventory: AssetInventory
let cluster: Cluster
let bob: Actor
let eve: Actor
let reader: Actor
let carol: Actor
let dave: Actor

const account = (name: string, of: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: of } })
const binding = (name: string, of: string, into: string, role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `${name}-${role.replace(':', '-')}`, namespace: into },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name, namespace: of }],
})

async function person(name: string, groups: string[], token: string, admin = false): Promise<Actor> {
  const [userId, loginId] = [newId(), newId()]
  await database().user.create({ data: { id: userId, username: `${name}@acme.test`, name, groups } })
  const expiresAt = new Date(Date.now() + 3_600_000)
  const tokens = tokenColumns(loginId, { idToken: token, refreshToken: undefined })
  await database().login.create({ data: { id: loginId, userId, tokenHash: tokenHash(name), expiresAt, ...tokens } })
  return { userId, loginId, username: `${name}@acme.test`, name, email: null, groups, admin, auditor: false }
}

async function tokenOf(name: string, of: string): Promise<string> {
  const file = join(directory, `${name}.kubeconfig`)
  await serviceAccountKubeconfig({ kubeconfig, namespace: of, name, file })
  const config = new KubeConfig()
  config.loadFromFile(file)
  return config.getCurrentUser()?.token ?? ''
}

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  inventory = await startAssetInventory({ port: 0, projects: [search] })
  const own = {
    DATABASE_URL: fresh.url,
    OIDC_USERNAME_CLAIM: 'sub',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig }]),
    CORBEL_ASSET_INVENTORY: 'google',
    CORBEL_ASSET_INVENTORY_URL: inventory.url,
  }
  Object.assign(process.env, settingsForTests(own))
  const db = database()
  await indexDemoKinds(db, 'demo')
  await db.project.createMany({
    data: [
      { cluster: 'demo', namespace, team: 'searching', repository: 'acme/search', path: 'infra', gcpProject: search },
      { cluster: 'demo', namespace: other, team: 'paying', repository: 'acme/pay', path: 'infra', gcpProject: 'payments-prod-4711' },
      { cluster: 'demo', namespace: bare, team: 'searching' },
    ],
  })
  cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  const calls = cluster.asPortal()
  for (const name of [namespace, other, bare]) await calls.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const object of [
    account('team', namespace),
    account('reader', namespace),
    account('team', other),
    binding('team', namespace, namespace, 'corbel:read'),
    binding('team', namespace, namespace, 'corbel:propose'),
    binding('team', namespace, bare, 'corbel:read'),
    binding('reader', namespace, namespace, 'corbel:read'),
    binding('team', other, other, 'corbel:read'),
    binding('team', other, other, 'corbel:propose'),
  ])
    await calls.create(object)
  const token = await tokenOf('team', namespace)
  bob = await person('bob', ['searching'], token)
  eve = await person('eve', ['searching'], token)
  reader = await person('reader', [], await tokenOf('reader', namespace))
  carol = await person('carol', ['paying'], await tokenOf('team', other))
  dave = await person('dave', ['platform'], token, true)
}, 60_000)

afterAll(async () => {
  for (const name of [namespace, other, bare]) await cluster.asPortal().delete({ apiVersion: 'v1', kind: 'Namespace', name })
  await cluster.close()
  await closeJobQueue()
  await database().$disconnect()
  await inventory.close()
  await fresh.drop()
  rmSync(directory, { recursive: true, force: true })
})

const ofProject = () => ({ cluster: 'demo', namespace, scope: null })
const ofOrganization = { cluster: 'demo', namespace: null, scope: 'organizations/913400000001' }
const scan = (run: string): Promise<void> => scanInventory(run, { signal: new AbortController().signal, last: false })
const audited = (run: string) =>
  database().auditEntry.findMany({
    where: { target: { path: ['import'], equals: run } },
    orderBy: { seq: 'asc' },
    select: { action: true, actor: true },
  })

test("operators' tables come from ConfigMaps of the cluster", async () => {
  const mapping = `apiVersion: corbel.dev/v1\nkind: ImportMapping\nmetadata: { name: ovens }\nspec: { kind: Oven${suffix}, assetTypes: [kitchen.example.com/Stove] }\n`
  const map = { apiVersion: 'v1', kind: 'ConfigMap', name: `ovens-${suffix}`, namespace: 'corbel-system' }
  const labels = { 'corbel.dev/import-mappings': 'true' }
  await cluster.asPortal().create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: map.name, namespace: map.namespace, labels },
    data: { 'ovens.yaml': mapping },
  })
  const { tables, problems } = await operatorTables('demo')
  await cluster.asPortal().delete(map)
  expect(tables).toContainEqual({ kind: `Oven${suffix}`, assetTypes: ['kitchen.example.com/Stove'] })
  expect(problems).toEqual([])
})

describe('where', () => {
  test("one's projects with their cloud project, and what is missing where nothing can be imported", async () => {
    const { items, wide, problem } = await importTargets(bob)
    expect({ wide, problem }).toEqual({ wide: false, problem: null })
    expect(items.map((item) => item.namespace).sort()).toEqual([bare, namespace].sort())
    expect(items.find((item) => item.namespace === namespace)).toMatchObject({
      cloudProjectId: search,
      cloudProjectNumber: '488120000004',
      repository: 'acme/search',
      problem: null,
    })
    expect(items.find((item) => item.namespace === bare)?.problem).toContain('project-id')
    expect((await importTargets(reader)).items[0]?.problem).toContain('may not propose')
    expect((await importTargets(dave)).wide).toBe(true)
  })

  test.each([
    ['a project of another team', () => startImport({ cluster: 'demo', namespace: other, scope: null }, bob, 'r'), NotFound],
    ['a project one may only read', () => startImport(ofProject(), reader, 'r'), Forbidden],
    ['a project without a cloud project', () => startImport({ ...ofProject(), namespace: bare }, bob, 'r'), Forbidden],
    ['an organization, by somebody who is no admin', () => startImport(ofOrganization, bob, 'r'), Forbidden],
    ['both at once', () => startImport({ ...ofProject(), scope: 'folders/1' }, dave, 'r'), Invalid],
    ['a cluster there is not', () => startImport({ ...ofProject(), cluster: 'mars' }, bob, 'r'), NotFound],
  ])('nobody starts %s', async (_, start, error) => {
    await expect(start()).rejects.toBeInstanceOf(error)
    expect(await database().importRun.count()).toBe(0)
  })
})

describe('a run', () => {
  test('two people who start at once get one run; cancelled and resumed, each is in the audit log', async () => {
    const started = await Promise.all([
      startImport(ofProject(), bob, 'r'),
      startImport(ofProject(), eve, 'r'),
      startImport(ofProject(), bob, 'r'),
    ])
    const [run] = started
    expect(new Set(started.map(({ id }) => id)).size).toBe(1)
    const id = run?.id ?? ''
    expect(await audited(id)).toHaveLength(1)
    await expect(cancelImport(id, reader, 'r')).rejects.toBeInstanceOf(Forbidden)
    await expect(cancelImport(id, carol, 'r')).rejects.toBeInstanceOf(NotFound)
    expect(await cancelImport(id, eve, 'r')).toMatchObject({ state: 'cancelled' })
    expect(await cancelImport(id, eve, 'r')).toMatchObject({ state: 'cancelled' })
    await expect(chooseRows(id, { chosen: true, filter: {} }, bob)).rejects.toBeInstanceOf(Conflict)
    expect(await resumeImport(id, bob, 'r')).toMatchObject({ state: 'waiting' })
    expect((await audited(id)).map(({ action }) => action)).toEqual(['import.started', 'import.cancelled', 'import.resumed'])
    await scan(id)
    expect(await readImport(id, reader)).toMatchObject({ state: 'ready', namespace, snapshotAt: expect.any(String) })
    expect((await listImports(bob)).items.map((item) => item.id)).toEqual([id])
    expect((await listImports(carol)).items).toEqual([])
    await expect(readImport(id, carol)).rejects.toBeInstanceOf(NotFound)
    // what is read to the end is started anew
    const second = await startImport(ofProject(), bob, 'r')
    expect(second.id).not.toBe(id)
    await cancelImport(second.id, bob, 'r')
    // one of the same place at a time, resumed ones too
    const third = await startImport(ofProject(), bob, 'r')
    await expect(resumeImport(second.id, bob, 'r')).rejects.toBeInstanceOf(Conflict)
    await cancelImport(third.id, bob, 'r')
  })

  test('a run too old for the inventory to tell about is not resumed', async () => {
    const { id } = await startImport(ofProject(), bob, 'r')
    await cancelImport(id, bob, 'r')
    await database().importRun.update({ where: { id }, data: { snapshotAt: new Date(Date.now() - 36 * 86_400_000) } })
    await expect(resumeImport(id, bob, 'r')).rejects.toThrow('35 days')
    await database().importRun.delete({ where: { id } })
  })

  test("an organization's run is for admins; details only where they may read the project", async () => {
    const { id } = await startImport(ofOrganization, dave, 'r')
    await scan(id)
    await expect(readImport(id, bob)).rejects.toBeInstanceOf(NotFound)
    const { items } = await readRows(id, ImportRowQuery.parse({ limit: 500 }), dave)
    const own = items.find((row) => row.namespace === namespace)
    expect((await readRow(id, own?.id ?? '', dave)).row.name).toBe(own?.name)
    await database().importAsset.update({ where: { id: own?.id ?? '' }, data: { namespace: other } })
    await expect(readRow(id, own?.id ?? '', dave)).rejects.toBeInstanceOf(NotFound)
    await database().importRun.delete({ where: { id } })
  })
})

describe('the table', () => {
  let run: string
  const query = (given: Record<string, unknown> = {}) => readRows(run, ImportRowQuery.parse(given), bob)

  beforeAll(async () => {
    run = (await database().importRun.findFirstOrThrow({ where: { state: 'ready', namespace } })).id
  })

  test('pages hold every row once, whatever the page', async () => {
    const { total } = await query()
    const seen: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await query({ limit: 7, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map((row) => row.id))
      cursor = page.nextCursor
    }
    expect(seen).toHaveLength(total)
    expect(new Set(seen).size).toBe(total)
    await expect(query({ cursor: 'xyz' })).rejects.toBeInstanceOf(Invalid)
  })

  test('filters, search and counts say the same', async () => {
    const { counts } = await readImport(run, bob)
    const facets = await readFacets(run, bob)
    for (const category of ['importable', 'managed', 'unsupported', 'skipped'] as const) {
      expect((await query({ category: [category], limit: 1 })).total).toBe(counts[category])
      expect(facets.kinds.reduce((sum, kind) => sum + kind.counts[category], 0)).toBe(counts[category])
    }
    expect(facets.reasons.map(({ message }) => message)).toContain('No kind of the cluster fits the asset type.')
    for (const { category, reason, count } of facets.reasons)
      expect((await query({ category: [category], reason: [reason] })).total).toBe(count)
    const topics = await query({ kind: ['PubSubTopic.pubsub.cnrm.cloud.google.com'] })
    expect(topics.items.every((row) => row.assetType === 'pubsub.googleapis.com/Topic')).toBe(true)
    expect((await query({ kind: ['pubsub.googleapis.com/Topic'] })).total).toBe(topics.total)
    expect((await query({ search: 'CRAWL-dead' })).items.map((row) => row.displayName)).toEqual(['crawl-dead', 'crawl-dead-inspect'])
    expect((await query({ search: '%' })).total).toBe(0)
    const all = (await query({ limit: 500 })).items
    const toLookAt = all.filter((row) => row.verdict === 'would-change' || row.verdict === 'cannot-tell' || row.unmapped > 0)
    expect(toLookAt.some((row) => row.unmapped > 0 && row.verdict !== 'would-change' && row.verdict !== 'cannot-tell')).toBe(true)
    expect((await query({ attention: 'true', limit: 500 })).items).toEqual(toLookAt)
    const ring = (await query({ kind: ['KMSKeyRing.kms.cnrm.cloud.google.com'] })).items[0]
    expect((await query({ parent: ring?.name })).total).toBeGreaterThan(0)
  })

  test('all of a kind is chosen at once; what has no manifest never is', async () => {
    const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
    const chosen = await chooseRows(run, { chosen: true, filter: { kind: [kind] } }, bob)
    const buckets = (await query({ kind: [kind], limit: 500 })).items
    expect(chosen.counts.chosen).toBe(buckets.filter((row) => row.manifests > 0).length)
    expect(buckets.some((row) => row.manifests === 0)).toBe(true)
    const importable = buckets.find((row) => row.category === 'importable')
    const without = await chooseRows(run, { chosen: false, rows: [importable?.id ?? ''] }, eve)
    expect(without.counts.chosen).toBe(chosen.counts.chosen - 1)
    expect((await query({ chosen: 'true' })).total).toBe(without.counts.chosen)
    expect((await chooseRows(run, { chosen: false, filter: {} }, bob)).counts.chosen).toBe(0)
    const unsupported = (await query({ category: ['unsupported'] })).items.map((row) => row.id)
    expect((await chooseRows(run, { chosen: true, rows: unsupported }, bob)).counts.chosen).toBe(0)
    await expect(chooseRows(run, { chosen: true, filter: {} }, reader)).rejects.toBeInstanceOf(Forbidden)
  })

  test('the detail holds the asset, its manifests and every leaf, and no secret', async () => {
    for (const { id } of (await query({ category: ['importable'], limit: 500 })).items) {
      const { asset, manifests, leaves, row, verdict } = await readRow(run, id, bob)
      expect(manifests.length).toBe(row.manifests)
      expect(manifests[0]?.text).toContain('deletion-policy: abandon')
      expect(manifests[0]?.path).toMatch(/^infra\/.*\.yaml$/)
      expect(leaves.length).toBeGreaterThan(0)
      expect(verdict?.verdict).toBe(row.verdict)
      expect(JSON.stringify(asset)).not.toMatch(/"(?:password|rootPassword)":"(?!\(hidden\))/)
    }
    await expect(readRow(run, newId(), bob)).rejects.toBeInstanceOf(NotFound)
  })
})
