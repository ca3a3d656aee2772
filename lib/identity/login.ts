/**
 * Logins: signed-in browsers. The cookie holds a random token; the database holds its SHA-256 and the sealed tokens of
 * the identity provider. A login ends by signing out, after `loginLifetimeMs`, or when the provider refuses to refresh it
 * (`refreshFailure`): from then on the person is signed out everywhere this cookie is used, and signs in again.
 */
import { createHash } from 'node:crypto'
import type { Login, User } from '#db/client.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { claimsOf, personOf, refreshTokens } from '#lib/identity/identity-provider.ts'
import { seal, unseal } from '#lib/identity/seal.ts'

/** A working day and a night: whoever signs in for the late shift stays signed in through it. */
export const loginLifetimeMs = 16 * 60 * 60 * 1000

/** Tokens with less than this left are refreshed before they are used. */
const refreshAheadMs = 30_000

/**
 * A cookie's name. `__Host-` binds it to this host, path / and https. Browsers refuse that prefix on http; there (demo,
 * development) the port is in the name, because a browser keeps one jar for all ports of a host.
 */
export function cookieName(purpose: string, url: string = config().url): string {
  const { protocol, port } = new URL(url)
  return protocol === 'https:' ? `__Host-corbel-${purpose}` : `corbel-${purpose}${port ? `-${port}` : ''}`
}

/** The name of the cookie that carries a login. */
export const loginCookie = (url?: string): string => cookieName('login', url)

/** What the database keeps of a cookie's value. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The value of a cookie in a Cookie header. */
export function cookieValue(header: string | null, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/** Who a Cookie header belongs to, or null when nobody is signed in (any more). One query. */
export async function actorOf(cookieHeader: string | null): Promise<Actor | null> {
  const token = cookieValue(cookieHeader, loginCookie())
  if (!token) return null
  const login = await database().login.findUnique({ where: { tokenHash: tokenHash(token) }, include: { user: true } })
  if (!login || login.refreshFailure || login.expiresAt <= new Date()) return null
  return toActor(login, login.user)
}

function toActor(login: Login, user: User): Actor {
  const { adminGroups, auditorGroups } = config()
  return {
    userId: user.id,
    loginId: login.id,
    username: user.username,
    name: user.name,
    email: user.email,
    groups: user.groups,
    admin: user.groups.some((group) => adminGroups.includes(group)),
    auditor: user.groups.some((group) => auditorGroups.includes(group)),
  }
}

const sealToken = (loginId: string, token: string): string => seal(config().secret, `login ${loginId}`, token)
const openToken = (loginId: string, sealed: string | null): string | undefined =>
  sealed ? unseal(config().secret, `login ${loginId}`, sealed) : undefined

/** The columns that keep a login's tokens. */
export function tokenColumns(loginId: string, tokens: { idToken: string; refreshToken: string | undefined }) {
  return {
    idToken: sealToken(loginId, tokens.idToken),
    refreshToken: tokens.refreshToken ? sealToken(loginId, tokens.refreshToken) : null,
    idTokenExpiresAt: personOf(claimsOf(tokens.idToken)).expiresAt,
  }
}

/**
 * When and how the person proved who they are (`auth_time`, `acr`; OpenID Connect Core §2), out of the token that signing in gave: the one
 * place where it is taken. A refreshed token repeats or moves these claims, and proves nothing. Null where the token does not say.
 */
export function proofColumns(idToken: string): { authenticatedAt: Date | null; acr: string | null } {
  const { auth_time: at, acr } = claimsOf(idToken)
  const dated = typeof at === 'number' && Number.isInteger(at) && at > 0 && at < 2 ** 33
  return { authenticatedAt: dated ? new Date(at * 1000) : null, acr: typeof acr === 'string' && acr !== '' ? acr.slice(0, 300) : null }
}

/**
 * The refresh token of the login that a browser had, sealed for its new one: providers give none to whoever only steps up. Null where that
 * login was another person's.
 */
export async function refreshTokenBefore(cookie: string, userId: string, forLogin: string): Promise<string | null> {
  const login = await database().login.findUnique({ where: { tokenHash: tokenHash(cookie) } })
  if (login?.userId !== userId || login.refreshFailure) return null
  const refreshToken = openToken(login.id, login.refreshToken)
  return refreshToken === undefined ? null : sealToken(forLogin, refreshToken)
}

/**
 * The person's own ID token for the API server, refreshed when it is about to end. Refreshing holds the login's row, so
 * of two requests at once only one uses the (rotating) refresh token. Groups are taken from the newest token.
 * Throws Unauthenticated when the login has ended, Unavailable when the identity provider is away.
 */
export async function clusterToken(actor: Pick<Actor, 'loginId'>): Promise<string> {
  const login = await database().login.findUnique({ where: { id: actor.loginId } })
  const usable = login && usableToken(login)
  if (usable) return usable
  try {
    return await database().$transaction(
      async (transaction) => {
        await transaction.$queryRaw`SELECT 1 FROM login WHERE id = ${actor.loginId}::uuid FOR UPDATE`
        const locked = await transaction.login.findUnique({ where: { id: actor.loginId } })
        if (!locked || locked.refreshFailure) throw ended()
        const fresh = usableToken(locked)
        if (fresh) return fresh
        const refreshToken = openToken(locked.id, locked.refreshToken)
        if (!refreshToken) throw ended()
        const tokens = await refreshTokens(refreshToken)
        const claims = claimsOf(tokens.idToken)
        // OpenID Connect Core §12.2: the subject stays the same
        if (claims.sub !== claimsOf(openToken(locked.id, locked.idToken) ?? '').sub) throw ended()
        const { groups, name, email } = personOf(claims)
        await transaction.login.update({ where: { id: locked.id }, data: tokenColumns(locked.id, tokens) })
        await transaction.user.update({ where: { id: locked.userId }, data: { groups, name, email, lastSeenAt: new Date() } })
        return tokens.idToken
      },
      { timeout: 25_000 },
    )
  } catch (error) {
    if (error instanceof Unauthenticated && error instanceof CorbelError) {
      await database().login.updateMany({ where: { id: actor.loginId }, data: { refreshFailure: error.message } })
    }
    throw error
  }
}

const ended = (): Unauthenticated => new Unauthenticated('Your sign-in has ended. Sign in again; your drafts are kept.')

function usableToken(login: Login): string | undefined {
  if (login.refreshFailure || !login.idTokenExpiresAt || login.idTokenExpiresAt.getTime() - Date.now() < refreshAheadMs) return undefined
  return openToken(login.id, login.idToken)
}

/** Ends the login of a Cookie header, if it carries one: the browser gets another. */
export async function forgetLogin(cookieHeader: string | null): Promise<void> {
  const token = cookieValue(cookieHeader, loginCookie())
  if (token) await database().login.deleteMany({ where: { tokenHash: tokenHash(token) } })
}

/** Ends a login. Gives its ID token, which tells the identity provider whose session ends. */
export async function endLogin(actor: Pick<Actor, 'loginId'>): Promise<string | undefined> {
  const login = await database().login.findUnique({ where: { id: actor.loginId } })
  await database().login.deleteMany({ where: { id: actor.loginId } })
  return login ? openToken(login.id, login.idToken) : undefined
}
