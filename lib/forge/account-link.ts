/**
 * Linking a person's GitHub account: the web flow of a GitHub App's user tokens, with state and PKCE
 * (docs.github.com/apps, "Generating a user access token for a GitHub App"). Tokens expire after eight hours where the App is set so.
 */
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Forbidden, Unavailable } from '#lib/errors.ts'
import { explainRefusal } from './forge-errors.ts'

export interface LinkSettings {
  /** Where people meet GitHub, e.g. https://github.com. */
  webUrl: string
  apiUrl: string
  clientId: string
  clientSecret: string
}

export interface LinkedTokens {
  accessToken: string
  refreshToken: string | null
  accessExpiresAt: Date | null
  refreshExpiresAt: Date | null
}

/** What one linking needs to remember between leaving for GitHub and coming back. */
export interface LinkAttempt {
  state: string
  verifier: string
}

export const newLinkAttempt = (): LinkAttempt => ({
  state: randomBytes(24).toString('base64url'),
  verifier: randomBytes(32).toString('base64url'),
})

/** Where to send the person. */
export function authorizeUrl(settings: LinkSettings, attempt: LinkAttempt, redirectUri: string): string {
  const url = new URL(`${settings.webUrl.replace(/\/$/, '')}/login/oauth/authorize`)
  url.search = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    state: attempt.state,
    code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return url.toString()
}

/** Exchanges the code GitHub sent the person back with. Throws Forbidden where GitHub does not take it. */
export const tokensForCode = (settings: LinkSettings, attempt: LinkAttempt, code: string, redirectUri: string): Promise<LinkedTokens> =>
  requestTokens(settings, { code, code_verifier: attempt.verifier, redirect_uri: redirectUri })

/** Exchanges a refresh token, which can be used once. Throws Forbidden where GitHub does not take it any more. */
export const refreshLink = (settings: LinkSettings, refreshToken: string): Promise<LinkedTokens> =>
  requestTokens(settings, { grant_type: 'refresh_token', refresh_token: refreshToken })

const TokenReply = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().optional(),
  expires_in: z.coerce.number().optional(),
  refresh_token_expires_in: z.coerce.number().optional(),
})

async function requestTokens(settings: LinkSettings, fields: Record<string, string>): Promise<LinkedTokens> {
  const started = Date.now()
  const reply = await post(`${settings.webUrl.replace(/\/$/, '')}/login/oauth/access_token`, {
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    ...fields,
  })
  // GitHub refuses with status 200 and {error}
  const tokens = TokenReply.safeParse(reply)
  if (!tokens.success)
    throw new Forbidden('GitHub did not link your account: the request had expired or was used before. Link your account again.')
  const expiry = (seconds: number | undefined): Date | null => (seconds === undefined ? null : new Date(started + seconds * 1000))
  return {
    accessToken: tokens.data.access_token,
    refreshToken: tokens.data.refresh_token ?? null,
    accessExpiresAt: expiry(tokens.data.expires_in),
    refreshExpiresAt: expiry(tokens.data.refresh_token_expires_in),
  }
}

async function post(url: string, fields: Record<string, string>): Promise<unknown> {
  const sentence = 'GitHub does not answer, so your account could not be linked. Try again in a moment.'
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(20_000),
    })
    if (response.status >= 500) throw new Unavailable('github', sentence)
    return await response.json()
  } catch (error) {
    throw error instanceof Unavailable ? error : new Unavailable('github', sentence, { cause: error })
  }
}

const AccountReply = z.object({ id: z.union([z.number(), z.string()]).transform(String), login: z.string() })

/** Whose token it is. */
export async function accountOf(settings: LinkSettings, accessToken: string): Promise<{ id: string; login: string }> {
  const attempt = { repository: 'your account', doing: 'read its name', caller: 'person' } as const
  let response: Response
  try {
    response = await fetch(`${settings.apiUrl.replace(/\/$/, '')}/user`, {
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${accessToken}`, 'user-agent': 'corbel' },
      signal: AbortSignal.timeout(20_000),
    })
  } catch (error) {
    throw explainRefusal(error, attempt)
  }
  if (!response.ok) throw explainRefusal({ status: response.status, response: { headers: Object.fromEntries(response.headers) } }, attempt)
  return AccountReply.parse(await response.json())
}
