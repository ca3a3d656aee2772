/** Answers REST requests: finds the operation, checks who calls, and adds what GitHub's answers always carry. */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readText } from '../http-body.ts'
import { notFound, Problem, problemBody } from '../problem.ts'
import type { Answer, Call, Operation } from '../route.ts'
import type { Simulation } from '../simulate.ts'
import { type Actor, actorLogin, authenticate, mayDo, maySee } from '../tokens.ts'
import { findRepository, type World } from '../world.ts'
import { accountOperations } from './accounts.ts'
import { checkOperations } from './checks.ts'
import { contentOperations } from './contents.ts'
import { gitDataOperations } from './git-data.ts'
import { pullOperations } from './pulls.ts'

const operations: Operation[] = [...accountOperations, ...checkOperations, ...pullOperations, ...gitDataOperations, ...contentOperations]

const apiPrefix = '/api/v3'
const apiRoots = new Set(['app', 'installation', 'orgs', 'rate_limit', 'repos', 'user', 'users'])

/** The API path of a request (`/api/v3/...` or `/repos/...`), or undefined when it asks for a page. */
export function apiPath(pathname: string): string | undefined {
  if (pathname === apiPrefix || pathname.startsWith(`${apiPrefix}/`)) return pathname.slice(apiPrefix.length) || '/'
  return apiRoots.has(pathname.split('/')[1] ?? '') ? pathname : undefined
}

interface Paging {
  page: number
  pages: number
}

function pageOf<T>(query: URLSearchParams, items: T[], note: (paging: Paging) => void): T[] {
  const size = Math.min(100, Math.max(1, Math.trunc(Number(query.get('per_page') ?? 30)) || 30))
  const page = Math.max(1, Math.trunc(Number(query.get('page') ?? 1)) || 1)
  note({ page, pages: Math.max(1, Math.ceil(items.length / size)) })
  return items.slice((page - 1) * size, page * size)
}

/** `Link` with first, prev, next and last, as GitHub leaves out those that lead nowhere. */
function linkHeader(url: URL, { page, pages }: Paging): string | undefined {
  const to = (target: number, relation: string) => {
    const address = new URL(url)
    address.searchParams.set('page', String(target))
    return `<${address}>; rel="${relation}"`
  }
  const links = [
    ...(page > 1 ? [to(Math.min(page - 1, pages), 'prev')] : []),
    ...(page < pages ? [to(page + 1, 'next'), to(pages, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ]
  return links.length > 0 ? links.join(', ') : undefined
}

/** Whether the caller may call this at all; finds the repository of `/repos/...`. */
function admit(world: World, operation: Operation, actor: Actor, call: Call, method: string) {
  if (operation.on === 'anyone') return undefined
  if (actor.kind === 'nobody')
    throw method === 'GET' && operation.on === 'repository' ? notFound() : new Problem(401, 'Requires authentication')
  if (operation.on === 'repository') {
    const repository = findRepository(world, `${call.param('owner')}/${call.param('repo')}`)
    if (actor.kind === 'app') throw new Problem(401, 'Bad credentials')
    if (!repository || !maySee(actor, repository)) throw notFound()
    if (!mayDo(actor, operation.needed)) {
      throw new Problem(403, actor.kind === 'user' ? 'You must authenticate via a GitHub App.' : 'Resource not accessible by integration')
    }
    return repository
  }
  if (operation.on === actor.kind) return undefined
  if (operation.on === 'app') throw new Problem(401, 'A JSON web token could not be decoded')
  throw new Problem(403, 'Resource not accessible by integration')
}

async function answer(
  world: World,
  method: string,
  path: string,
  url: URL,
  actor: Actor,
  text: string,
  note: (paging: Paging) => void,
): Promise<Answer> {
  if (path === '/' && method === 'GET')
    return { status: 200, body: { current_user_url: `${world.apiUrl}/user`, rate_limit_url: `${world.apiUrl}/rate_limit` } }
  for (const operation of operations) {
    const match = operation.method === method ? operation.pattern.exec(path) : null
    if (!match) continue
    const params = new Map(operation.names.map((name, index) => [name, decodeSegment(match[index + 1] ?? '')]))
    const param = (name: string): string => params.get(name) ?? ''
    const call: Call = {
      world,
      actor,
      sender: actorLogin(world, actor),
      query: url.searchParams,
      body: undefined,
      param,
      id: (name) => {
        if (!/^[1-9]\d{0,14}$/.test(param(name))) throw notFound()
        return Number(param(name))
      },
      page: (items) => pageOf(url.searchParams, items, note),
    }
    const repository = admit(world, operation, actor, call, method)
    call.body = parseJson(text)
    if (operation.on !== 'repository') return operation.handle(call)
    if (!repository) throw notFound()
    return operation.handle({ ...call, repository })
  }
  throw notFound()
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw notFound()
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, 'Problems parsing JSON')
  }
}

/** Handles REST for one world; counts the hourly limit per caller. */
export function restHandler(world: World, simulation: Simulation) {
  const used = new Map<string, { reset: number; count: number }>()
  const limits = (caller: string): Record<string, string> => {
    const now = Math.floor(world.now() / 1000)
    let window = used.get(caller)
    if (!window || window.reset <= now) window = { reset: now + 3600, count: 0 }
    window.count += 1
    if (used.size > 1000) used.clear()
    used.set(caller, window)
    const limit = 5000
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - window.count)),
      'x-ratelimit-reset': String(window.reset),
      'x-ratelimit-used': String(window.count),
      'x-ratelimit-resource': 'core',
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, url: URL, path: string): Promise<void> => {
    const method = request.method ?? 'GET'
    const headers: Record<string, string> = {
      'x-github-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-github-media-type': 'github.v3; format=json',
      'cache-control': 'private, max-age=60, s-maxage=60',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
    }
    let result: Answer
    let paging: Paging | undefined
    try {
      const text = await readText(request)
      simulation.intervene()
      const actor = authenticate(world, request.headers.authorization)
      Object.assign(headers, limits(actorLogin(world, actor)))
      result = await answer(world, method, path, url, actor, text, (noted) => {
        paging = noted
      })
    } catch (error) {
      if (!(error instanceof Problem)) console.error(`GitHub stand-in: ${method} ${path} failed:`, error)
      const problem = error instanceof Problem ? error : new Problem(500, 'Server Error')
      result = { status: problem.status, body: problemBody(problem), headers: problem.headers }
    }
    Object.assign(headers, result.headers)
    const link = paging && linkHeader(new URL(world.apiUrl + path + url.search), paging)
    if (link) headers.link = link
    if (result.body === undefined) {
      response.writeHead(result.status, headers).end()
      return
    }
    const body = JSON.stringify(result.body)
    headers['content-type'] = 'application/json; charset=utf-8'
    if (method === 'GET' && result.status === 200) {
      headers.etag = `W/"${createHash('sha256').update(body).digest('hex')}"`
      if (request.headers['if-none-match']?.split(/,\s*/).includes(headers.etag)) {
        response.writeHead(304, headers).end()
        return
      }
    }
    response.writeHead(result.status, headers).end(body)
  }
}
