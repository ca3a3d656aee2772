import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProvider, type Handler } from '#demo/identity/provider.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Unauthenticated, Unavailable } from '#lib/errors.ts'
import { claimsOf, personOf } from '#lib/identity/identity-provider.ts'
import { actorOf, clusterToken, loginCookie, proofColumns, refreshTokenBefore } from '#lib/identity/login.ts'
import { beginSignIn, beginStepUp, finishSignIn, safeReturnTo } from '#lib/identity/sign-in.ts'
import { signOut } from '#lib/identity/sign-out.ts'
import { newId } from '#lib/ids.ts'

const portal = 'http://127.0.0.1:3999'
const directory = mkdtempSync(join(tmpdir(), 'corbel-sign-in-'))
let fresh: FreshDatabase
let provider: http.Server
let providerUrl: string
let away = false

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  let handler: Handler | undefined
  provider = http.createServer((request, response) => (away ? response.destroy() : handler?.(request, response)))
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done))
  // Proof of the cast: a server that listens on TCP has an AddressInfo.
  providerUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const issuer = 'https://localhost:4999'
  handler = createProvider({
    directory,
    issuer,
    clientId: 'corbel',
    clientSecret: 'client-secret',
    redirectUris: [`${portal}/api/auth/callback/oidc`],
    postLogoutRedirectUris: [`${portal}/sign-in`],
  })
  Object.assign(process.env, {
    CORBEL_URL: portal,
    CORBEL_SECRET: 'a secret of at least thirty-two characters',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: issuer,
    OIDC_DISCOVERY_URL: `${providerUrl}/.well-known/openid-configuration`,
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'client-secret',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: import.meta.filename }]),
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'keys.json'),
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
    CORBEL_LOG_LEVEL: 'error',
  })
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(directory, 'app.pem'), '-----BEGIN PRIVATE KEY-----')
  process.env.GITHUB_APP_PRIVATE_KEY_FILE = join(directory, 'app.pem')
  config()
})

afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
  provider.closeAllConnections()
  provider.close()
  rmSync(directory, { recursive: true, force: true })
})

/** A browser's cookie jar, by host and port as far as this test needs it. */
class Jar {
  readonly cookies = new Map<string, string>()
  take(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line) || pair.endsWith('=')) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }
  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

/** Goes the whole way as a browser would. Gives the portal's cookies and where it ended. */
async function signIn(
  person: string,
  returnTo = '/resources?state=failed',
  portalJar = new Jar(),
): Promise<{ portalJar: Jar; providerJar: Jar; location: string | null; token: string | undefined }> {
  const begun = await beginSignIn(new Request(`${portal}/api/v1/session/sign-in`, { method: 'POST' }), safeReturnTo(returnTo))
  return goOn(person, begun, portalJar, new Jar())
}

/** Proves again who one is, in the same browser. `asked`: the provider showed its page, though it knew the person. */
async function stepUp(person: string, { portalJar, providerJar }: { portalJar: Jar; providerJar: Jar }) {
  const actor = await actorOf(portalJar.header)
  if (!actor) throw new Error('nobody is signed in')
  const begun = await beginStepUp(new Request(`${portal}/api/v1/session/step-up`, { method: 'POST' }), '/break-glass', actor)
  return goOn(person, begun, portalJar, providerJar)
}

async function goOn(person: string, begun: Response, portalJar: Jar, providerJar: Jar) {
  let asked = false
  let location = portalJar.take(begun).headers.get('location') ?? ''
  for (let step = 0; step < 8 && !location.startsWith(portal); step++) {
    const response = providerJar.take(
      await fetch(new URL(location, providerUrl), { redirect: 'manual', headers: { cookie: providerJar.header } }),
    )
    const next = response.headers.get('location')
    if (next) location = next
    else {
      asked = true
      const submitted = await fetch(new URL(location, providerUrl), {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: providerJar.header, 'content-type': 'application/x-www-form-urlencoded', origin: providerUrl },
        body: new URLSearchParams({ person }),
      })
      location = providerJar.take(submitted).headers.get('location') ?? ''
    }
  }
  const finished = portalJar.take(await finishSignIn(new Request(location, { headers: { cookie: portalJar.header } }), newId()))
  return { portalJar, providerJar, asked, location: finished.headers.get('location'), token: portalJar.cookies.get(loginCookie()) }
}

const loginOf = async (jar: Jar) => {
  const actor = await actorOf(jar.header)
  return fresh.database.login.findUniqueOrThrow({ where: { id: actor?.loginId ?? newId() } })
}

