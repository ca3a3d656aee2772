import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { Conflict, Forbidden, Invalid, NotFound, TooLarge, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { type Cluster, type ClusterCalls, openCluster } from './client.ts'
import { Gone } from './gone.ts'

const suffix = randomBytes(3).toString('hex')
const group = `client-${suffix}.corbel.dev`
const namespace = `client-${suffix}`
const kind = { apiVersion: `${group}/v1`, kind: 'Bucket' }
const directory = mkdtempSync(join(tmpdir(), 'corbel-client-'))
let cluster: Cluster
let portal: ClusterCalls
let person: ClusterCalls

const bucket = (name: string, spec: JsonObject): JsonObject => ({ ...kind, metadata: { name, namespace }, spec })
const at = (name: string) => ({ ...kind, namespace, name })

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  cluster = openCluster({ name: 'test', kubeconfigFile })
  portal = cluster.asPortal()
  await portal.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await portal.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'alice', namespace } })
  const file = join(directory, 'alice.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig: kubeconfigFile, namespace, name: 'alice', file })
  const config = new KubeConfig()
  config.loadFromFile(file)
  person = cluster.as({ token: config.getCurrentUser()?.token ?? '' })
  const properties = {
    location: { type: 'string', maxLength: 10 },
    size: { type: 'integer' },
    labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 3 } },
    rules: {
      type: 'array',
      items: { type: 'object', required: ['action'], properties: { action: { type: 'string', enum: ['Keep', 'Delete'] } } },
    },
  }
  const rules: JsonObject[] = [
    { rule: 'self.location == oldSelf.location', message: 'location cannot be changed', fieldPath: '.location' },
    { rule: '!has(self.size) || self.size < 10', message: 'size must stay below 10' },
  ]
  await portal.create(
    definitionOf(
      {
        type: 'object',
        properties: { spec: { type: 'object', required: ['location'], properties, 'x-kubernetes-validations': rules } },
      },
      { kind: 'Bucket', group },
    ),
  )
  for (let attempt = 0; ; attempt++) {
    const made = await portal
      .create(bucket('logs', { location: 'EU' }))
      .catch((error: unknown) => (attempt < 100 ? undefined : Promise.reject(error)))
    if (made) break
    await sleep(100)
  }
})

afterAll(async () => {
  await portal.delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `buckets.${group}` }).catch(() => {})
  await portal.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => {})
  await cluster.close()
})

describe('who calls', () => {
  test('a person is known by their token alone, although the kubeconfig has a certificate', async () => {
    expect((await person.whoAmI()).username).toBe(`system:serviceaccount:${namespace}:alice`)
    expect((await portal.whoAmI()).username).not.toContain('alice')
  })
  test('a person without the right is told which right is missing', async () => {
    const refused = person.list(kind, { namespace })
    await expect(refused).rejects.toThrow(Forbidden)
    await expect(refused).rejects.toThrow(`grant "list" on "buckets.${group}" in ${namespace}`)
    expect(await person.accessReview({ verb: 'list', group, resource: 'buckets', namespace })).toMatchObject({ allowed: false })
  })
  test('a token the cluster does not know is refused as a lost sign-in', async () => {
    await expect(cluster.as({ token: 'x.y.z' }).whoAmI()).rejects.toThrow(Unauthenticated)
  })
})

describe('complaints of the API server arrive at the fields', () => {
  test.each<[string, JsonObject, { path: (string | number)[]; message: string }[]]>([
    ['an unknown field', { location: 'EU', nope: 1 }, [{ path: ['spec', 'nope'], message: 'This kind has no such field.' }]],
    ['a missing field', { size: 1 }, [{ path: ['spec', 'location'], message: 'Is required.' }]],
    [
      'a value of a list item out of an enumeration',
      { location: 'EU', rules: [{ action: 'Keep' }, { action: 'Burn' }] },
      [{ path: ['spec', 'rules', 1, 'action'], message: 'Must be one of "Keep", "Delete".' }],
    ],
    [
      'a map key with dots and slashes',
      { location: 'EU', labels: { 'a/b.c': 'long' } },
      [{ path: ['spec', 'labels', 'a/b.c'], message: 'Too long: may not be more than 3 bytes.' }],
    ],
    ['a rule over several fields', { location: 'EU', size: 11 }, [{ path: ['spec'], message: 'Size must stay below 10.' }]],
  ])('%s', async (_, spec, fields) => {
    const asCreate = () => portal.create(bucket('new', spec), { dryRun: true })
    const asApply = () => portal.applyServerSide(bucket('new', spec), { fieldManager: 'corbel', dryRun: true })
    for (const write of [asCreate, asApply]) {
      const error = await write().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(Invalid)
      expect(error).toMatchObject({ fields })
    }
  })
  test('a field that cannot be changed', async () => {
    const write = portal.applyServerSide(bucket('logs', { location: 'US' }), { fieldManager: 'corbel', dryRun: true, force: true })
    await expect(write).rejects.toMatchObject({ fields: [{ path: ['spec', 'location'], message: 'Location cannot be changed.' }] })
  })
})

test.each(['../other/logs', '..', 'logs/status', 'logs%2Fstatus'])('the name %s leads nowhere else', async (name) => {
  await expect(portal.get(at(name))).rejects.toThrow(Invalid)
  await expect(portal.applyServerSide(bucket(name, {}), { fieldManager: 'corbel', dryRun: true })).rejects.toThrow(Invalid)
})

