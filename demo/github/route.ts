/** Declarations of REST operations: a pattern, who may, and what it does. */
import type { ZodType } from 'zod'
import { Problem } from './problem.ts'
import type { Actor, Needed } from './tokens.ts'
import type { Repository, World } from './world.ts'

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface Call {
  world: World
  actor: Actor
  /** The login the act is shown under. */
  sender: string
  query: URLSearchParams
  /** The request body as parsed JSON; undefined where there was none. */
  body: unknown
  /** A decoded piece of the path. */
  param(name: string): string
  /** As param, for ids. Throws 404 for anything else than a positive number. */
  id(name: string): number
  /** One page of a list as the query asks (`page`, `per_page`); the answer then carries GitHub's Link header. */
  page<T>(items: T[]): T[]
}

export interface RepositoryCall extends Call {
  repository: Repository
}

/** `/repos/{owner}/{repo}` operations name the permission they need; the router has checked it and found the repository. */
export type Operation = { method: string; pattern: RegExp; names: string[] } & (
  | { on: 'repository'; needed: Needed; handle(call: RepositoryCall): Promise<Answer> | Answer }
  | { on: 'app' | 'installation' | 'user' | 'anyone'; handle(call: Call): Promise<Answer> | Answer }
)

/** `GET /a/{b}/{c+}`: `{b}` is one segment (slashes in it encoded), `{c+}` the rest of the path. */
function compile(declaration: string): Pick<Operation, 'method' | 'pattern' | 'names'> {
  const [method = '', path = ''] = declaration.split(' ')
  const names: string[] = []
  const pattern = path.replace(/[.]/g, '\\.').replace(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => {
    names.push(name)
    return rest ? '(.+)' : '([^/]+)'
  })
  return { method, names, pattern: new RegExp(`^${pattern}/?$`) }
}

export const onRepository = (
  declaration: string,
  needed: Needed,
  handle: (call: RepositoryCall) => Promise<Answer> | Answer,
): Operation => {
  const [method = '', path = ''] = declaration.split(' ')
  return { ...compile(`${method} /repos/{owner}/{repo}${path}`), on: 'repository', needed, handle }
}

export const operation = (
  declaration: string,
  on: 'app' | 'installation' | 'user' | 'anyone',
  handle: (call: Call) => Promise<Answer> | Answer,
): Operation => ({ ...compile(declaration), on, handle })

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }

/** Reads a body through a schema; throws GitHub's 422 for one that does not fit. */
export function readBody<T>(schema: ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body ?? {})
  if (read.success) return read.data
  const complaints = read.error.issues.map((issue) => `For '${issue.path.join('/')}', ${issue.message}.`)
  throw new Problem(422, `Invalid request.\n\n${complaints.join('\n')}`)
}
