/**
 * A route is a declaration; this wrapper is the only way from HTTP to a service function:
 *
 *   request id → login → foreign headers → origin check (unsafe methods) → access → parse → handle → audit → reply or problem details
 *
 * `rules.test.ts` walks the route tree and fails on a handler that was not made here. Routes that answer machines
 * (webhooks) declare `access: 'public'` together with `origin: 'any'` and check a signature themselves.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type AccessRule, checkAccess } from '#lib/access/check-access.ts'
import { refuseForeignHeaders } from '#lib/api/foreign-headers.ts'
import { internalProblem, Problem, problemOf } from '#lib/api/problem.ts'
import { readText } from '#lib/api/read-text.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database, translateDatabaseError } from '#lib/database/client.ts'
import { CorbelError, Forbidden, Invalid, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { actorOf } from '#lib/identity/login.ts'
import type { JsonObject } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'

/** Bodies above this many bytes are not read; manifests have their own, smaller limit. */
const maxBodyBytes = 4 * 1024 * 1024

type Shape = z.ZodType | undefined
type Output<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined

export interface RouteContext<Params extends Shape, Query extends Shape, Body extends Shape, Person> {
  params: Output<Params>
  query: Output<Query>
  body: Output<Body>
  actor: Person
  request: Request
  requestId: string
}

/** A reply with another status than the first declared one, or with headers. */
export class Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>
  constructor(status: number, body?: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface RouteDeclaration<Params extends Shape, Query extends Shape, Body extends Shape, Access extends AccessRule> {
  /** One sentence for the OpenAPI document. */
  summary: string
  /** Who may call: see lib/access/check-access.ts. `actor` is null for public routes without a login. */
  access: Access
  params?: Params
  query?: Query
  body?: Body
  /** Body schema by status; the first is the default status. `null` for no body, or for one that is no JSON. */
  reply: Record<number, z.ZodType | null>
  /** Action name in the audit log; mutations without one are a defect that a test finds. 'none: …' says why not. */
  audit?: string
  /**
   * Requests of other sites are refused for unsafe methods, unless this says 'any' (signed webhooks only); for links that
   * do something too where it says 'ours'.
   */
  origin?: 'any' | 'ours'
  handle: (context: RouteContext<Params, Query, Body, Access extends 'public' ? Actor | null : Actor>) => unknown
}

/** What Next calls. `declaration` is kept on it for the OpenAPI document and the test of rules. */
export type RouteHandler = ((request: Request, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>) & {
  declaration: RouteDeclaration<Shape, Shape, Shape, AccessRule>
}

const unsafe = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Makes a route out of its declaration. */
export function route<Params extends Shape, Query extends Shape, Body extends Shape, const Access extends AccessRule>(
  declaration: RouteDeclaration<Params, Query, Body, Access>,
): RouteHandler {
  const handler = async (request: Request, context: { params: Promise<Record<string, string | string[]>> }): Promise<Response> => {
    const requestId = randomUUID()
    const started = performance.now()
    let actor: Actor | null = null
    let response: Response
    let failure: CorbelError | undefined
    let target: JsonObject = {}
    try {
      // the person first, so that a denial of what follows names them
      actor = await actorOf(request.headers.get('cookie'))
      refuseForeignHeaders(request.headers)
      if (unsafe.has(request.method) && declaration.origin !== 'any') refuseOtherOrigins(request)
      if (declaration.origin === 'ours') refuseForeignLinks(request)
      if (!actor && declaration.access !== 'public') throw new Unauthenticated('You are signed out. Sign in again; your drafts are kept.')
      const params = parse(declaration.params, await context.params, 'address')
      const query = parse(declaration.query, queryOf(request.url, declaration.query), 'address')
      const body = declaration.body ? parse(declaration.body, await readBody(request), 'request') : undefined
      for (const named of targetsOf(params, query, body)) {
        target = named
        if (actor) await checkAccess(declaration.access, actor, target)
      }
      const given = await declaration.handle({
        params: params as Output<Params>, // parsed by the schema whose output type this is
        query: query as Output<Query>,
        body: body as Output<Body>,
        actor: actor as Access extends 'public' ? Actor | null : Actor, // null only where access is public, checked above
        request,
        requestId,
      })
      response = given instanceof Response ? given : jsonReply(declaration.reply, given)
    } catch (thrown) {
      const error = translateDatabaseError(thrown)
      if (error instanceof CorbelError) {
        failure = error
        const problem = problemOf(error, requestId)
        response = problemResponse(problem, problem.retryAfterSeconds)
        if (error.status >= 500) log().warn({ requestId, err: error, path: new URL(request.url).pathname }, 'a system did not answer')
      } else {
        log().error({ requestId, err: thrown, path: new URL(request.url).pathname }, 'a route failed')
        response = problemResponse(internalProblem(requestId))
      }
    }
    if (failure?.status === 403) {
      // Anybody can make requests that are nobody's: those would fill a chain that nothing can be removed from.
      if (actor) await auditDenial(deniedAction(declaration.audit), actor, requestId, target, failure)
      else log().warn({ requestId, method: request.method, path: new URL(request.url).pathname, err: failure }, 'a request was refused')
    }
    response.headers.set('x-request-id', requestId)
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store')
    log().debug(
      {
        requestId,
        method: request.method,
        path: new URL(request.url).pathname,
        status: response.status,
        actor: actor?.username,
        ms: Math.round(performance.now() - started),
      },
      'request',
    )
    return response
  }
  // Proof of the cast: the wider type only forgets which schemas the declaration has; nothing calls `handle` through it.
  return Object.assign(handler, { declaration: declaration as unknown as RouteDeclaration<Shape, Shape, Shape, AccessRule> })
}

/** Cross-site request forgery: the browser says where an unsafe request comes from, and it must be us. */
function refuseOtherOrigins(request: Request): void {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  const ours = new URL(config().url).origin
  if (
    origin === ours ||
    (origin === null && (site === 'same-origin' || (site === null && request.headers.get('x-corbel-request') === '1')))
  )
    return
  throw new Forbidden(
    `This request came from ${origin ?? 'another site'}, and changes are only taken from ${ours}. Open Corbel there and try again.`,
  )
}

/** A link followed from another site, where a page of ours or a typed address was expected. */
function refuseForeignLinks(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site')
    throw new Forbidden(
      'This link does something only pages of Corbel may ask for, and it was followed from another site. Start in Corbel.',
    )
}

function parse(schema: Shape, value: unknown, where: 'address' | 'request'): unknown {
  if (!schema) return undefined
  refuseUnstorable(value)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const fields = result.error.issues.map((issue) => ({
    path: issue.path.map((key) => (typeof key === 'number' ? key : String(key))),
    message: issue.message,
  }))
  const first = fields[0]
  throw new Invalid(`The ${where} is not right${first ? `: ${first.path.join('.') || 'it'}: ${first.message}` : ''}.`, fields)
}

/** The database stores every text but these two: refused here, they cannot fail a statement somewhere below. */
function refuseUnstorable(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed())
      throw new Invalid('The text holds a character that is none (NUL, or half of a pair). Remove it and try again.')
  } else if (Array.isArray(value)) for (const item of value) refuseUnstorable(item)
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) refuseUnstorable(item)
}

