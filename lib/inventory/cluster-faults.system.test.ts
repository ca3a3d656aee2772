/** A cluster that refuses or fails, through a proxy that can be told how: what the index says of it, and that it goes on after. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority, issueServerCertificate } from '#demo/identity/certificates.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Collector, startCollector } from './collector.ts'

const suffix = randomBytes(3).toString('hex')
const group = `faults-${suffix}.corbel.dev`
const namespace = `faults-${suffix}`
const authority = createAuthority('Faults', 2)
const kind = { apiVersion: `${group}/v1`, kind: 'Thing' }
const thing = (name: string): JsonObject => ({ ...kind, metadata: { name, namespace }, spec: {} })

type Fault = 'none' | 'cut' | 401 | 403 | 429 | 500
let fault: Fault = 'none'
const sockets = new Set<Duplex>()
let proxy: Server
let fresh: FreshDatabase
let database: Database
let direct: Cluster
let throughProxy: Cluster
let collector: Collector

/** Sets the fault, and ends the watches that go on behind it. */
function become(next: Fault): void {
  fault = next
  for (const socket of sockets) socket.destroy()
}

function startProxy(kubeconfigFile: string): Promise<Server> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigFile)
  const { server = '', caData = '' } = { ...config.getCurrentCluster() }
  const { certData = '', keyData = '' } = { ...config.getCurrentUser() }
  const decoded = (data: string): Buffer => Buffer.from(data, 'base64')
  const agent = new Agent({ keepAlive: true, ca: decoded(caData), cert: decoded(certData), key: decoded(keyData) })
  const pass = (from: IncomingMessage, to: ServerResponse): void => {
    if (fault === 'cut') return void from.destroy()
    if (fault !== 'none') {
      to.writeHead(fault, { 'content-type': 'application/json', ...(fault === 429 ? { 'retry-after': '1' } : {}) })
      to.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: fault, message: 'simulated' }))
      return
    }
    const { authorization: _, ...headers } = from.headers
    const onward = request(`${server}${from.url}`, { method: from.method, headers: { ...headers, host: new URL(server).host }, agent })
    onward.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      to.flushHeaders() // a watch is open before its first event
      answer.on('error', () => to.destroy()).pipe(to)
    })
    onward.on('error', () => to.destroy())
    to.on('close', () => onward.destroy())
    from.pipe(onward)
  }
  const { certificate: cert, key } = issueServerCertificate(authority, ['127.0.0.1'], 2)
  const made = createServer({ cert, key }, pass)
  made.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return new Promise((done) => made.listen(0, '127.0.0.1', () => done(made)))
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const value = await read()
    if (holds(value) || attempt > 600) return value
    await sleep(100)
  }
}
const row = () => database.cluster.findUnique({ where: { name: 'test' } })
const names = async (): Promise<string[]> =>
  (await database.resource.findMany({ where: { cluster: 'test', namespace, deletedAt: null }, orderBy: { name: 'asc' } })).map(
    ({ name }) => name,
  )

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  database = connectDatabase(fresh.url)
  direct = openCluster({ name: 'direct', kubeconfigFile })
  proxy = await startProxy(kubeconfigFile)
  // Proof of the cast: a server that listens on TCP has an AddressInfo.
  const server = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const file = join(mkdtempSync(join(tmpdir(), 'corbel-faults-')), 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    users: [{ name: 'test', user: { token: 'the proxy has its own certificate' } }],
  }
  writeFileSync(file, JSON.stringify(config))
  throughProxy = openCluster({ name: 'test', kubeconfigFile: file })
  const calls = direct.asPortal()
  await calls.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'corbel.dev/project': 'true' } },
  })
  const schema: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  await calls.create({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things', singular: 'thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  })
  await until(
    () =>
      calls.create(thing('first')).then(
        () => true,
        () => false,
      ),
    Boolean,
  )
  collector = startCollector({ cluster: throughProxy, database, kindPatterns: [group], log: { info: () => {}, warn: () => {} } })
  await until(names, (found) => found.length === 1)
  await until(row, (found) => found?.syncedAt != null)
})

afterAll(async () => {
  become('none')
  await collector?.stop()
  const calls = direct.asPortal()
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `things.${group}` }
  await calls.delete(definition).catch(() => {})
  await calls.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => {})
  await Promise.all([direct.close(), throughProxy.close(), database.$disconnect()])
  proxy.closeAllConnections()
  proxy.close()
  await fresh.drop()
})

test.each<[Fault, string, RegExp]>([
  [401, 'unauthorized', /^Cluster "test" refuses the credentials of its kubeconfig\. Renew them/],
  [403, 'forbidden', /^The portal on cluster "test" may not .*administers access/],
  [429, 'unreachable', /^Cluster "test" asks to slow down\. Try again in 1 s\./],
  [500, 'unreachable', /^Cluster "test" failed to .* \(HTTP 500\)/],
  ['cut', 'unreachable', /^Cluster "test" is out of reach: it closed the connection/],
])(
  '%s: a sentence names the cluster, what was known stays, and what came meanwhile is found after',
  async (how, state, sentence) => {
    const before = await names()
    become(how)
    const told = await until(row, (found) => found?.state === state)
    expect(told?.message).toMatch(sentence)
    expect(told?.state).toBe(state)
    expect(await names()).toEqual(before)
    const name = `during-${how}`
    await direct.asPortal().create(thing(name))
    become('none')
    expect(await until(names, (found) => found.includes(name))).toContain(name)
    expect(await until(row, (found) => found?.state === 'ok')).toMatchObject({ state: 'ok', message: null })
  },
  150_000,
) // a kind that was refused is asked for again after 30 s
