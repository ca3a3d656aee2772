/** Who calls: App JWTs, installation tokens, people's tokens and browser sessions. Tokens are kept as SHA-256 only. */
import { createHash, createVerify } from 'node:crypto'
import { z } from 'zod'
import { Problem } from './problem.ts'
import { botLogin, type Repository, secretText, type World } from './world.ts'

export type Permissions = Record<string, string>

/** What the demo's GitHub App was granted. */
export const appPermissions: Permissions = {
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
}

export type Actor =
  | { kind: 'nobody' }
  | { kind: 'app' }
  | { kind: 'user'; login: string }
  | { kind: 'installation'; owner: string; permissions: Permissions; repositories: string[] | undefined }

/** The login an actor's acts are shown under. */
export function actorLogin(world: World, actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.login
    case 'installation':
    case 'app':
      return botLogin(world)
    case 'nobody':
      return 'ghost'
    default:
      return actor satisfies never
  }
}

export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const tokenRow = z.object({
  kind: z.enum(['installation', 'user', 'refresh', 'session']),
  subject: z.string(),
  permissions: z.string(),
  repositories: z.string().nullable(),
  expires_at: z.number(),
})

type TokenKind = z.infer<typeof tokenRow>['kind']
const prefixes: Record<TokenKind, string> = { installation: 'ghs_', user: 'ghu_', refresh: 'ghr_', session: 'session_' }

export interface Grant {
  kind: TokenKind
  /** A person's login, or the installation's owner. */
  subject: string
  permissions?: Permissions
  /** Names (without owner) an installation token is limited to. */
  repositories?: string[] | undefined
  seconds: number
}

/** Makes a token; `expiresAt` in milliseconds. */
export function issueToken(world: World, grant: Grant): { token: string; expiresAt: number } {
  const token = secretText(prefixes[grant.kind])
  const expiresAt = world.now() + grant.seconds * 1000
  world.store.run(
    `INSERT INTO token (hash, kind, subject, permissions, repositories, expires_at)
     VALUES ($hash, $kind, $subject, $permissions, $repositories, $expiresAt)`,
    {
      hash: secretHash(token),
      kind: grant.kind,
      subject: grant.subject,
      permissions: JSON.stringify(grant.permissions ?? {}),
      repositories: grant.repositories ? JSON.stringify(grant.repositories) : null,
      expiresAt,
    },
  )
  world.store.run('DELETE FROM token WHERE expires_at < $longAgo', { longAgo: world.now() - 86_400_000 })
  return { token, expiresAt }
}

/** The live token of a kind behind a secret, or undefined. */
export function findToken(world: World, token: string, kind: TokenKind) {
  return world.store.one(tokenRow, 'SELECT * FROM token WHERE hash = $hash AND kind = $kind AND expires_at > $now', {
    hash: secretHash(token),
    kind,
    now: world.now(),
  })
}

export function revokeToken(world: World, token: string): void {
  world.store.run('DELETE FROM token WHERE hash = $hash', { hash: secretHash(token) })
}

const claims = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() })

/** Why a JWT is not the App's, in GitHub's words, or undefined when it is. Only RS256 with the App's key, at most ten minutes long. */
function complaintAboutAppJwt(world: World, jwt: string): string | undefined {
  const [header = '', payload = '', mark = ''] = jwt.split('.')
  const wrong = 'A JSON web token could not be decoded'
  try {
    const { alg } = z.object({ alg: z.string() }).parse(JSON.parse(Buffer.from(header, 'base64url').toString()))
    const verifier = createVerify('RSA-SHA256').update(`${header}.${payload}`)
    if (alg !== 'RS256' || !verifier.verify(world.options.app.publicKeyPem, Buffer.from(mark, 'base64url'))) return wrong
    const { iss, iat, exp } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    const now = world.now() / 1000
    if (String(iss) !== world.options.app.id && String(iss) !== world.options.oauth.clientId) return 'Integration not found'
    if (iat > now + 60) return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
    if (exp <= now)
      return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
    if (exp > now + 660) return "'Expiration time' claim ('exp') is too far in the future"
    return undefined
  } catch {
    return wrong
  }
}

/** Reads an Authorization header. Throws 401 for a token nobody issued or one that ended. */
export function authenticate(world: World, authorization: string | undefined): Actor {
  if (!authorization) return { kind: 'nobody' }
  const [scheme = '', credentials = ''] = authorization.trim().split(/\s+/, 2)
  if (!/^(token|bearer)$/i.test(scheme)) {
    if (/^basic$/i.test(scheme)) return tokenActor(world, Buffer.from(credentials, 'base64').toString().split(':').slice(1).join(':'))
    throw new Problem(401, 'Bad credentials')
  }
  if (credentials.split('.').length === 3) {
    const complaint = complaintAboutAppJwt(world, credentials)
    if (complaint) throw new Problem(401, complaint)
    return { kind: 'app' }
  }
  return tokenActor(world, credentials)
}

function tokenActor(world: World, token: string): Actor {
  const user = findToken(world, token, 'user')
  if (user) return { kind: 'user', login: user.subject }
  const installation = findToken(world, token, 'installation')
  if (!installation) throw new Problem(401, 'Bad credentials')
  const { permissions, repositories } = installation
  return {
    kind: 'installation',
    owner: installation.subject,
    permissions: z.record(z.string(), z.string()).parse(JSON.parse(permissions)),
    repositories: repositories === null ? undefined : z.array(z.string()).parse(JSON.parse(repositories)),
  }
}

/** Whether the actor may see a repository at all. The stand-in's repositories are private, and every demo person is a member. */
export function maySee(actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'user') return true
  if (actor.kind !== 'installation' || actor.owner !== repository.owner) return false
  return actor.repositories === undefined || actor.repositories.includes(repository.name)
}

/** One of these is enough: `contents:read`, `checks:write`... */
export type Needed = `${string}:${'read' | 'write'}`[]

/** Whether an actor who sees the repository may also do this. People may write everything except checks, which belong to Apps. */
export function mayDo(actor: Actor, needed: Needed): boolean {
  if (actor.kind === 'user') return !needed.includes('checks:write')
  if (actor.kind !== 'installation') return false
  return needed.some((one) => {
    const [name = '', level] = one.split(':')
    const granted = actor.permissions[name]
    return granted === 'write' || granted === 'admin' || (granted === 'read' && level === 'read')
  })
}
