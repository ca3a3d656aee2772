import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { canProposeIn } from '#lib/access/visible-projects.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { tokenColumns } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import type { JsonObject } from '#lib/json.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { type Collector, startCollector } from './collector.ts'
import { ResourceQuery } from './contract.ts'
import { compiledKind, listKinds } from './kinds.ts'
import { facets, listResources } from './list-resources.ts'
import { liveEvents } from './live-pings.ts'
import { listProjects, project } from './projects.ts'
import { history, resourceDetail } from './read-resource.ts'
import { search, searchWithin } from './search.ts'
import { storeChanges } from './store-changes.ts'

// People are service accounts here: the API server decides by their tokens as it does by ID tokens.
const suffix = randomBytes(3).toString('hex')
const group = `query-${suffix}.corbel.dev`
const payments = `payments-${suffix}`
const playlists = `playlists-${suffix}`
const kind = `Thing.${group}`
const directory = mkdtempSync(join(tmpdir(), 'corbel-queries-'))
const rbac = 'rbac.authorization.k8s.io/v1'

let fresh: FreshDatabase
let cluster: Cluster
let collector: Collector
let alice: Actor
let carol: Actor

const query = (asked: Record<string, unknown> = {}) => ResourceQuery.parse({ cluster: ['test'], ...asked })
const at = (namespace: string, name: string, on = 'test') => ({ cluster: on, namespace, kind, name })
const thing = (namespace: string, name: string, size: number): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind: 'Thing',
  metadata: { name, namespace },
  spec: { size },
})

async function eventually<T>(read: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const end = Date.now() + 20_000; ; await sleep(50)) {
    const value = await read().catch(() => undefined)
    if (value) return value
    if (Date.now() > end) throw new Error('It did not happen within 20 s.')
  }
}

async function signIn(name: string, team: string, namespace: string): Promise<Actor> {
  const kubeconfig = process.env.TEST_KUBECONFIG ?? ''
  await cluster.asPortal().create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
  await cluster.asPortal().create({
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `things-${suffix}` },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  })
  const file = join(directory, `${name}.kubeconfig`)
  await serviceAccountKubeconfig({ kubeconfig, namespace, name, file })
  const config = new KubeConfig()
  config.loadFromFile(file)
  const userId = newId()
  const loginId = newId()
  await database().user.create({ data: { id: userId, username: name, name, groups: [team] } })
  const expiresAt = new Date(Date.now() + 3_600_000)
  const tokens = tokenColumns(loginId, { idToken: config.getCurrentUser()?.token ?? '', refreshToken: undefined })
  await database().login.create({ data: { id: loginId, tokenHash: loginId, userId, expiresAt, ...tokens } })
  return { userId, loginId, username: name, name, email: null, groups: [team], admin: false, auditor: false }
}

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const awayFile = join(directory, 'away.kubeconfig')
  writeFileSync(awayFile, readFileSync(kubeconfigFile, 'utf8').replace(/server: .*/, 'server: https://127.0.0.1:1'))
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
    CORBEL_CLUSTERS: JSON.stringify([
      { name: 'test', kubeconfig: kubeconfigFile },
      { name: 'away', kubeconfig: awayFile },
    ]),
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: keyFile,
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
  })
  cluster = openCluster({ name: 'test', kubeconfigFile })
  const calls = cluster.asPortal()
  for (const [namespace, team] of [
    [payments, 'payments'],
    [playlists, 'playlists'],
  ] as const) {
    const annotations = { 'corbel.dev/team': team, 'corbel.dev/repository': `acme/${team}` }
    await calls.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'corbel.dev/project': 'true' }, annotations },
    })
  }
  await calls.create(
    definitionOf(
      {
        description: 'A thing for tests. It does nothing.',
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
      },
      { kind: 'Thing', group },
    ),
  )
  const rules = [{ apiGroups: [group], resources: ['things'], verbs: ['get', 'list', 'watch', 'create', 'patch'] }]
  await calls.create({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: `things-${suffix}` }, rules })
  for (let index = 0; index < 7; index++) await eventually(() => calls.create(thing(payments, `orders-${index}`, index)))
  await calls.create(thing(playlists, 'covers', 1))
  alice = await signIn('alice', 'payments', payments)
  carol = await signIn('carol', 'playlists', playlists)
  collector = startCollector({ cluster, database: database(), kindPatterns: [group], log: { info: () => {}, warn: () => {} } })
  await eventually(async () => (await database().resource.count({ where: { kind } })) === 8)
})

