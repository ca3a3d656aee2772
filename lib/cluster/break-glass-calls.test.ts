import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority, issueServerCertificate } from '#demo/identity/certificates.ts'
import { Conflict, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import { type BreakGlassActor, breakGlassUser, OutcomeUnknown } from './break-glass-calls.ts'
import { gateValue, openGate } from './break-glass-gate.ts'
import { type Cluster, openCluster } from './client.ts'
import { knowsConstraints } from './impersonation-mode.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: [string, string][]
  body: string
}

const directory = mkdtempSync(join(tmpdir(), 'corbel-wire-'))
const object: JsonObject = { apiVersion: 'storage.acme.test/v1', kind: 'Bucket', metadata: { name: 'b', namespace: 'team-a' } }
const ok = (response: ServerResponse) => response.setHeader('content-type', 'application/json').end(JSON.stringify(object))
let answer: (response: ServerResponse, request: IncomingMessage) => unknown = ok
let seen: Seen[] = []
let server: Server
let cluster: Cluster

beforeAll(async () => {
  const authority = createAuthority('test', 1)
  const { certificate, key } = issueServerCertificate(authority, ['localhost', '127.0.0.1'], 1)
  server = createServer({ cert: certificate, key }, async (request, response) => {
    const raw = request.rawHeaders
    const headers = raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : []))
    seen.push({ method: request.method, url: request.url, headers, body: await text(request) })
    answer(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const file = join(directory, 'kubeconfig')
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': btoa(authority.certificate) } }],
    users: [{ name: 'u', user: { token: 'the-portal' } }],
  }
  writeFileSync(file, JSON.stringify(kubeconfig))
  cluster = openCluster({ name: 'wire', kubeconfigFile: file })
})
afterAll(async () => {
  await cluster.close()
  server.closeAllConnections()
  server.close()
  rmSync(directory, { recursive: true })
})
afterEach(() => {
  answer = ok
  seen = []
})

const session = randomUUID()
const ref = { apiVersion: 'storage.acme.test/v1', kind: 'Bucket', plural: 'buckets', namespaced: true, namespace: 'team-a', name: 'b' }
const as = (actor: Partial<BreakGlassActor> = {}) =>
  cluster.asBreakGlass({ token: 'the-person', namespace: 'team-a', session, requestId: 'r1', ...actor })
const write = (dryRun = false, auditId: string = randomUUID()) => ({ dryRun, auditId })

describe('on the wire', () => {
  test('a patch is exactly the bytes given, with these headers and no others', async () => {
    const auditId = randomUUID()
    const bytes = '[ {"op":"replace", "path":"/spec/size","value":9007199254740993} ]'
    await as().patch(ref, bytes, write(true, auditId))
    const [{ method, url, headers, body } = { headers: [] }] = seen
    expect(body).toBe(bytes)
    expect([method, url]).toEqual([
      'PATCH',
      '/apis/storage.acme.test/v1/namespaces/team-a/buckets/b?dryRun=All&fieldManager=corbel-break-glass&fieldValidation=Strict',
    ])
    expect(Object.fromEntries(headers.filter(([name]) => !['host', 'connection', 'content-length'].includes(name)))).toEqual({
      accept: 'application/json',
      'content-type': 'application/json-patch+json',
      authorization: 'Bearer the-person',
      'impersonate-user': 'system:serviceaccount:team-a:break-glass',
      'audit-id': auditId,
      'user-agent': `corbel (session=${session}; request=r1; dry-run)`,
    })
    expect(headers.length).toBe(new Set(headers.map(([name]) => name)).size)
  })

  test('a real write says so', async () => {
    await as().patch(ref, '[]', write())
    expect(seen[0]?.url).not.toContain('dryRun')
    expect(new Map(seen[0]?.headers).get('user-agent')).toBe(`corbel (session=${session}; request=r1)`)
  })

  test('a dry run of a deletion says so in its body, where the API server looks', async () => {
    await as().delete(ref, { ...write(true), preconditions: { uid: 'u' } })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      dryRun: ['All'],
      preconditions: { uid: 'u' },
    })
  })

  test('calls that run at once keep their own person, account, session and audit id; what comes after carries nothing of them', async () => {
    const actors = Array.from({ length: 20 }, (_, index) => ({
      token: `token-${index}`,
      namespace: `team-${index}`,
      session: randomUUID(),
    }))
    const ids = actors.map(() => randomUUID())
    answer = (response) => setTimeout(() => ok(response), Math.random() * 20)
    await Promise.all(
      actors.map((actor, index) => as(actor).patch({ ...ref, namespace: actor.namespace }, `[${index}]`, write(false, ids[index]))),
    )
    for (const { headers, body, url } of seen) {
      const index = Number(JSON.parse(body)[0])
      const got = new Map(headers)
      expect(url).toContain(`/namespaces/team-${index}/`)
      expect(got.get('authorization')).toBe(`Bearer token-${index}`)
      expect(got.get('impersonate-user')).toBe(`system:serviceaccount:team-${index}:break-glass`)
      expect(got.get('audit-id')).toBe(ids[index])
      expect(got.get('user-agent')).toContain(actors[index]?.session)
    }
    seen = []
    await cluster.as({ token: 'the-person' }).get(ref)
    await cluster.asPortal().get(ref)
    for (const { headers } of seen) expect(headers.map(([name]) => name).filter((name) => /impersonate|audit-id/.test(name))).toEqual([])
    expect(seen.length).toBe(2)
  })
})