describe('writes', () => {
  test('a dry run answers like a write and writes nothing', async () => {
    const { value, auditId } = await portal.create(bucket('dry', { location: 'EU' }), { dryRun: true })
    expect(value).toMatchObject({ metadata: { name: 'dry' } })
    expect(auditId).toMatch(/^[0-9a-f-]{36}$/)
    await expect(portal.get(at('dry'))).rejects.toThrow(NotFound)
  })
  test('conflicts tell what exists, who holds a field and what changed', async () => {
    await expect(portal.create(bucket('logs', { location: 'EU' }))).rejects.toMatchObject({ details: { exists: true } })
    await portal.applyServerSide(bucket('held', { location: 'EU', size: 1 }), { fieldManager: 'one' })
    const other = portal.applyServerSide(bucket('held', { location: 'EU', size: 2 }), { fieldManager: 'two' })
    await expect(other).rejects.toMatchObject({ details: { managers: [{ manager: 'one', path: ['spec', 'size'] }] } })
    await expect(portal.patchJson(at('held'), [{ op: 'test', path: '/spec/size', value: 7 }])).rejects.toThrow(Conflict)
    await expect(portal.delete(at('held'), { preconditions: { uid: 'other' } })).rejects.toThrow(Conflict)
    expect((await portal.patchMerge(at('held'), { spec: { size: 3 } })).value).toMatchObject({ spec: { size: 3 } })
  })
  test('more than 1 MiB is refused before it is sent', async () => {
    await expect(portal.create(bucket('big', { location: 'x'.repeat(1024 * 1024) }))).rejects.toThrow(TooLarge)
  })
  test('an unknown kind, object and namespace each get their own sentence', async () => {
    await expect(portal.get({ ...at('x'), kind: 'Nothing' })).rejects.toThrow('does not serve Nothing')
    await expect(portal.get(at('x'))).rejects.toThrow(`Bucket "x" in ${namespace} does not exist`)
    const elsewhere = { ...kind, metadata: { name: 'a', namespace: 'nowhere' }, spec: { location: 'EU' } }
    await expect(portal.create(elsewhere)).rejects.toThrow('Namespace "nowhere" does not exist')
  })
})

test('a list comes in pages of one revision, whole or as metadata only', async () => {
  for (let index = 0; index < 5; index++) await portal.create(bucket(`page-${index}`, { location: 'EU' }))
  const pages = []
  for await (const page of portal.pages(kind, { namespace, chunk: 2 })) pages.push(page)
  const names = pages.flatMap(({ items }) => items.map(({ metadata }) => metadata))
  expect(pages.length).toBeGreaterThan(2)
  expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1)
  expect(new Set(names.map((metadata) => JSON.stringify(metadata))).size).toBe(names.length)
  const { items } = await portal.list(kind, { namespace, metadataOnly: true })
  expect(items.every((item) => item.spec === undefined)).toBe(true)
})

test('a watch tells changes since a revision, ends when told to, and refuses a revision that is gone', async () => {
  const { resourceVersion } = await portal.list(kind, { namespace })
  await portal.create(bucket('seen', { location: 'EU' }))
  await portal.patchMerge(at('seen'), { spec: { size: 1 } })
  await portal.delete(at('seen'))
  const stop = new AbortController()
  const types: string[] = []
  for await (const event of portal.watch(kind, { namespace, resourceVersion, signal: stop.signal })) {
    types.push(event.type)
    if (event.type === 'deleted') stop.abort()
  }
  expect(types).toEqual(['open', 'added', 'modified', 'deleted'])
  const old = portal.watch(kind, { namespace, resourceVersion: '1', signal: new AbortController().signal })
  await expect(
    (async () => {
      for await (const event of old) if (event.type !== 'open') throw new Error(`unexpected ${event.type}`)
    })(),
  ).rejects.toThrow(Gone)
})

test('a cluster out of reach is named', async () => {
  const file = join(directory, 'away.kubeconfig')
  writeFileSync(file, readFileSync(process.env.TEST_KUBECONFIG ?? '', 'utf8').replace(/server: .*/, 'server: https://127.0.0.1:1'))
  const away = openCluster({ name: 'away', kubeconfigFile: file })
  const call = away.asPortal().version()
  await expect(call).rejects.toThrow(Unavailable)
  await expect(call).rejects.toThrow('Cluster "away" is out of reach: nothing answers at its address (ECONNREFUSED)')
  expect(() => openCluster({ name: 'x', kubeconfigFile: join(directory, 'none') })).toThrow('cannot be read')
  writeFileSync(file, readFileSync(file, 'utf8').replace('https://', 'http://'))
  expect(() => openCluster({ name: 'x', kubeconfigFile: file })).toThrow('only over https')
})

test('a dry run of a deletion deletes nothing, and takes preconditions as the deletion would', async () => {
  await portal.create(bucket('kept', { location: 'EU' }))
  await portal.delete(at('kept'), { dryRun: true })
  await expect(portal.delete(at('kept'), { dryRun: true, preconditions: { uid: 'other' } })).rejects.toThrow(Conflict)
  expect((await portal.get(at('kept'))).value.metadata).toMatchObject({ name: 'kept' })
  expect((await portal.get(at('kept'))).value.metadata).not.toHaveProperty('deletionTimestamp')
  await portal.delete(at('kept'))
  await expect(portal.get(at('kept'))).rejects.toThrow(NotFound)
})

test('a cluster that takes a connection and never answers holds a person up for seconds, not minutes', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  const { port } = silent.address() as AddressInfo // it listens on TCP
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'silent', server: `https://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'silent', cluster: 'silent', user: 'nobody' }],
    currentContext: 'silent',
  })
  const file = join(directory, 'silent.kubeconfig')
  writeFileSync(file, config.exportConfig())
  const hanging = openCluster({ name: 'silent', kubeconfigFile: file })
  await expect(
    hanging.as({ token: 'x' }).get({ apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, name: 'default' }),
  ).rejects.toThrow(/Cluster "silent" is out of reach: it does not answer in time/)
  await hanging.close()
  silent.close()
})