afterAll(async () => {
  await collector?.stop()
  const calls = cluster.asPortal()
  await calls.delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `things.${group}` }).catch(() => {})
  for (const name of [payments, playlists]) await calls.delete({ apiVersion: 'v1', kind: 'Namespace', name }).catch(() => {})
  await calls.delete({ apiVersion: rbac, kind: 'ClusterRole', name: `things-${suffix}` }).catch(() => {})
  await database().$disconnect()
  await cluster.close()
  await fresh?.drop()
})

describe('what the cluster lets a person see', () => {
  test('is all a list, its facets and the search show', async () => {
    expect((await listResources(query(), carol)).items.map(({ name }) => name)).toEqual(['covers'])
    expect((await listResources(query(), alice)).total).toBe(7)
    expect((await facets(query(), carol)).namespace).toEqual([{ value: playlists, label: playlists, count: 1 }])
    expect((await search('orders', carol)).hits).toEqual([])
    expect((await search('orders-3', alice)).hits[0]).toMatchObject({ type: 'resource', title: 'orders-3' })
    const found = (await search('thing', carol)).hits.filter(({ type }) => type === 'kind')
    expect(found).not.toEqual([])
    const hidden = found.map(({ href }) => ({ cluster: 'test', kind: decodeURIComponent(href.replace('/create/', '')) }))
    expect((await search('thing', carol, hidden)).hits.filter(({ type }) => type === 'kind')).toEqual([])
  })

  test('is all a detail, a history and a project give', async () => {
    await expect(resourceDetail(at(payments, 'orders-1'), carol)).rejects.toThrow(NotFound)
    await expect(history(at(payments, 'orders-1'), { limit: 10 }, carol)).rejects.toThrow(NotFound)
    await expect(project('test', payments, carol)).rejects.toThrow(NotFound)
    const { items, hidden } = await listProjects(carol)
    expect(items.map(({ namespace }) => namespace)).toEqual([playlists])
    expect(items[0]).toMatchObject({ mine: true, canPropose: true, counts: { unknown: expect.any(Number) } })
    expect(hidden).toContain('hidden')
  })

  test('is what live pings tell of', async () => {
    const stop = new AbortController()
    const reader = liveEvents(carol, stop.signal).getReader()
    const decoder = new TextDecoder()
    await sleep(300) // the listening connection is made with the first reader
    await cluster
      .asPortal()
      .patchMerge({ apiVersion: `${group}/v1`, kind: 'Thing', namespace: payments, name: 'orders-0' }, { spec: { size: 50 } })
    await eventually(async () => (await database().resource.findFirst({ where: { name: 'orders-0' } }))?.generation === 2)
    await sleep(800)
    await cluster
      .asPortal()
      .patchMerge({ apiVersion: `${group}/v1`, kind: 'Thing', namespace: playlists, name: 'covers' }, { spec: { size: 50 } })
    let heard = ''
    while (!heard.includes('"scope":"resources"')) heard += decoder.decode((await reader.read()).value, { stream: true })
    stop.abort()
    expect(heard).toContain(playlists)
    expect(heard).not.toContain(payments)
    expect((await reader.read()).done).toBe(true)
  })
})