describe('signing in', () => {
  test('alice comes back where she was, known by name and groups, and nothing of her tokens lies open', async () => {
    const { portalJar, location } = await signIn('alice')
    expect(location).toBe('/resources?state=failed')
    const actor = await actorOf(portalJar.header)
    expect(actor).toMatchObject({ username: 'alice@acme.test', groups: ['payments'], admin: false })
    const [login] = await fresh.database.login.findMany()
    expect(login?.tokenHash).not.toContain(portalJar.cookies.get(loginCookie()))
    expect(JSON.stringify(login)).not.toMatch(/eyJ[A-Za-z0-9_-]{20}/)
    const token = await clusterToken(actor ?? { loginId: '' })
    expect(personOf(claimsOf(token)).username).toBe('alice@acme.test')
  })

  test('a platform engineer is an administrator', async () => {
    const { portalJar } = await signIn('dave')
    expect(await actorOf(portalJar.header)).toMatchObject({ admin: true })
  })

  test('a second login of the same person is another login of the same user', async () => {
    const first = await actorOf((await signIn('bob')).portalJar.header)
    const second = await actorOf((await signIn('bob')).portalJar.header)
    expect(second?.userId).toBe(first?.userId)
    expect(second?.loginId).not.toBe(first?.loginId)
  })

  test('each is in the audit chain', async () => {
    await signIn('alice')
    const last = await fresh.database.auditEntry.findFirst({ orderBy: { seq: 'desc' } })
    expect(last).toMatchObject({ actor: 'alice@acme.test', action: 'login.started', outcome: 'succeeded' })
  })

  test('in a browser that is signed in ends the login it had', async () => {
    const first = await signIn('alice')
    const second = await signIn('bob', '/', first.portalJar)
    expect(await actorOf(second.portalJar.header)).toMatchObject({ username: 'bob@acme.test' })
    expect(await actorOf(`${loginCookie()}=${first.token}`)).toBeNull()
  })

  test('an address that is not verified names nobody', () => {
    expect(() => personOf({ email: 'alice@acme.test', email_verified: false })).toThrow(/not verified/)
    expect(personOf({ email: 'alice@acme.test', email_verified: true }).username).toBe('alice@acme.test')
  })

  test('a callback without the state cookie makes no login', async () => {
    const before = await fresh.database.login.count()
    const answer = await finishSignIn(new Request(`${portal}/api/auth/callback/oidc?code=stolen&state=guessed`), newId())
    expect(answer.headers.get('location')).toContain('/sign-in?error=')
    expect(await fresh.database.login.count()).toBe(before)
  })

  test('while the identity provider is away, the sign-in page says so and keeps the way back', async () => {
    const kept = globalThis as typeof globalThis & { corbelDiscovery?: unknown }
    delete kept.corbelDiscovery
    away = true
    try {
      const answer = await beginSignIn(new Request(`${portal}/api/v1/session/sign-in`, { method: 'POST' }), '/projects')
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?error=OAuthSignin&returnTo=%2Fprojects'])
    } finally {
      away = false
    }
  })

  test.each([
    ['https://evil.test/', '/'],
    ['//evil.test/x', '/'],
    ['/\\evil.test', '/'],
    ['/.//evil.test/x', '/'],
    ['/x/..//evil.test', '/'],
    ['/%2e//evil.test', '/'],
    ['/\t/evil.test', '/'],
    ['javascript:alert(1)', '/'],
    ['/api/v1/session/sign-out', '/'],
    ['/sign-in?returnTo=/x', '/'],
    ['/projects?q=a#b', '/projects?q=a'],
    [undefined, '/'],
  ])('after signing in, %s leads to %s', (asked, expected) => expect(safeReturnTo(asked, portal)).toBe(expected))
})

