/**
 * A person's linked GitHub account. Linking leaves for GitHub with a state and a PKCE verifier kept in an encrypted cookie of ten minutes,
 * and comes back with a code; the tokens are stored sealed. Using the account refreshes its token ahead of time, one request at a time.
 */
import { z } from 'zod'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Forbidden, Invalid } from '#lib/errors.ts'
import { accountOf, authorizeUrl, type LinkedTokens, newLinkAttempt, refreshLink, tokensForCode } from '#lib/forge/account-link.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { cookieName, cookieValue } from '#lib/identity/login.ts'
import { seal, unseal } from '#lib/identity/seal.ts'
import { safeReturnTo } from '#lib/identity/sign-in.ts'

const attemptSeconds = 600
/** A token that ends within this time is refreshed before it is used, in milliseconds. */
const refreshAhead = 5 * 60_000

const Attempt = z.object({ state: z.string(), verifier: z.string(), returnTo: z.string(), userId: z.string(), until: z.number() })

const secure = (): boolean => config().url.startsWith('https:')
const linkCookie = (): string => cookieName('github-link')
const setCookie = (value: string, maxAge: number): string =>
  `${linkCookie()}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure() ? '; Secure' : ''}`
const redirectUri = (): string => `${config().url}/api/github/callback`
const settings = () => ({ ...config().github, webUrl: config().github.url })

const redirect = (location: string, cookie: string): Response =>
  new Response(null, { status: 303, headers: { location, 'set-cookie': cookie } })

/** Sends the person to GitHub. `returnTo` is the page they come back to; anything but a page of ours becomes the home page. */
export function beginLink(actor: Actor, returnTo: string | undefined): Response {
  const attempt = newLinkAttempt()
  const kept = { ...attempt, returnTo: safeReturnTo(returnTo), userId: actor.userId, until: Date.now() + attemptSeconds * 1000 }
  const cookie = seal(config().secret, 'github link', JSON.stringify(kept))
  return redirect(authorizeUrl(settings(), attempt, redirectUri()), setCookie(cookie, attemptSeconds))
}

/** The person is back from GitHub: stores the link and goes to the page they came from. Declining is no error. */
export async function finishLink(actor: Actor, request: Request, requestId: string): Promise<Response> {
  const kept = readAttempt(request.headers.get('cookie'))
  const answer = new URL(request.url).searchParams
  if (!kept || kept.userId !== actor.userId || kept.until < Date.now() || kept.state !== answer.get('state')) {
    throw new Invalid('Linking your GitHub account took too long or was started in another window. Start again from your profile.')
  }
  const code = answer.get('code')
  if (!code) return redirect(kept.returnTo, setCookie('', 0))
  const tokens = await tokensForCode(settings(), kept, code, redirectUri())
  const account = await accountOf(settings(), tokens.accessToken)
  await database().$transaction(async (transaction) => {
    const link = { githubId: account.id, login: account.login, ...tokenColumns(actor.userId, tokens) }
    await transaction.githubLink.upsert({ where: { userId: actor.userId }, create: { userId: actor.userId, ...link }, update: link })
    await appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: 'github.linked',
      outcome: 'succeeded',
      target: {},
      details: { login: account.login },
    })
  })
  return redirect(kept.returnTo, setCookie('', 0))
}

function readAttempt(cookies: string | null): z.infer<typeof Attempt> | undefined {
  const text = unseal(config().secret, 'github link', cookieValue(cookies, linkCookie()) ?? '')
  return text === undefined ? undefined : Attempt.safeParse(JSON.parse(text)).data
}

/** Forgets the link and its tokens. Nothing happens where there is none. */
export async function unlink(actor: Actor, requestId: string): Promise<void> {
  await database().$transaction(async (transaction) => {
    const { count } = await transaction.githubLink.deleteMany({ where: { userId: actor.userId } })
    if (count === 0) return
    const record = { requestId, actor: actor.username, action: 'github.unlinked', outcome: 'succeeded', target: {}, details: {} } as const
    await appendAudit(transaction, record)
  })
}

const purpose = (userId: string): string => `github ${userId}`

function tokenColumns(userId: string, tokens: LinkedTokens) {
  const sealed = (text: string): string => seal(config().secret, purpose(userId), text)
  return {
    accessToken: sealed(tokens.accessToken),
    refreshToken: tokens.refreshToken === null ? null : sealed(tokens.refreshToken),
    accessExpiresAt: tokens.accessExpiresAt,
    refreshExpiresAt: tokens.refreshExpiresAt,
  }
}

/** Whether pull requests of this person are opened with their own account. */
export async function hasAccount(userId: string): Promise<boolean> {
  return (await database().githubLink.count({ where: { userId } })) > 0
}

/**
 * The person's GitHub token, or undefined where no account is linked or GitHub has ended the link (it is then forgotten). A token can be
 * refreshed once only, so the row is locked meanwhile. Throws Unavailable when GitHub does not answer.
 */
export async function accountToken(userId: string): Promise<string | undefined> {
  const link = await database().githubLink.findUnique({ where: { userId } })
  if (!link) return undefined
  const opened = (text: string): string | undefined => unseal(config().secret, purpose(userId), text)
  const fresh = (until: Date | null): boolean => until === null || until.getTime() - Date.now() > refreshAhead
  if (fresh(link.accessExpiresAt)) return opened(link.accessToken)
  try {
    return await database().$transaction(
      async (transaction) => {
        await transaction.$queryRaw`SELECT 1 FROM github_link WHERE "userId" = ${userId}::uuid FOR UPDATE`
        const locked = await transaction.githubLink.findUnique({ where: { userId } })
        if (!locked) return undefined
        if (fresh(locked.accessExpiresAt)) return opened(locked.accessToken)
        const refreshToken = locked.refreshToken === null ? undefined : opened(locked.refreshToken)
        if (!refreshToken) throw new Forbidden('The link to your GitHub account has ended. Link it again.')
        const tokens = await refreshLink(settings(), refreshToken)
        await transaction.githubLink.update({ where: { userId }, data: tokenColumns(userId, tokens) })
        return tokens.accessToken
      },
      { timeout: 30_000 },
    )
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error
    await database().githubLink.deleteMany({ where: { userId } })
    return undefined
  }
}
