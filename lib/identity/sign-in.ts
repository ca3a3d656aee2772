/**
 * Signing in, carried out by next-auth: authorization code, PKCE, state and nonce against the configured issuer.
 *
 *   POST /api/v1/session/sign-in ─► identity provider ─► GET /api/auth/callback/oidc ─► the page one came from
 *   POST /api/v1/session/step-up ─► (which must ask again who it is)
 *
 * Stepping up is signing in again, so it makes a new login and ends the old one. Whoever proves to be somebody else is then signed in as
 * that person, with nothing of the first one's.
 *
 * next-auth is called through its framework-neutral handler with plain objects, so routes stay declarations and the flow
 * is tested without a browser. Each request gets its own options: the tokens of the callback reach `createSession`
 * through their closure and nowhere else.
 */
import { randomBytes } from 'node:crypto'
import NextAuth, { type AuthOptions } from 'next-auth'
import type { Adapter, AdapterAccount, AdapterSession, AdapterUser } from 'next-auth/adapters'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { claimsOf, discover, personOf } from '#lib/identity/identity-provider.ts'
import {
  cookieName,
  cookieValue,
  forgetLogin,
  loginCookie,
  loginLifetimeMs,
  proofColumns,
  refreshTokenBefore,
  tokenColumns,
  tokenHash,
} from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import { log } from '#lib/telemetry/log.ts'

/** A path of this portal, or `/` for anything that would lead elsewhere. */
export function safeReturnTo(path: string | null | undefined, portal: string = config().url): string {
  if (!path?.startsWith('/')) return '/'
  const parsed = URL.parse(path, portal)
  if (!parsed || parsed.origin !== new URL(portal).origin || parsed.pathname.startsWith('/api/') || parsed.pathname === '/sign-in')
    return '/'
  // `/.//host` has our origin and the path `//host`, which a browser takes for another host
  if (parsed.pathname.startsWith('//')) return '/'
  return `${parsed.pathname}${parsed.search}`
}

/**
 * Starts signing in: an answer that sends the browser to the identity provider, or back to the sign-in page, which says that it is away.
 * `query`: parameters of the authorization request besides the usual ones.
 */
export async function beginSignIn(request: Request, returnTo: string, query: Record<string, string> = {}): Promise<Response> {
  try {
    await discover()
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    log().warn({ err: error }, 'nobody can sign in: the identity provider is away')
    return redirect(`/sign-in?${new URLSearchParams({ error: 'OAuthSignin', returnTo })}`, [])
  }
  const cookies = cookiesOf(request)
  const asked = await callNextAuth({ method: 'GET', action: ['csrf'], query: {}, cookies, headers: headersOf(request) })
  const csrfToken = asked.json?.csrfToken
  if (typeof csrfToken !== 'string') throw new Unavailable('identity-provider', 'Signing in could not be started. Try again.')
  for (const line of asked.setCookies) {
    const [pair] = line.split(';')
    const at = pair?.indexOf('=') ?? -1
    if (pair && at > 0) cookies[pair.slice(0, at)] = decodeURIComponent(pair.slice(at + 1))
  }
  const started = await callNextAuth({
    method: 'POST',
    action: ['signin', 'oidc'],
    query,
    cookies,
    headers: headersOf(request),
    body: { csrfToken, callbackUrl: new URL(returnTo, config().url).href },
  })
  return redirect(started.location ?? '/sign-in?error=OAuthSignin', [...asked.setCookies, ...started.setCookies])
}

/**
 * Starts stepping up: the identity provider must ask who the person is, however recently it did, and in one of the ways that
 * CORBEL_BREAK_GLASS_ACR names.
 */
export function beginStepUp(request: Request, returnTo: string, { username }: Pick<Actor, 'username'>): Promise<Response> {
  const { acr } = config().breakGlass
  return beginSignIn(request, returnTo, {
    prompt: 'login',
    max_age: '0',
    login_hint: username,
    ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}),
  })
}

/** The identity provider sent the browser back: makes a login, ends the one the browser had, and goes to where the person came from. */
export async function finishSignIn(request: Request, requestId: string): Promise<Response> {
  const cookies = cookiesOf(request)
  delete cookies[loginCookie()] // an old login must not be reused for new tokens
  const done = await callNextAuth({
    method: 'GET',
    action: ['callback', 'oidc'],
    query: Object.fromEntries(new URL(request.url).searchParams),
    cookies,
    headers: headersOf(request),
    requestId,
    before: cookieValue(request.headers.get('cookie'), loginCookie()),
  })
  if (done.setCookies.some((line) => line.startsWith(`${loginCookie()}=`))) await forgetLogin(request.headers.get('cookie'))
  return redirect(done.location ?? '/sign-in?error=Callback', done.setCookies)
}

