/**
 * What carol of team playlists learns of team payments: nothing, from any route of the API. The cluster is real and decides; she is a
 * service account here, because the API server judges by its token as it does by an ID token.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { routeFiles } from '#lib/api/route-tree.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { tokenColumns, tokenHash } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'

const kubeconfig = testKubeconfig()
const portal = 'https://corbel.test'
const directory = mkdtempSync(join(tmpdir(), 'corbel-other-teams-'))
const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
const account = `carol-${randomBytes(3).toString('hex')}`
/** Stands in everything of payments. */
const canary = 'canary'
const bucket = `${canary}-bucket`
const proposalId = newId()
const basketItemId = newId()
/** An import of payments, one of its rows, and an import of the whole organization. */
const [importId, rowId, wideId] = [newId(), newId(), newId()]
/** A break-glass session of payments: open, with a change, a pause and a notice to their platform team. */
const glass = { session: newId(), change: newId(), pause: newId(), notice: newId(), alert: newId() }
let fresh: FreshDatabase
let cluster: Cluster

const binding = (role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `${account}-${role.replace(':', '-')}`, namespace: 'playlists-prod' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'playlists-prod' }],
})
const accountObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: 'playlists-prod' } }

async function user(name: string, groups: string[]): Promise<string> {
  const id = newId()
  await database().user.create({ data: { id, username: `${name}@acme.test`, name, groups } })
  return id
}

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  writeFileSync(join(directory, 'app.pem'), '-----BEGIN PRIVATE KEY-----')
  Object.assign(process.env, {
    CORBEL_URL: portal,
    CORBEL_SECRET: 'a secret of at least thirty-two characters',
    CORBEL_LOG_LEVEL: 'error',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'https://127.0.0.1:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'x',
    OIDC_USERNAME_CLAIM: 'sub',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig }]),
    GITHUB_URL: 'http://127.0.0.1:1',
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
  })
  cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  for (const object of [accountObject, binding('corbel:read'), binding('corbel:propose')]) await cluster.asPortal().create(object)
  const file = join(directory, 'carol.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'playlists-prod', name: account, file })
  const config = new KubeConfig()
  config.loadFromFile(file)
  const [carol, alice] = [await user('carol', ['playlists']), await user('alice', ['payments'])]
  const id = newId()
  const tokens = tokenColumns(id, { idToken: config.getCurrentUser()?.token ?? '', refreshToken: undefined })
  const expiresAt = new Date(Date.now() + 3_600_000)
  await database().login.create({ data: { id, userId: carol, tokenHash: tokenHash('carol'), expiresAt, ...tokens } })
  await database().kind.create({
    data: {
      cluster: 'demo',
      key: kind,
      group: 'storage.cnrm.cloud.google.com',
      kind: 'StorageBucket',
      plural: 'storagebuckets',
      version: 'v1beta1',
      namespaced: true,
      definition: {},
      hash: 'x',
    },
  })
  for (const [team, name] of [
    ['payments', bucket],
    ['playlists', 'covers'],
  ] as const) {
    const namespace = `${team}-prod`
    await database().project.create({ data: { cluster: 'demo', namespace, team, repository: 'acme/shared', path: `infra/${team}` } })
    const rowId = newId()
    const row = { cluster: 'demo', namespace, kind, kindName: 'StorageBucket', name, uid: rowId, team, resourceVersion: '1' }
    await database().resource.create({
      data: { id: rowId, ...row, state: 'ready', headline: `headline ${name}`, createdAt: new Date(), updatedAt: new Date() },
    })
    await database().resourceObject.create({ data: { resourceId: rowId, object: { spec: { text: `object ${name}` } } } })
    await database().revision.create({
      data: { id: newId(), resourceId: rowId, at: new Date(), change: 'spec', message: `revision ${name}`, proposalId },
    })
  }
  const place = { cluster: 'demo', namespace: 'payments-prod', kind, name: bucket, action: 'update' }
  await database().proposal.create({
    data: {
      id: proposalId,
      state: 'stuck',
      repository: 'acme/shared',
      baseBranch: 'main',
      branch: canary,
      title: `title ${canary}`,
      message: `message ${canary}`,
      files: [{ path: `infra/payments/${canary}.yaml`, blob: null, before: null, after: `a: ${canary}\n` }],
      requestedById: alice,
      resources: { create: { id: newId(), ...place } },
    },
  })
  const run = { cluster: 'demo', state: 'ready', requestedById: alice }
  await database().importRun.create({ data: { ...run, id: importId, scope: `projects/${canary}`, namespace: 'payments-prod' } })
  await database().importRun.create({ data: { ...run, id: wideId, scope: 'organizations/1', problem: canary } })
  const asset = { name: `//storage.googleapis.com/${bucket}`, displayName: bucket, assetType: 'storage.googleapis.com/Bucket' }
  await database().importAsset.create({
    data: {
      id: rowId,
      runId: importId,
      ...asset,
      service: 'storage',
      kind,
      namespace: 'payments-prod',
      category: 'importable',
      manifests: 1,
    },
  })
  const manifests = [{ kind, name: bucket, original: `name: ${bucket}\n`, text: null }]
  await database().importAssetDetail.create({ data: { assetId: rowId, asset, manifests } })
  const at = { cluster: 'demo', namespace: 'payments-prod' }
  const later = new Date(Date.now() + 3_600_000)
  await database().breakGlassSession.create({
    data: {
      id: glass.session,
      ...at,
      kind,
      name: bucket,
      tier: 'ordinary',
      state: 'open',
      requestedById: alice,
      reason: `reason ${canary}`,
      minutes: 60,
      openedAt: new Date(),
      expiresAt: later,
      idleAt: later,
      changes: { create: { id: glass.change, kind, name: bucket, action: 'edit', state: 'editing', sealed: canary } },
      pauses: {
        create: { id: glass.pause, controller: 'flux', target: {}, owner: 'alice', reason: canary, until: later, state: 'paused' },
      },
    },
  })
  await database().breakGlassNotice.create({
    data: { id: glass.notice, sessionId: glass.session, group: 'platform', message: canary, seenBy: [] },
  })
  await database().breakGlassAlert.create({ data: { id: glass.alert, type: 'unmatched-use', ...at, about: 'x', message: canary } })
  await database().basketItem.create({
    data: { id: basketItemId, userId: alice, cluster: 'demo', namespace: 'payments-prod', kind, name: bucket, title: canary, change: {} },
  })
  await database().draft.create({ data: { id: newId(), userId: alice, key: 'create/x', title: canary, content: { text: canary } } })
}, 60_000)