describe('stepping up', () => {
  const longAgo = new Date(Date.now() - 3_600_000)

  test('signing in keeps when and how; the provider asks again when one steps up, and the login is a new one', async () => {
    const first = await signIn('alice')
    const before = await loginOf(first.portalJar)
    expect(Math.abs((before.authenticatedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
    await fresh.database.login.update({ where: { id: before.id }, data: { authenticatedAt: longAgo } })
    const second = await stepUp('alice', first)
    const after = await loginOf(second.portalJar)
    expect([second.asked, second.location, after.id === before.id, after.userId]).toEqual([true, '/break-glass', false, before.userId])
    expect(after.authenticatedAt?.getTime()).toBeGreaterThan(longAgo.getTime())
    expect(await actorOf(`${loginCookie()}=${first.token}`)).toBeNull()
    expect(await fresh.database.login.findUnique({ where: { id: before.id } })).toBeNull()
  })

  test('renewing tokens is no proof', async () => {
    const { portalJar } = await signIn('alice')
    const login = await loginOf(portalJar)
    await fresh.database.login.update({
      where: { id: login.id },
      data: { authenticatedAt: longAgo, acr: 'old', idTokenExpiresAt: new Date(0) },
    })
    await clusterToken({ loginId: login.id })
    expect(await loginOf(portalJar)).toMatchObject({ authenticatedAt: longAgo, acr: 'old' })
  })

  test('as somebody else signs that person in, with nothing of the first', async () => {
    const first = await signIn('alice')
    const before = await loginOf(first.portalJar)
    const second = await stepUp('bob', { ...first, providerJar: new Jar() })
    const after = await loginOf(second.portalJar)
    expect(await actorOf(second.portalJar.header)).toMatchObject({ username: 'bob@acme.test', groups: ['payments'] })
    expect(after.userId).not.toBe(before.userId)
    expect(await fresh.database.login.findUnique({ where: { id: before.id } })).toBeNull()
    expect(await refreshTokenBefore(first.token ?? '', after.userId, newId())).toBeNull()
  })

  test('the person’s break-glass sessions go on with the new login; those of another browser that is signed in, and of others, stay', async () => {
    const [first, elsewhere, bob] = [await signIn('alice'), await signIn('alice'), await signIn('bob')]
    const logins = await Promise.all([first, elsewhere, bob].map(({ portalJar }) => loginOf(portalJar)))
    for (const [index, { id: loginId, userId }] of logins.entries())
      await fresh.database.breakGlassSession.create({
        data: {
          id: newId(),
          cluster: 'demo',
          namespace: `n${index}`,
          kind: 'x.y',
          name: 'x',
          tier: 'ordinary',
          state: 'handing-back',
          requestedById: userId,
          loginId,
          reason: 'For this test alone',
          minutes: 1,
        },
      })
    await stepUp('alice', first)
    const after = await loginOf(first.portalJar)
    const rows = await fresh.database.breakGlassSession.findMany({ orderBy: { namespace: 'asc' }, select: { loginId: true } })
    expect(rows).toEqual([{ loginId: after.id }, { loginId: logins[1]?.id }, { loginId: logins[2]?.id }])
  })

  test('a token that says no time, or none that is one, proves nothing', () => {
    const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
    for (const claims of [{}, { auth_time: '1' }, { auth_time: 1.5 }, { auth_time: -1 }, { auth_time: 1e15 }, { auth_time: null, acr: 7 }])
      expect(proofColumns(token(claims))).toEqual({ authenticatedAt: null, acr: null })
    expect(proofColumns(token({ auth_time: 1700000000, acr: 'phr' }))).toEqual({ authenticatedAt: new Date(1700000000_000), acr: 'phr' })
  })

  test('the ways that count are asked of the provider, which says how it was done', async () => {
    config().breakGlass.acr.push('phr')
    try {
      const first = await signIn('alice')
      expect((await loginOf(first.portalJar)).acr).toBeNull()
      expect((await loginOf((await stepUp('alice', first)).portalJar)).acr).toBe('phr')
    } finally {
      config().breakGlass.acr.pop()
    }
  })
})

describe('a login', () => {
  const expire = async (loginId: string): Promise<void> => {
    await fresh.database.login.update({ where: { id: loginId }, data: { idTokenExpiresAt: new Date(0) } })
  }

  test('is refreshed once, however many requests need its token at the same moment', async () => {
    const actor = await actorOf((await signIn('alice')).portalJar.header)
    if (!actor) throw new Error('alice is not signed in')
    await expire(actor.loginId)
    const tokens = await Promise.all(Array.from({ length: 5 }, () => clusterToken(actor)))
    expect(new Set(tokens).size).toBe(1)
    await expire(actor.loginId)
    expect(await clusterToken(actor)).toBeTruthy() // the rotated refresh token was kept
  })

  test('that the identity provider no longer renews ends, with a sentence', async () => {
    const { portalJar } = await signIn('carol')
    const actor = await actorOf(portalJar.header)
    if (!actor) throw new Error('carol is not signed in')
    await fresh.database.login.update({ where: { id: actor.loginId }, data: { refreshToken: null } })
    await expire(actor.loginId)
    await expect(clusterToken(actor)).rejects.toThrow(Unauthenticated)
    expect(await actorOf(portalJar.header)).toBeNull()
  })

  test('survives an identity provider that is away', async () => {
    const { portalJar } = await signIn('erin')
    const actor = await actorOf(portalJar.header)
    if (!actor) throw new Error('erin is not signed in')
    await expire(actor.loginId)
    away = true
    try {
      await expect(clusterToken(actor)).rejects.toThrow(Unavailable)
    } finally {
      away = false
    }
    expect(await actorOf(portalJar.header)).not.toBeNull()
    expect(await clusterToken(actor)).toBeTruthy()
  })

  test('ends at once by signing out, and the browser goes on to the provider to end there', async () => {
    const { portalJar } = await signIn('alice')
    const actor = await actorOf(portalJar.header)
    const header = portalJar.header
    const answer = await signOut(actor, 'request-1')
    expect(answer.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\/end\?.*id_token_hint=/)
    expect(await actorOf(header)).toBeNull()
    expect(await fresh.database.auditEntry.findFirst({ where: { action: 'login.ended' } })).toMatchObject({ actor: 'alice@acme.test' })
  })
})
