/** What every part of the stand-in shares: its options, its state, where its repositories lie and who it knows. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { notFound } from './problem.ts'
import { repositoryNames, repositoryPath } from './repositories.ts'
import type { Store } from './store.ts'

export interface Person {
  login: string
  name: string
  email: string
}

export interface Webhook {
  url: string
  secret: string
  /** Event names delivered here; all when left out. */
  events?: string[] | undefined
}

export interface GitHubOptions {
  /** A free one when left out or 0. */
  port?: number | undefined
  /** Holds the state file and the bare repositories. */
  directory: string
  app: { id: string; publicKeyPem: string; slug: string }
  oauth: { clientId: string; clientSecret: string; redirectUris?: string[] | undefined }
  webhooks: Webhook[]
  people: Person[]
}

export interface Account {
  id: number
  login: string
  type: 'User' | 'Organization' | 'Bot'
  name: string | null
  email: string | null
}

const accountRow = z.object({
  id: z.number(),
  login: z.string(),
  type: z.enum(['User', 'Organization', 'Bot']),
  name: z.string().nullable(),
  email: z.string().nullable(),
})

export interface Repository {
  id: number
  /** `owner/name` */
  fullName: string
  owner: string
  name: string
  /** The bare repository's folder. */
  path: string
  createdAt: number
}

export interface World {
  options: GitHubOptions
  store: Store
  /** `http://127.0.0.1:PORT` */
  url: string
  /** Prefix of API links, as on GitHub Enterprise Server. */
  apiUrl: string
  now(): number
  /** Runs work on one repository after the work before it: refs, pull requests and the events about them move together. */
  inOrder<T>(repository: Repository, work: () => Promise<T>): Promise<T>
  /** Looks whether deliveries wait. */
  wakeDeliveries(): void
}

/** The queue behind World.inOrder. */
export function repositoryQueues(): World['inOrder'] {
  const tails = new Map<string, Promise<unknown>>()
  return (repository, work) => {
    const mine = (tails.get(repository.fullName) ?? Promise.resolve()).then(work, work)
    // The next in the queue does not care how this one ended; the caller gets the error.
    tails.set(
      repository.fullName,
      mine.catch(() => {}),
    )
    return mine
  }
}

export const botLogin = (world: World): string => `${world.options.app.slug}[bot]`

/** The account of a login. Logins nobody declared (owners of repositories) are organisations. */
export function account(world: World, login: string): Account {
  const found = world.store.one(accountRow, 'SELECT id, login, type, name, email FROM account WHERE login = $login', { login })
  if (found) return found
  world.store.run('INSERT OR IGNORE INTO account (login, type) VALUES ($login, $type)', {
    login,
    type: login.endsWith('[bot]') ? 'Bot' : 'Organization',
  })
  return account(world, login)
}

/** Notes the declared people as accounts; their names and addresses follow the options. */
export function declarePeople(world: World): void {
  for (const { login, name, email } of world.options.people) {
    world.store.run(
      `INSERT INTO account (login, type, name, email) VALUES ($login, 'User', $name, $email)
       ON CONFLICT (login) DO UPDATE SET type = 'User', name = $name, email = $email`,
      { login, name, email },
    )
  }
}

const repositoryRow = z.object({ id: z.number(), created_at: z.number() })

/** A repository by `owner/name`, or undefined. One made on disk while we run is found too. */
export function findRepository(world: World, fullName: string): Repository | undefined {
  const path = repositoryPath(world.options.directory, fullName)
  if (!path) return undefined
  const [owner = '', name = ''] = fullName.split('/')
  const sql = 'SELECT id, created_at FROM repository WHERE name = $name'
  let row = world.store.one(repositoryRow, sql, { name: fullName })
  if (!row) {
    world.store.run('INSERT OR IGNORE INTO repository (name, created_at) VALUES ($name, $now)', { name: fullName, now: world.now() })
    row = world.store.one(repositoryRow, sql, { name: fullName })
  }
  if (!row) throw notFound()
  return { id: row.id, fullName, owner, name, path, createdAt: row.created_at }
}

export function listRepositories(world: World): Repository[] {
  return repositoryNames(world.options.directory).flatMap((name) => findRepository(world, name) ?? [])
}

/** An unguessable secret text with a prefix that says what it is for. */
export const secretText = (prefix: string): string => prefix + randomBytes(27).toString('base64url')