afterAll(async () => {
  const calls = cluster.asPortal()
  for (const { apiVersion, kind: of, metadata } of [binding('corbel:read'), binding('corbel:propose'), accountObject])
    await calls.delete({ apiVersion, kind: of, ...metadata })
  await cluster.close()
  await database().$disconnect()
  await fresh.drop()
  rmSync(directory, { recursive: true, force: true })
})

const root = join(import.meta.dirname, '..', '..')
const routes = routeFiles(join(root, 'app'))
const called = new Set<string>()

/** Calls a route as carol's browser would. `path` is as in the route tree. */
async function call(method: string, path: string, params: Record<string, string | string[]> = {}, query = '', body?: unknown) {
  const file = routes.find((route) => route.path === path)?.file
  if (!file) throw new Error(`There is no route ${path}.`)
  called.add(`${method} ${path}`)
  const handler = (await import(file))[method]
  const init = { method, headers: { origin: portal, cookie: '__Host-corbel-login=carol' } }
  const request = new Request(`${portal}${path}${query}`, body === undefined ? init : { ...init, body: JSON.stringify(body) })
  const response: Response = await handler(request, { params: Promise.resolve(params) })
  return { status: response.status, text: await response.text() }
}

const theirs = { cluster: 'demo', namespace: 'payments-prod', kind, name: bucket }
const manifest = (namespace: string, name: string): string =>
  `apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`
const change = { ...theirs, name: undefined, action: 'create', text: manifest('payments-prod', 'x') }
const ownChange = { ...change, namespace: 'playlists-prod', text: manifest('playlists-prod', 'own') }