describe('lists', () => {
  test('give every row exactly once, page by page, in each order', async () => {
    for (const sort of ['name', '-name', 'updated', '-created', 'state', 'kind', 'namespace']) {
      const names: string[] = []
      let cursor: string | undefined
      do {
        const page = await listResources(query({ sort, limit: 3, cursor }), alice)
        names.push(...page.items.map(({ name }) => name))
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(names.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `orders-${index}`))
    }
  })
  test('refuse a cursor of another order', async () => {
    const { nextCursor } = await listResources(query({ limit: 3 }), alice)
    await expect(listResources(query({ sort: '-name', cursor: nextCursor }), alice)).rejects.toThrow(Invalid)
  })
  test('find words in names, kinds, projects and teams', async () => {
    for (const q of ['orders-4', 'thing orders-4', `orders-4 ${payments}`, 'payments orders-4'])
      expect((await listResources(query({ q }), alice)).items.map(({ name }) => name)).toEqual(['orders-4'])
    expect((await listResources(query({ q: '%' }), alice)).total).toBe(0)
  })
  test('find a whole name, and none of its parts', async () => {
    expect((await listResources(query({ name: 'orders-4' }), alice)).items.map(({ name }) => name)).toEqual(['orders-4'])
    expect((await facets(query({ name: 'orders-4' }), alice)).namespace).toEqual([{ value: payments, label: payments, count: 1 }])
    for (const name of ['orders', 'orders-', 'ORDERS-4', 'covers']) expect((await listResources(query({ name }), alice)).total).toBe(0)
  })
})