/** The Set-Cookie line that removes a login's cookie. */
export function clearLoginCookie(): string {
  return `${loginCookie()}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0${config().url.startsWith('https:') ? '; Secure' : ''}`
}

function redirect(location: string, setCookies: string[]): Response {
  const headers = new Headers({ location: relativeToPortal(location) })
  for (const line of setCookies) headers.append('set-cookie', line)
  return new Response(null, { status: 303, headers })
}

/** Below the portal as a path; next-auth's own error page is our sign-in page, which explains the code. */
const relativeToPortal = (location: string): string =>
  (location.startsWith(`${config().url}/`) ? location.slice(config().url.length) : location).replace(
    /^\/api\/auth\/(error|signin)\b/,
    '/sign-in',
  )

function options(userAgent: string | null, requestId: string, before: string | undefined): AuthOptions {
  const { url, secret, oidc } = config()
  let tokens: { idToken: string; refreshToken: string | undefined } | undefined
  const secure = url.startsWith('https:')
  const cookie = (name: string, maxAge?: number) => ({
    name: cookieName(name, url),
    options: { httpOnly: true, sameSite: 'lax' as const, path: '/', secure, ...(maxAge ? { maxAge } : {}) },
  })
  const flowSeconds = 15 * 60
  return {
    secret,
    session: { strategy: 'database', maxAge: loginLifetimeMs / 1000, generateSessionToken: () => randomBytes(32).toString('base64url') },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { ...cookie('login'), name: loginCookie(url) },
      callbackUrl: cookie('return-to'),
      csrfToken: cookie('csrf'),
      pkceCodeVerifier: cookie('pkce', flowSeconds),
      state: cookie('state', flowSeconds),
      nonce: cookie('nonce', flowSeconds),
    },
    logger: {
      error: (code, metadata) =>
        log().warn(
          { code, err: metadata instanceof Error ? metadata : 'error' in metadata ? metadata.error : undefined },
          'signing in failed',
        ),
      warn: () => {},
      debug: () => {},
    },
    providers: [
      {
        id: 'oidc',
        name: 'OpenID Connect',
        type: 'oauth',
        wellKnown: oidc.discoveryUrl,
        issuer: oidc.issuer,
        clientId: oidc.clientId,
        clientSecret: oidc.clientSecret,
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        // prompt=consent makes providers that need it hand out a refresh token
        authorization: { params: { scope: oidc.scopes, ...(oidc.scopes.includes('offline_access') ? { prompt: 'consent' } : {}) } },
        httpOptions: { timeout: 10_000 },
        profile: (claims: { sub: string }, given) => {
          if (!given.id_token) throw new Error('the identity provider sent no ID token')
          tokens = { idToken: given.id_token, refreshToken: given.refresh_token }
          return { id: claims.sub }
        },
      },
    ],
    callbacks: {
      redirect: ({ url: wanted }) => new URL(safeReturnTo(wanted.startsWith(url) ? wanted.slice(url.length) : wanted, url), url).href,
    },
    adapter: adapter(
      () => {
        if (!tokens) throw new Error('next-auth made a session before it had tokens')
        return tokens
      },
      { userAgent, requestId, before },
    ),
  }
}

/** What is known of the browser that signs in: `before` is the cookie of the login it had. */
interface Browser {
  userAgent: string | null
  requestId: string
  before: string | undefined
}