describe('what carol gets of payments', () => {
  test.each<[string, string, string]>([
    ['/api/v1/resources', '', 'covers'],
    ['/api/v1/resources', '?namespace=payments-prod', '"total":0'],
    ['/api/v1/resources', '?namespace=payments-prod&namespace=playlists-prod&team=payments&team=playlists', 'covers'],
    ['/api/v1/resources', '?q=can', '"total":0'],
    ['/api/v1/resources/facets', '', 'playlists-prod'],
    ['/api/v1/search', '?q=can', '"hits":[]'],
    ['/api/v1/search', '?q=title', '"hits":[]'],
    ['/api/v1/kinds', '', '"count":1'],
    ['/api/v1/projects', '', 'playlists-prod'],
    ['/api/v1/proposals', '?who=all', '"items":[]'],
    ['/api/v1/proposals', '?who=team&namespace=payments-prod', '"items":[]'],
    ['/api/v1/drafts', '', '"items":[]'],
    ['/api/v1/basket', '', '"items":[]'],
    ['/api/v1/blueprints', '?cluster=demo', '"items":['],
    ['/api/v1/me', '', 'playlists'],
    ['/api/v1/imports', '', '"items":[]'],
    ['/api/v1/imports/targets', '', 'playlists-prod'],
    ['/api/v1/unmanaged', '', 'playlists-prod'],
    ['/api/v1/break-glass', '', '"items":[]'],
    ['/api/v1/break-glass', '?namespace=payments-prod&cluster=demo', '"items":[]'],
    ['/api/v1/break-glass/open', '', '"items":[]'],
    ['/api/v1/break-glass/notices', '', '"items":[]'],
  ])('%s%s shows only her own', async (path, query, expected) => {
    const { status, text } = await call('GET', path, {}, query)
    expect(status, text).toBe(200)
    expect(text).toContain(expected)
    expect(text).not.toMatch(/canary|payments-prod|"payments"/)
  })

  test.each<[string, string, Record<string, string | string[]>, number]>([
    ['GET', '/api/v1/projects/{cluster}/{namespace}', { cluster: 'demo', namespace: 'payments-prod' }, 404],
    ['GET', '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}', theirs, 404],
    ['GET', '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}/history', theirs, 404],
    ['GET', '/api/v1/manifests/{cluster}/{namespace}/{kind}/{name}', theirs, 403],
    ['GET', '/api/v1/manifests/{cluster}/{namespace}/{kind}/{name}/versions/{blob}', { ...theirs, blob: 'a'.repeat(40) }, 403],
    ['GET', '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}/relations', theirs, 404],
    ['GET', '/api/v1/proposals/{id}', { id: proposalId }, 404],
    ['GET', '/api/v1/blueprints/{cluster}/{name}', { cluster: 'demo', name: 'nobody-has-this' }, 404],
    ['POST', '/api/v1/proposals/{id}/retry', { id: proposalId }, 404],
    ['POST', '/api/v1/proposals/{id}/withdraw', { id: proposalId }, 404],
    ['GET', '/api/v1/drafts/{key}', { key: ['create', 'x'] }, 204],
    ['GET', '/api/v1/imports/{run}', { run: importId }, 404],
    ['GET', '/api/v1/imports/{run}', { run: wideId }, 404],
    ['GET', '/api/v1/imports/{run}/rows', { run: importId }, 404],
    ['GET', '/api/v1/imports/{run}/rows', { run: wideId }, 404],
    ['GET', '/api/v1/imports/{run}/facets', { run: importId }, 404],
    ['GET', '/api/v1/imports/{run}/rows/{row}', { run: importId, row: rowId }, 404],
    ['POST', '/api/v1/imports/{run}/cancel', { run: importId }, 404],
    ['POST', '/api/v1/imports/{run}/cancel', { run: wideId }, 404],
    ['POST', '/api/v1/imports/{run}/resume', { run: importId }, 404],
    ['GET', '/api/v1/imports/{run}/adoption', { run: importId }, 404],
    ['GET', '/api/v1/imports/{run}/adoption', { run: wideId }, 404],
    ['POST', '/api/v1/imports/{run}/adoption', { run: importId }, 404],
    ['POST', '/api/v1/imports/{run}/plan', { run: importId }, 404],
    ['POST', '/api/v1/imports/{run}/plan', { run: wideId }, 404],
    ['POST', '/api/v1/imports/{run}/rows/{row}/dry-run', { run: importId, row: rowId }, 404],
    ['GET', '/api/v1/doctor/{cluster}', { cluster: 'demo' }, 403],
  ])('%s %s tells nothing', async (method, path, params, status) => {
    const answer = await call(method, path, params, '', method === 'GET' ? undefined : {})
    expect(answer.status, answer.text).toBe(status)
    expect(answer.text.replaceAll(bucket, '')).not.toMatch(/canary|alice|stuck/)
  })

  test.each([
    ['/api/v1/proposals/preview', { changes: [change] }, 403],
    ['/api/v1/proposals', { changes: [change], title: 'x', message: '', idempotencyKey: newId() }, 403],
    ['/api/v1/dry-run', { ...change, action: 'create' }, 403],
    // her project in the request, theirs in the manifest
    ['/api/v1/proposals', { changes: [{ ...change, namespace: 'playlists-prod' }], title: 'x', message: '', idempotencyKey: newId() }, 422],
    // her project beside the change, theirs inside it
    ['/api/v1/proposals/preview', { cluster: 'demo', namespace: 'playlists-prod', changes: [change] }, 403],
    // her own change first, theirs behind it
    ['/api/v1/proposals/preview', { changes: [ownChange, change] }, 403],
    ['/api/v1/proposals', { changes: [ownChange, change], title: 'x', message: '', idempotencyKey: newId() }, 403],
    ['/api/v1/basket', { change, title: 'x' }, 403],
    // her own change, onto a proposal of theirs
    ['/api/v1/proposals/preview', { changes: [ownChange], onto: proposalId }, 404],
    // kinds she may not change, or nobody may
    ['/api/v1/proposals/preview', { changes: [{ ...change, namespace: 'playlists-prod', kind: 'Secret.' }] }, 403],
    [
      '/api/v1/proposals/preview',
      { changes: [{ ...change, namespace: 'playlists-prod', kind: 'RoleBinding.rbac.authorization.k8s.io' }] },
      403,
    ],
  ])('POST %s is refused (%#)', async (path, body, status) => {
    const answer = await call('POST', path, {}, '', body)
    expect(answer.status, answer.text).toBe(status)
    expect(await database().proposal.count()).toBe(1)
  })

  test.each([
    ['her project in the request, theirs in the manifest', { ...change, namespace: 'playlists-prod' }],
    ['a name that leads into their folder', { ...ownChange, text: manifest('playlists-prod', '../payments/x') }],
  ])('a preview says what is wrong and nothing else: %s', async (_, wrong) => {
    const { status, text } = await call('POST', '/api/v1/proposals/preview', {}, '', { changes: [wrong] })
    expect(status, text).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ changes: [{ repository: null, path: null, problem: { code: 'invalid' } }], groups: [] })
    expect(text).not.toContain(canary)
  })

  test('she chooses nothing of their import, and starts none of theirs or of the organization', async () => {
    const choice = { chosen: true, rows: [rowId] }
    const chosen = await call('POST', '/api/v1/imports/{run}/choice', { run: importId }, '', choice)
    expect(chosen.status, chosen.text).toBe(404)
    expect(await database().importAsset.count({ where: { chosen: true } })).toBe(0)
    const start = { cluster: 'demo', namespace: 'payments-prod', scope: null }
    for (const [body, status] of [
      [start, 404],
      [{ ...start, namespace: null, scope: 'organizations/1' }, 403],
      [{ ...start, namespace: 'playlists-prod', scope: 'organizations/1' }, 422],
    ] as const) {
      const answer = await call('POST', '/api/v1/imports', {}, '', body)
      expect(answer.status, answer.text).toBe(status)
      expect(answer.text.replaceAll('payments-prod', '')).not.toMatch(/canary/)
    }
    expect(await database().importRun.count()).toBe(2)
  })

  test('she edits, lays out and proposes nothing of their import', async () => {
    const before = await database().importAssetDetail.findUnique({ where: { assetId: rowId } })
    const ids = { run: importId, row: rowId }
    const group = { groups: ['x'], idempotencyKey: newId() }
    const answers = [
      await call('PUT', '/api/v1/imports/{run}/rows/{row}/manifest', ids, '', { manifest: 0, text: manifest('playlists-prod', 'mine') }),
      await call('DELETE', '/api/v1/imports/{run}/rows/{row}/manifest', ids, '?manifest=0'),
      await call('PUT', '/api/v1/imports/{run}/settings', { run: importId }, '', { layout: 'kind' }),
      await call('POST', '/api/v1/imports/{run}/propose', { run: importId }, '', group),
      await call('POST', '/api/v1/imports/{run}/propose', { run: wideId }, '', group),
    ]
    for (const { status, text } of answers) {
      expect(status, text).toBe(404)
      expect(text).not.toMatch(/canary/)
    }
    expect(await database().importAssetDetail.findUnique({ where: { assetId: rowId } })).toEqual(before)
    expect(await database().importRun.findUnique({ where: { id: importId }, select: { layout: true } })).toEqual({ layout: 'resource' })
    expect(await database().proposal.count()).toBe(1)
  })

  const id = '/api/v1/break-glass/{session}'
  test.each<[string, string, unknown, number?]>([
    ['GET', id, undefined],
    ['POST', `${id}/approve`, {}],
    ['POST', `${id}/refuse`, {}],
    ['POST', `${id}/open`, {}],
    ['POST', `${id}/end`, {}],
    ['POST', `${id}/check`, {}],
    ['POST', `${id}/review`, { note: 'All of it is fine' }],
    ['GET', `${id}/evidence`, undefined],
    ['POST', `${id}/changes`, { kind, name: bucket, action: 'edit' }],
    ['GET', `${id}/changes/{change}`, undefined],
    ['PUT', `${id}/changes/{change}`, { text: 'a: 1', revision: 1 }],
    ['GET', `${id}/changes/{change}/difference`, undefined],
    ['POST', `${id}/changes/{change}/dry-run`, {}],
    ['POST', `${id}/changes/{change}/apply`, { name: bucket, hash: 'x' }],
    ['POST', `${id}/changes/{change}/undo`, { name: bucket }],
    ['GET', `${id}/changes/{change}/hand-back`, undefined],
    ['POST', `${id}/changes/{change}/hand-back`, { title: 'Mine', idempotencyKey: newId() }],
    ['POST', `${id}/pauses`, { change: glass.change, controller: 'flux', minutes: 60 }],
    ['POST', `${id}/pauses/{pause}/resume`, {}],
    ['POST', '/api/v1/break-glass/notices/{notice}/seen', {}],
    ['POST', '/api/v1/break-glass/alerts/{alert}/acknowledge', { note: 'Nothing to see here' }, 403],
  ])('%s %s of their break-glass session is as if there were none', async (method, path, body, status = 404) => {
    const before = await database().breakGlassSession.findUnique({ where: { id: glass.session }, include: { changes: true, pauses: true } })
    const answer = await call(method, path, glass, '', body)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.text).not.toMatch(/canary|alice|payments/)
    const after = await database().breakGlassSession.findUnique({ where: { id: glass.session }, include: { changes: true, pauses: true } })
    expect(after).toEqual(before)
  })

  test('she gets no offer and no session for their resources, nor learns whether they exist', async () => {
    const texts = []
    for (const name of [bucket, 'no-such-thing']) {
      const query = `?${new URLSearchParams({ ...theirs, name })}`
      const body = { ...theirs, name, reason: 'I would like to look', minutes: 60 }
      const answers = [await call('GET', '/api/v1/break-glass/offer', {}, query), await call('POST', '/api/v1/break-glass', {}, '', body)]
      expect(answers.map(({ status }) => status)).toEqual([403, 403])
      texts.push(answers.map(({ text }) => text.replace(/"requestId":"[^"]*"/, '')))
    }
    expect(texts[0]).toEqual(texts[1])
  })

  test.each(['/api/v1/break-glass/alerts', '/api/v1/break-glass/report'])('%s is not for her', async (path) => {
    const { status, text } = await call('GET', path)
    expect([403, 200], text).toContain(status)
    expect(text).not.toMatch(/canary|payments/)
  })

  test('no commit of hers goes onto a proposal of theirs', async () => {
    const body = { changes: [ownChange], title: 'x', message: '', idempotencyKey: newId() }
    const { status, text } = await call('POST', '/api/v1/proposals/{id}/commits', { id: proposalId }, '', body)
    expect(status, text).toBe(404)
    expect(text).not.toContain(canary)
  })

  test("nobody empties another one's basket", async () => {
    const { status } = await call('DELETE', '/api/v1/basket/{id}', { id: basketItemId })
    expect(status).toBe(204)
    expect(await database().basketItem.count()).toBe(1)
  })

  test('her own resource shows no proposal of theirs, though its object names one', async () => {
    const own = { ...theirs, namespace: 'playlists-prod', name: 'covers' }
    const { status, text } = await call('GET', '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}/history', own)
    expect(status, text).toBe(200)
    expect(text).toContain('revision covers')
    expect(text).not.toContain(canary)
  })

  test('every denial is in the audit chain, with her name and what it was about', async () => {
    const denied = await database().auditEntry.findMany({ where: { outcome: 'denied' } })
    expect(denied.length).toBeGreaterThan(4)
    for (const entry of denied) expect(entry.actor).toBe('carol@acme.test')
    expect(denied.map(({ target }) => target)).toContainEqual(expect.objectContaining({ namespace: 'payments-prod', kind }))
  })

  test('no route that takes a place or an id was forgotten', () => {
    const named = routes.filter(({ path }) => path.startsWith('/api/v1/') && path.includes('{') && !path.startsWith('/api/v1/kinds/'))
    for (const { path } of named) expect([...called].map((entry) => entry.split(' ')[1])).toContain(path)
  })
})
