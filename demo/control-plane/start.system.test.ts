import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthenticationV1Api, KubeConfig, VersionApi } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identityKeys, issuerAt } from '#demo/identity/start.ts'
import { builds } from '#demo/state.ts'
import { freePort } from '#demo/supervisor/ports.ts'
import { createSupervisor, type Supervisor } from '#demo/supervisor/supervisor.ts'
import { adminKubeconfig, auditLog, controlPlanePart } from './start.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let directory: string
let supervisor: Supervisor
let issuerServer: Server
let issuer: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'corbel-control-plane-'))
  const { authority, server } = identityKeys(directory)
  const port = await freePort()
  issuer = issuerAt(port)
  const documents: Record<string, object> = {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys`, id_token_signing_alg_values_supported: ['RS256'] },
    '/keys': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
  }
  issuerServer = createServer({ cert: server.certificate, key: server.key }, (request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url ?? ''] ?? {}))
  }).listen(port, '127.0.0.1')
  await once(issuerServer, 'listening')
  supervisor = createSupervisor({ logs: directory, tell: () => {} })
  const program = { binary: join(builds, 'bin', 'control-plane') }
  const trusted = { issuer, authority: authority.certificate, clientId: 'corbel' }
  await supervisor.start(controlPlanePart({ program, directory, port: await freePort(), trusted }))
})
afterAll(async () => {
  await supervisor.stop()
  issuerServer.close()
  issuerServer.closeAllConnections()
  rmSync(directory, { recursive: true, force: true })
})

function idToken(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const signed = `${part({ alg: 'RS256', kid: 'test' })}.${part({ iss: issuer, aud: 'corbel', sub: 'x', iat: now, exp: now + 300, ...claims })}`
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`
}

function adminConfig(): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(adminKubeconfig(directory))
  return config
}

async function whoAmI(token: string): Promise<{ username?: string; groups?: string[] } | undefined> {
  const cluster = adminConfig().getCurrentCluster()
  if (!cluster) throw new Error('the kubeconfig names no cluster')
  const config = new KubeConfig()
  config.loadFromClusterAndUser(cluster, { name: 'person', token })
  const review = await config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} })
  return review.status?.userInfo
}

test('a person is known by a verified e-mail address and groups, both prefixed', async () => {
  const token = idToken({ email: 'alice@acme.test', email_verified: true, groups: ['payments'] })
  await expect
    .poll(() => whoAmI(token).catch(() => undefined), { timeout: 30_000 })
    .toMatchObject({
      username: 'oidc:alice@acme.test',
      groups: ['oidc:payments', 'system:authenticated'],
    })
})

test.each([
  ['an unverified address', { email: 'alice@acme.test', email_verified: false, groups: [] }],
  ['another audience', { aud: 'other', email: 'alice@acme.test', email_verified: true, groups: [] }],
  ['a group of Kubernetes itself', { email: 'alice@acme.test', email_verified: true, groups: ['payments', 'system:masters'] }],
  ['a name of Kubernetes itself', { email: 'system:admin', email_verified: true, groups: [] }],
  ['the name of an account', { email: 'system:serviceaccount:payments-prod:break-glass', email_verified: true, groups: [] }],
  ['an expired token', { exp: 1, email: 'alice@acme.test', email_verified: true, groups: [] }],
])('%s is refused', async (_, claims) => {
  await expect(whoAmI(idToken(claims))).rejects.toThrow('401')
})

test('the audit log names who asked', async () => {
  await whoAmI(idToken({ email: 'bob@acme.test', email_verified: true, groups: [] }))
  await expect.poll(() => readFileSync(auditLog(directory), 'utf8'), { timeout: 10_000 }).toContain('"username":"oidc:bob@acme.test"')
})

test('it calls itself the Kubernetes it was compiled from', async () => {
  const version = await adminConfig().makeApiClient(VersionApi).getCode()
  expect(version).toMatchObject({ gitVersion: 'v1.37.2', major: '1', minor: '37' })
})