/** next-auth's storage on our tables. Users are found by the identity provider's subject, else by their username. */
function adapter(tokens: () => { idToken: string; refreshToken: string | undefined }, { userAgent, requestId, before }: Browser): Adapter {
  const asUser = (user: { id: string; email: string | null; name: string }): AdapterUser => ({
    id: user.id,
    email: user.email ?? '',
    emailVerified: null,
    name: user.name,
  })
  const person = () => {
    const { username, name, email, groups } = personOf(claimsOf(tokens().idToken))
    return { username, name, email, groups, lastSeenAt: new Date() }
  }
  return {
    getUserByAccount: async ({ provider, providerAccountId }) => {
      const account = await database().account.findUnique({ where: { provider_providerAccountId: { provider, providerAccountId } } })
      if (!account) return null
      return asUser(await database().user.update({ where: { id: account.userId }, data: person() }))
    },
    createUser: async () => {
      const data = person()
      return asUser(await database().user.upsert({ where: { username: data.username }, update: data, create: { id: newId(), ...data } }))
    },
    linkAccount: async ({ provider, providerAccountId, userId }: AdapterAccount) => {
      await database().account.create({ data: { provider, providerAccountId, userId } })
    },
    createSession: async ({ sessionToken, userId, expires }) => {
      const id = newId()
      const data = {
        id,
        tokenHash: tokenHash(sessionToken),
        userId,
        expiresAt: expires,
        userAgent: userAgent?.slice(0, 300) ?? null,
        ...tokenColumns(id, tokens()),
        ...proofColumns(tokens().idToken),
      }
      if (data.refreshToken === null && before !== undefined) data.refreshToken = await refreshTokenBefore(before, userId, id)
      const { username } = person()
      await database().$transaction(async (transaction) => {
        await transaction.login.create({ data })
        await takeOverSessions(transaction, { id, userId }, before)
        await appendAudit(transaction, {
          requestId,
          actor: username,
          action: 'login.started',
          outcome: 'succeeded',
          target: {},
          details: { authTime: data.authenticatedAt?.toISOString() ?? null, acr: data.acr },
        })
      })
      await database().login.deleteMany({ where: { expiresAt: { lt: new Date() } } })
      return { sessionToken, userId, expires }
    },
    // next-auth reads sessions only for its own session endpoint, which we do not serve.
    getSessionAndUser: async (): Promise<{ session: AdapterSession; user: AdapterUser } | null> => null,
    getUser: async () => null,
    getUserByEmail: async () => null, // accounts are joined by username, never by an e-mail address that anybody may claim
    updateUser: async ({ id }) => asUser(await database().user.findUniqueOrThrow({ where: { id } })),
    updateSession: async () => null,
    deleteSession: async () => {},
  }
}

/**
 * Break-glass sessions remember with which login they were opened, because controllers that were paused in them go on by that person's right.
 * Where it is the login that this one follows, or one that has ended, it is this one from now on.
 */
async function takeOverSessions(transaction: Transaction, { id, userId }: { id: string; userId: string }, before: string | undefined) {
  await transaction.$executeRaw`
    UPDATE "break_glass_session" AS s SET "loginId" = ${id}::uuid
    WHERE s."requestedById" = ${userId}::uuid AND s."loginId" IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM "login" AS l WHERE l."id" = s."loginId" AND l."refreshFailure" IS NULL AND l."expiresAt" > clock_timestamp()
        AND l."tokenHash" <> ${before === undefined ? '' : tokenHash(before)})`
}

interface Call {
  method: 'GET' | 'POST'
  action: string[]
  query: Record<string, string>
  cookies: Record<string, string>
  headers: Record<string, string>
  body?: Record<string, string>
  /** Of the request that makes a login, for the audit log. */
  requestId?: string
  /** The cookie of the login that the browser had. */
  before?: string | undefined
}

interface Outcome {
  status: number
  location: string | undefined
  setCookies: string[]
  json: Record<string, unknown> | undefined
}

/** Calls next-auth's handler for the older Next API with the few members of request and response that it touches. */
async function callNextAuth({ method, action, query, cookies, headers, body, requestId = '', before }: Call): Promise<Outcome> {
  const outcome: Outcome = { status: 200, location: undefined, setCookies: [], json: undefined }
  const response = {
    status: (code: number) => {
      outcome.status = code
      return response
    },
    getHeader: (name: string) => (name.toLowerCase() === 'set-cookie' ? outcome.setCookies : undefined),
    setHeader: (name: string, value: string | string[]) => {
      if (name.toLowerCase() === 'set-cookie') outcome.setCookies = Array.isArray(value) ? value : [value]
      if (name.toLowerCase() === 'location') outcome.location = String(value)
      return response
    },
    send: (sent: unknown) => {
      if (typeof sent === 'object' && sent !== null) outcome.json = { ...sent }
    },
    json: (sent: Record<string, unknown>) => {
      outcome.json = sent
    },
    end: () => {},
  }
  const request = { method, query: { ...query, nextauth: action }, cookies, headers, body }
  // Proof of the casts: next-auth/next/index.js (4.24) reads and calls exactly the members given above.
  await NextAuth(request as never, response as never, options(headers['user-agent'] ?? null, requestId, before))
  return outcome
}

function cookiesOf(request: Request): Record<string, string> {
  const cookies: Record<string, string> = {}
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at < 1) continue
    const value = part.slice(at + 1).trim()
    try {
      cookies[part.slice(0, at).trim()] = decodeURIComponent(value)
    } catch {
      cookies[part.slice(0, at).trim()] = value
    }
  }
  return cookies
}

const headersOf = (request: Request): Record<string, string> => Object.fromEntries(request.headers)