describe('newest first', () => {
  const address = () => at(payments, 'orders-5')

  test('are the proposals of a resource, whatever their ids', async () => {
    const ids = ['f', '0', '8'].map((digit) => randomUUID().replace(/^./, digit))
    for (const [minute, id] of ids.entries()) {
      const createdAt = new Date(Date.UTC(2026, 0, 1, 12, minute))
      const pull = {
        state: 'closed',
        repository: 'acme/payments',
        baseBranch: 'main',
        branch: `b-${id}`,
        title: `after ${minute}`,
        message: '',
      }
      const touched = { id: newId(), cluster: 'test', namespace: payments, kind, name: 'orders-5', action: 'update', open: false }
      await database().proposal.create({
        data: { id, ...pull, files: [], requestedById: alice.userId, createdAt, resources: { create: touched } },
      })
    }
    expect((await resourceDetail(address(), alice)).proposals.map(({ title }) => title)).toEqual(['after 2', 'after 1', 'after 0'])
    expect((await search('after', alice)).hits.filter(({ type }) => type === 'proposal').map(({ title }) => title)).toContain('after 2')
    const otherKinds = [{ cluster: 'test', namespaces: [payments], kinds: ['Other.example.com'] }]
    expect((await searchWithin(database(), 'after', otherKinds, { userId: carol.userId })).hits).toEqual([])
  })

  test('is a history, page by page, also where entries share their time', async () => {
    const { id: resourceId } = await database().resource.findFirstOrThrow({ where: { name: 'orders-5', namespace: payments, kind } })
    const times = [3, 1, 2, 2, 2].map((hour) => new Date(Date.UTC(2030, 0, 1, hour)))
    for (const time of times) await database().revision.create({ data: { id: randomUUID(), resourceId, at: time, change: 'spec' } })
    const seen: { id: string; at: string }[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await history(address(), { limit: 2, cursor }, alice)
      seen.push(...page.items)
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(seen).toHaveLength(times.length + 1)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
    expect(seen.map(({ at }) => at)).toEqual(
      seen
        .map(({ at }) => at)
        .sort()
        .reverse(),
    )
  })

  test('names no commit for what break-glass wrote: the annotations still have the one that was applied before', async () => {
    const { id: resourceId } = await database().resource.findFirstOrThrow({ where: { name: 'orders-5', namespace: payments, kind } })
    for (const [year, manager] of [[2031, 'corbel'] as const, [2032, 'corbel-break-glass'] as const])
      await database().revision.create({
        data: { id: randomUUID(), resourceId, at: new Date(Date.UTC(year, 0, 1)), change: 'spec', manager, commit: 'a'.repeat(40) },
      })
    const { items } = await history(address(), { limit: 2 }, alice)
    expect(items.map(({ manager, commit }) => [manager, commit])).toEqual([
      ['corbel-break-glass', null],
      ['corbel', 'a'.repeat(40)],
    ])
    expect(items[0]?.commitUrl).toBeNull()
  })
})

test('a detail is read with the person’s own token; a deleted one is shown as it was', async () => {
  const live = await resourceDetail(at(payments, 'orders-2'), alice)
  expect(live).toMatchObject({ live: true, liveProblem: null, object: { spec: { size: 2 } } })
  expect(live.owners.map(({ path }) => path)).toContainEqual(['spec', 'size'])
  await cluster.asPortal().delete({ apiVersion: `${group}/v1`, kind: 'Thing', namespace: payments, name: 'orders-2' })
  await eventually(async () => (await database().resource.findFirst({ where: { name: 'orders-2' } }))?.deletedAt)
  const gone = await resourceDetail(at(payments, 'orders-2'), alice)
  expect(gone).toMatchObject({ live: false, object: { spec: { size: 2 } }, owners: [] })
  expect(gone.liveProblem).toContain('was deleted')
  const { items } = await history(at(payments, 'orders-2'), { limit: 1 }, alice)
  expect(items.map(({ change }) => change)).toEqual(['deleted'])
})

test('while a cluster is away, people see their teams’ projects from the index, and are told', async () => {
  const served = {
    cluster: 'away',
    key: kind,
    group,
    kind: 'Thing',
    plural: 'things',
    version: 'v1',
    namespaced: true,
    definition: {},
    hash: 'x',
  }
  await database().kind.create({ data: { ...served, state: 'synced' } })
  await database().project.create({ data: { cluster: 'away', namespace: payments, team: 'payments' } })
  await database().project.create({ data: { cluster: 'away', namespace: playlists, team: 'playlists' } })
  const seen = (namespace: string) => ({ type: 'seen' as const, kind, kindName: 'Thing', raw: thing(namespace, 'far', 1) })
  await storeChanges(database(), 'away', [seen(payments), seen(playlists)], new Map())
  const again = { ...alice, loginId: (await signInAgain(alice)).loginId }
  const page = await listResources(query({ cluster: ['away'] }), again)
  expect(page.items.map(({ namespace }) => namespace)).toEqual([payments])
  expect(page.gaps.find((gap) => gap.cluster === 'away')).toMatchObject({ reason: 'unreachable' })
  expect(await canProposeIn(again, 'away', payments)).toBe(true)
  expect(await canProposeIn(again, 'away', playlists)).toBe(false)
  const detail = await resourceDetail(at(payments, 'far', 'away'), again)
  expect(detail).toMatchObject({ live: false, object: { spec: { size: 1 } } })
  expect(detail.liveProblem).toContain('out of reach')
})

/** A second login, for which nothing is remembered yet. */
async function signInAgain(actor: Actor): Promise<Actor> {
  const config = new KubeConfig()
  config.loadFromFile(join(directory, `${actor.name}.kubeconfig`))
  const loginId = newId()
  const tokens = tokenColumns(loginId, { idToken: config.getCurrentUser()?.token ?? '', refreshToken: undefined })
  const expiresAt = new Date(Date.now() + 3_600_000)
  await database().login.create({ data: { id: loginId, tokenHash: loginId, userId: actor.userId, expiresAt, ...tokens } })
  return { ...actor, loginId }
}

test('kinds come with service and summary, and compile for forms', async () => {
  const { items } = await listKinds(alice)
  expect(items.find(({ cluster: on, key }) => on === 'test' && key === kind)).toMatchObject({
    service: 'Platform',
    summary: 'A thing for tests.',
    count: 6,
  })
  const compiled = await compiledKind('test', kind)
  expect(compiled).toMatchObject({ key: kind, apiVersion: `${group}/v1`, root: { type: 'object' } })
  await expect(compiledKind('test', 'Nothing.example.com')).rejects.toThrow(NotFound)
})
