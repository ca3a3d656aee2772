/** The identity provider as an outside system: its discovery document, refreshing tokens, where signing out ends. */
import { z } from 'zod'
import { type Config, config } from '#lib/config/config.ts'
import { Unauthenticated, Unavailable } from '#lib/errors.ts'
import { isObject, type JsonObject } from '#lib/json.ts'

const Discovery = z.object({
  issuer: z.string(),
  token_endpoint: z.url(),
  end_session_endpoint: z.url().optional(),
})
type Discovery = z.infer<typeof Discovery>

const TokenReply = z.object({ id_token: z.string(), refresh_token: z.string().optional() })

const timeoutMs = 10_000
const held = globalThis as typeof globalThis & { corbelDiscovery?: { at: number; document: Discovery } }
const discoveryLifetimeMs = 10 * 60_000

const away = (cause?: unknown): Unavailable =>
  new Unavailable(
    'identity-provider',
    'The identity provider does not answer, so your sign-in could not be renewed. Reading goes on where it can; try again in a moment.',
    { cause },
  )

/** The discovery document (OpenID Connect Discovery 1.0), kept for ten minutes. Throws Unavailable, or a sentence about a wrong issuer. */
export async function discover(settings: Config['oidc'] = config().oidc): Promise<Discovery> {
  const kept = held.corbelDiscovery
  if (kept && Date.now() - kept.at < discoveryLifetimeMs) return kept.document
  let body: unknown
  try {
    const response = await fetch(settings.discoveryUrl, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`discovery answered ${response.status}`)
    body = await response.json()
  } catch (error) {
    throw away(error)
  }
  const document = Discovery.safeParse(body)
  if (!document.success) throw away(document.error)
  if (document.data.issuer !== settings.issuer) {
    throw new Unavailable(
      'identity-provider',
      `The identity provider calls itself ${document.data.issuer}, but OIDC_ISSUER says ${settings.issuer}. A platform engineer must set OIDC_ISSUER right.`,
    )
  }
  held.corbelDiscovery = { at: Date.now(), document: document.data }
  return document.data
}

/** New tokens for a refresh token (RFC 6749 §6). Throws Unauthenticated when the provider has ended the login, Unavailable when it is away. */
export async function refreshTokens(refreshToken: string): Promise<{ idToken: string; refreshToken: string }> {
  const settings = config().oidc
  const { token_endpoint } = await discover(settings)
  let response: Response
  let body: unknown
  try {
    response = await fetch(token_endpoint, {
      method: 'POST',
      headers: {
        authorization: basic(settings.clientId, settings.clientSecret),
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    body = await response.json().catch(() => undefined)
  } catch (error) {
    throw away(error)
  }
  if (response.status >= 500 || response.status === 429) throw away(new Error(`the token endpoint answered ${response.status}`))
  const tokens = TokenReply.safeParse(body)
  if (!response.ok || !tokens.success)
    throw new Unauthenticated('Your sign-in has ended at the identity provider. Sign in again; your drafts are kept.')
  return { idToken: tokens.data.id_token, refreshToken: tokens.data.refresh_token ?? refreshToken }
}

/** Where the browser goes to end its session at the provider (RP-initiated logout), or undefined where it has no such page. */
export async function logoutAddress(idToken: string | undefined, returnTo: string): Promise<string | undefined> {
  const { end_session_endpoint } = await discover()
  if (!end_session_endpoint) return undefined
  const address = new URL(end_session_endpoint)
  address.searchParams.set('client_id', config().oidc.clientId)
  address.searchParams.set('post_logout_redirect_uri', returnTo)
  if (idToken) address.searchParams.set('id_token_hint', idToken)
  return address.href
}

// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** The claims of a token that came straight from the token endpoint over a trusted connection (OpenID Connect Core §3.1.3.7, 6). */
export function claimsOf(idToken: string): JsonObject {
  try {
    const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** Who a token's claims name. Throws Unauthenticated when the username claim is missing. */
export function personOf(claims: JsonObject): { username: string; name: string; email: string | null; groups: string[]; expiresAt: Date } {
  const settings = config().oidc
  const username = claims[settings.usernameClaim]
  if (typeof username !== 'string' || username === '') {
    throw new Unauthenticated(
      `The identity provider did not send the claim "${settings.usernameClaim}" that names you. A platform engineer must add it, or change OIDC_USERNAME_CLAIM.`,
    )
  }
  // As the API server has it: whoever may write any address into their profile must not become its owner.
  if (settings.usernameClaim === 'email' && claims.email_verified === false) {
    throw new Unauthenticated(
      `Your e-mail address ${username} is not verified at the identity provider, and Corbel knows people by it. Verify it there, then sign in again.`,
    )
  }
  const groups = claims[settings.groupsClaim]
  return {
    username,
    name: typeof claims.name === 'string' ? claims.name : username,
    email: typeof claims.email === 'string' ? claims.email : null,
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    expiresAt: new Date((typeof claims.exp === 'number' ? claims.exp : 0) * 1000),
  }
}