describe('nothing is sent', () => {
  const namespaces = [
    'a:b',
    'a:break-glass\r\nImpersonate-Group: system:masters',
    'A',
    '',
    '-a',
    'a-',
    'a/b',
    'a.b',
    'ü',
    'a\u0000',
    'x'.repeat(64),
  ]
  test.each(namespaces)('for a namespace called %j', (namespace) => {
    expect(() => as({ namespace })).toThrow(Invalid)
    expect(() => breakGlassUser(namespace)).toThrow(Invalid)
  })

  test('for any namespace that would change the identity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (namespace) => {
        let user: string
        try {
          user = breakGlassUser(namespace)
        } catch (error) {
          return error instanceof Invalid
        }
        return /^system:serviceaccount:[a-z0-9-]+:break-glass$/.test(user)
      }),
    )
  })

  test.each(['x', '', `${randomUUID()}/x`, randomUUID().toUpperCase(), `${randomUUID()}\n`])('for a session called %j', (id) => {
    expect(() => as({ session: id })).toThrow(Invalid)
  })

  test.each(['', 'a b', 'a\r\nImpersonate-User: x', 'a\n', 'ü', '✓'])('for a token such as %j', (token) => {
    expect(() => as({ token })).toThrow(Unauthenticated)
  })

  test.each(['', 'a b', 'r)\r\nX: y', 'ü', 'x'.repeat(65)])('for a request id such as %j', (requestId) => {
    expect(() => as({ requestId })).toThrow(Invalid)
  })

  const badCalls: [string, () => Promise<unknown>][] = [
    ['another namespace', () => as().patch({ ...ref, namespace: 'team-b' }, '[]', write())],
    ['no namespace', () => as().patch({ apiVersion: ref.apiVersion, kind: 'Bucket', name: 'b' }, '[]', write())],
    ['an audit id with a line end', () => as().patch(ref, '[]', write(true, 'x\r\nImpersonate-User: y'))],
    ['a version that leads elsewhere', () => as().patch({ ...ref, apiVersion: 'storage.acme.test/v1/../../x' }, '[]', write())],
    ['a name that leads elsewhere', () => as().patch({ ...ref, name: '../x' }, '[]', write())],
    ['a plural that leads elsewhere', () => as().delete({ ...ref, plural: 'buckets/b' }, write())],
    ['a kind that belongs to no namespace', () => as().patch({ ...ref, namespaced: false }, '[]', write())],
    ['a built-in kind', () => as().patch({ ...ref, apiVersion: 'v1', plural: 'secrets' }, '[]', write())],
  ]
  test.each(badCalls)('for %s', async (_, call) => {
    await expect(call()).rejects.toThrow(Invalid)
    expect(seen).toEqual([])
  })
})

test('whatever a reference says, a call stays in the namespace of the session', async () => {
  const odd = fc.oneof(
    fc.constantFrom('..', '../x', 'a/b', '%2e%2e', 'a?b', 'a#b', 'a;b', 'team-b', 'b\r\nX: y', ''),
    fc.string({ unit: 'binary' }),
  )
  const refs = fc.record({
    apiVersion: fc.oneof(fc.constant(ref.apiVersion), odd),
    plural: fc.oneof(fc.constant('buckets'), odd),
    name: odd,
  })
  await fc.assert(
    fc.asyncProperty(refs, async (given) => {
      seen = []
      const error: unknown = await as()
        .patch({ ...ref, ...given }, '[]', write(true))
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
      if (error !== undefined) return error instanceof Invalid && seen.length === 0
      const [path = ''] = seen[0]?.url?.split('?') ?? []
      return /^\/apis\/[a-z0-9.-]+\/v[a-z0-9]+\/namespaces\/team-a\/[a-z][a-z0-9]*\/[^/]+$/.test(path) && !/%2f|%25/i.test(path)
    }),
  )
})