/** Query parameters as an object: repeated ones as a list where the schema wants a list. */
function queryOf(url: string, schema: Shape): Record<string, string | string[]> {
  const parameters = new URL(url).searchParams
  const shape = schema instanceof z.ZodObject ? schema.shape : {}
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(parameters.keys())) {
    query[name] = isList(shape[name]) ? parameters.getAll(name) : (parameters.get(name) ?? '')
  }
  return query
}

function isList(schema: unknown): boolean {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return isList(schema.def.innerType)
  return schema instanceof z.ZodArray
}

async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? ''
  const text = await readText(
    request,
    maxBodyBytes,
    `The request is larger than ${maxBodyBytes / 1024 / 1024} MiB. Split the change into smaller ones.`,
  )
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new Invalid('The request body is not JSON.')
  }
}

/** What a request is about: one thing, or each of its changes. Whoever may not do one of them may not do them together. */
function targetsOf(params: unknown, query: unknown, body: unknown): JsonObject[] {
  const changes = typeof body === 'object' && body !== null && 'changes' in body && Array.isArray(body.changes) ? body.changes : []
  return changes.length === 0 ? [targetOf(params, query, body)] : changes.map((change: unknown) => targetOf(params, query, change))
}

/** What an audit entry and the access check need to know of a request: the parts of it that name a thing. */
function targetOf(...parts: unknown[]): JsonObject {
  const target: JsonObject = {}
  const take = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    for (const [name, value] of Object.entries(part)) {
      if (['cluster', 'namespace', 'kind', 'name', 'id', 'key', 'action', 'session'].includes(name) && typeof value === 'string')
        target[name] ??= value
      if (name === 'change') take(value)
    }
  }
  for (const part of parts) take(part)
  return target
}

function jsonReply(replies: Record<number, z.ZodType | null>, given: unknown): Response {
  const reply = given instanceof Reply ? given : new Reply(Number(Object.keys(replies)[0] ?? 200), given)
  const schema = replies[reply.status]
  if (schema === undefined) throw new Error(`The route replied ${reply.status}, which it does not declare.`)
  if (schema === null) return new Response(null, { status: reply.status, headers: reply.headers })
  // Parsing on the way out keeps fields that are not declared from leaving.
  return Response.json(schema.parse(reply.body), { status: reply.status, headers: reply.headers })
}

function problemResponse(problem: Problem, retryAfterSeconds?: number): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds))
  return new Response(JSON.stringify(Problem.parse(problem)), { status: problem.status, headers })
}

/** What a denial is recorded as: the action refused, or that something was only asked for. */
const deniedAction = (audit: string | undefined): string => (audit && !audit.startsWith('none') ? audit : 'access.denied')

async function auditDenial(action: string, actor: Actor, requestId: string, target: JsonObject, failure: CorbelError): Promise<void> {
  try {
    await database().$transaction((transaction) =>
      appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action,
        outcome: 'denied',
        target,
        details: { message: failure.message },
      }),
    )
  } catch (error) {
    log().error({ requestId, err: error }, 'a denial could not be written to the audit log')
  }
}
