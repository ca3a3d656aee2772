import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProvider } from './provider.ts'

const issuer = 'https://localhost:4443'
const redirectUri = 'http://localhost:3000/api/auth/callback/oidc'
const client = { clientId: 'corbel', clientSecret: 'secret-of-the-test' }
const scope = 'openid email profile groups offline_access'
let directory: string
let server: Server
let base: string

const start = async (): Promise<void> => {
  const handler = createProvider({
    directory,
    issuer,
    ...client,
    redirectUris: [redirectUri],
    postLogoutRedirectUris: ['http://localhost:3000/'],
  })
  server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a server that listens on a port has an AddressInfo
  base = `http://localhost:${(server.address() as AddressInfo).port}`
}
const stop = async (): Promise<void> => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'corbel-identity-'))
  await start()
})
afterAll(async () => {
  await stop()
  rmSync(directory, { recursive: true, force: true })
})

/** A browser as far as redirects and cookies go. */
function browser() {
  const jar = new Map<string, string>()
  return async (url: string, form?: Record<string, string>): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form && new URLSearchParams(form)
    const reply = await fetch(new URL(url, base), { redirect: 'manual', headers: { cookie }, ...(body && { method: 'POST', body }) })
    for (const line of reply.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      jar.set(name, value)
    }
    return reply
  }
}

const location = (reply: Response): string => reply.headers.get('location') ?? ''

async function signIn(person: string): Promise<{ code: string; verifier: string }> {
  const visit = browser()
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const query = new URLSearchParams({ client_id: 'corbel', response_type: 'code', scope, redirect_uri: redirectUri, prompt: 'consent' })
  query.set('code_challenge', challenge)
  query.set('code_challenge_method', 'S256')
  const interaction = location(await visit(`/auth?${query}`))
  expect(await (await visit(interaction)).text()).toContain('Sign in as Alice — payments')
  const resume = location(await visit(interaction, { person }))
  const callback = location(await visit(resume))
  return { code: new URL(callback).searchParams.get('code') ?? callback, verifier }
}

async function token(form: Record<string, string>): Promise<Record<string, string>> {
  const authorization = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`
  const reply = await fetch(`${base}/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
  return reply.json()
}

const claimsOf = (jwt: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString())

test('discovery over http names the https issuer and http endpoints', async () => {
  const found = await (await fetch(`${base}/.well-known/openid-configuration`)).json()
  expect(found).toMatchObject({ issuer, token_endpoint: `${base}/token`, end_session_endpoint: `${base}/session/end` })
})

test('one click signs a person in; the ID token carries what the API server reads, for five minutes', async () => {
  const { code, verifier } = await signIn('alice')
  const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier })
  const claims = claimsOf(tokens.id_token)
  expect(claims).toMatchObject({
    iss: issuer,
    aud: 'corbel',
    email: 'alice@acme.test',
    email_verified: true,
    groups: ['payments'],
    name: 'Alice Andersen',
  })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(300)
})

test('refresh tokens rotate, survive a restart, and a used one is worth nothing', async () => {
  const { code, verifier } = await signIn('bob')
  const first = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier })
  await stop()
  await start()
  const second = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
  expect(claimsOf(second.id_token)).toMatchObject({ email: 'bob@acme.test', groups: ['payments'] })
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' })).toMatchObject({ error: 'invalid_grant' })
})

test('without PKCE nobody gets in', async () => {
  const query = new URLSearchParams({ client_id: 'corbel', response_type: 'code', scope, redirect_uri: redirectUri })
  const reply = await browser()(`/auth?${query}`)
  expect(new URL(location(reply)).searchParams.get('error')).toBe('invalid_request')
})

test('a stale sign-in page says what to do, and pages forbid foreign scripts', async () => {
  const reply = await browser()('/interaction/long-gone')
  expect(await reply.text()).toContain('Go back to Corbel and sign in again.')
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'")
})