describe('what went wrong', () => {
  const status =
    (code: number, message: string, more: JsonObject = {}) =>
    (response: ServerResponse) =>
      response
        .writeHead(code, { 'content-type': 'application/json' })
        .end(JSON.stringify({ kind: 'Status', status: 'Failure', message, ...more }))

  test('a connection that breaks after the request leaves the outcome unknown, and nothing is sent again', async () => {
    answer = (response) => response.destroy()
    await expect(as().patch(ref, '[]', write())).rejects.toThrow(OutcomeUnknown)
    expect(seen.length).toBe(1)
    await expect(as().delete(ref, write())).rejects.toThrow(/it is not known whether the change of Bucket "b" was made/)
    const dryRun: unknown = await as()
      .patch(ref, '[]', write(true))
      .catch((error: unknown) => error)
    expect(dryRun).toBeInstanceOf(Unavailable)
    expect(dryRun).not.toBeInstanceOf(OutcomeUnknown)
  })

  test('so does an answer that breaks off', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"kind":')
      setTimeout(() => response.destroy(), 20)
    }
    await expect(as().patch(ref, '[]', write())).rejects.toThrow(OutcomeUnknown)
  })

  test.each([500, 503, 504])('so does HTTP %i', async (code) => {
    answer = status(code, 'etcdserver: request timed out')
    await expect(as().patch(ref, '[]', write())).rejects.toThrow(OutcomeUnknown)
    expect(seen.length).toBe(1)
  })

  test('where nothing listens, nothing was changed', async () => {
    const file = join(directory, 'nowhere')
    const users = [{ name: 'u', user: { token: 't' } }]
    const clusters = [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }]
    const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }]
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', contexts, clusters, users }))
    const nowhere = openCluster({ name: 'nowhere', kubeconfigFile: file })
    const actor = { token: 't', namespace: 'team-a', session, requestId: 'r' }
    const error: unknown = await nowhere
      .asBreakGlass(actor)
      .patch(ref, '[]', write())
      .catch((thrown: unknown) => thrown)
    await nowhere.close()
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).not.toBeInstanceOf(OutcomeUnknown)
  })

  const gate = `buckets.storage.acme.test "b" is forbidden: ValidatingAdmissionPolicy 'corbel-break-glass-gate' with binding 'corbel-break-glass-gate' denied request: Break-glass session x is not open in namespace team-a.`
  const impersonation = `users "system:serviceaccount:team-a:break-glass" is forbidden: User "oidc:carol@acme.test" cannot impersonate:serviceaccount resource "serviceaccounts" in API group "authentication.k8s.io" in the namespace "team-a"`
  const kinds: [string, number, string, new (...given: never[]) => Error, RegExp][] = [
    ['a shut gate', 403, gate, Forbidden, /Break-glass session x is not open in namespace team-a\./],
    ['no right to act as the account', 403, impersonation, Forbidden, /You may not act as the break-glass account of namespace team-a/],
    ['a failed test', 422, 'the server rejected our request due to an error in our request', Conflict, /changed meanwhile/],
    ['too many requests', 429, 'slow down', RateLimited, /slow down/],
    ['a token that ended', 401, 'Unauthorized', Unauthenticated, /Sign in again/],
    ['an object that is gone', 404, 'buckets "b" not found', NotFound, /does not exist/],
  ]
  test.each(kinds)('%s', async (_, code, message, kind, sentence) => {
    answer = status(code, message)
    const attempt = as().patch(ref, '[]', write())
    await expect(attempt).rejects.toThrow(kind)
    await expect(attempt).rejects.toThrow(sentence)
  })
})

describe('the gate text', () => {
  test('is one line with the tier first, whatever people write', () => {
    const until = new Date('2030-01-01')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', maxLength: 2000 }), (person, reason) => {
        const value = gateValue({ tier: 'ordinary', person: `p${person}`, until, reason })
        expect(value).toMatch(/^ordinary [^ ]+ 2030-01-01T00:00:00\.000Z [^\n\r\u0085\u2028\u2029]*$/)
        expect(value.isWellFormed()).toBe(true)
      }),
    )
  })

  test.each(['', 'approved', 'root x y z', ' approved a b c', 'ordinary\na b c'])('is not %j', async (value) => {
    await expect(openGate({ cluster, namespace: 'team-a', session, value })).rejects.toThrow(Invalid)
    expect(seen).toEqual([])
  })
})

test.each([
  ['v1.36.0', true],
  ['v1.35.9', false],
  ['v1.37.2-gke.100', true],
  ['1.100.0', true],
  ['v2.0.0', true],
  ['unknown', false],
])('%s knows constrained impersonation: %s', (version, knows) => {
  expect(knowsConstraints(version)).toBe(knows)
})
