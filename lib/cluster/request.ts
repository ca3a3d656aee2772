import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, request } from 'undici'
import { CorbelError, TooLarge, Unavailable } from '#lib/errors.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import type { Approach } from './connection.ts'
import type { Answer, ObjectRef } from './kubernetes-object.ts'
import { retryDelay } from './retry-delay.ts'
import { type Attempted, statusError } from './status-error.ts'

export interface Identity {
  by: 'person' | 'portal'
  approach: () => Promise<Approach>
}

export interface CallOptions {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string>
  body?: Json
  /** Sent as they are, instead of `body`. */
  bytes?: string
  contentType?: string
  /** Beside those of the identity; never headers of somebody else's request. */
  headers?: Record<string, string>
  accept?: string
  attempted: Omit<Attempted, 'cluster' | 'by'>
  signal?: AbortSignal | undefined
}

export interface ExactAnswer extends Answer<Json> {
  text: string
}

/** One call to the API server, answered with parsed JSON; `stream` gives the body as it comes. */
export interface Call {
  (options: CallOptions): Promise<Answer<Json>>
  stream: (options: CallOptions) => Promise<Dispatcher.ResponseData['body']>
  /** Never tried again; `text` is the answer as it came, in which integers are exact. */
  exact: (options: CallOptions) => Promise<ExactAnswer>
  cluster: string
}

const readTries = 3
/** Longer waits are the caller's decision, so they are passed on as an error. */
const longestPauseMs = 5_000
const largestBytes = 1024 * 1024
/** A person waits for the answer: a cluster that hangs must not hold a page longer than this. Writes may wait for webhooks. */
const personReadMs = 5_000
const personWriteMs = 20_000

const isQuestion = (method: string, path: string): boolean =>
  method === 'GET' || /^\/apis\/auth(orization|entication)\.k8s\.io\//.test(path)

/** Throws TooLarge for an object above 1 MiB; etcd refuses it anyway, after the upload. */
export function asTooLarge(object: JsonObject, { kind, name }: ObjectRef): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(object))
  if (bytes > largestBytes)
    throw new TooLarge(`${kind} "${name}" is ${(bytes / largestBytes).toFixed(1)} MiB. A resource may have 1 MiB at most: shorten it.`)
  return object
}

/** Makes calls as one identity. Reads are tried again where that can help; writes never are. */
export function caller(cluster: string, server: string, { by, approach }: Identity): Call {
  const send = async ({ method, path, query = {}, body, bytes, contentType, accept, headers: extra, signal }: CallOptions) => {
    const { dispatcher, headers } = await approach()
    const content = bytes ?? (body === undefined ? undefined : JSON.stringify(body))
    const search = new URLSearchParams(query).toString()
    try {
      return await request(`${server}${path}${search ? `?${search}` : ''}`, {
        method,
        dispatcher,
        headers: {
          accept: accept ?? 'application/json',
          ...(content === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
          ...extra,
          ...headers,
        },
        ...(content === undefined ? {} : { body: content }),
        ...(signal ? { signal } : {}),
        ...(by === 'person' ? { headersTimeout: isQuestion(method, path) ? personReadMs : personWriteMs } : {}),
      })
    } catch (error) {
      throw outOfReach(cluster, error, signal)
    }
  }

  const failure = async ({ statusCode, headers, body }: Dispatcher.ResponseData, { attempted, body: sent }: CallOptions) => {
    const text = await body.text().catch(() => '')
    return statusError(statusCode, parsed(text), { ...attempted, cluster, by }, { retryAfterSeconds: secondsOf(headers), sent })
  }

  const exact = async (options: CallOptions): Promise<ExactAnswer> => {
    const response = await send(options)
    if (response.statusCode >= 300) throw await failure(response, options)
    const { value, text } = await jsonOf(response, cluster, options.signal)
    return { value, text, warnings: warningsOf(response.headers), auditId: first(response.headers['audit-id']) }
  }
  const once = async (options: CallOptions): Promise<Answer<Json>> => {
    const { text: _, ...answer } = await exact(options)
    return answer
  }

  const call = async (options: CallOptions): Promise<Answer<Json>> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(options)
      } catch (error) {
        const pause = options.method === 'GET' && attempt + 1 < readTries ? pauseAfter(error, attempt) : undefined
        if (pause === undefined || pause > longestPauseMs) throw error
        await sleep(pause, undefined, { signal: options.signal })
      }
    }
  }
  const stream = async (options: CallOptions) => {
    const response = await send(options)
    if (response.statusCode >= 300) throw await failure(response, options)
    return response.body
  }
  return Object.assign(call, { stream, exact, cluster })
}

function pauseAfter(error: unknown, attempt: number): number | undefined {
  // whoever did not answer in time has had its time
  if (!(error instanceof CorbelError) || /^UND_ERR_(HEADERS|CONNECT)_TIMEOUT$/.test(codeOf(error))) return undefined
  return retryDelay(
    error.status,
    attempt,
    'retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number' ? error.retryAfterSeconds : undefined,
  )
}

/** A network or TLS failure as a sentence; an abort stays what it is. */
export function outOfReach(cluster: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted || error instanceof CorbelError) return error
  const code = codeOf(error)
  const why = networkReasons[code] ?? (/CERT|SIGNATURE|TLS|SSL/.test(code) ? 'its certificate is not trusted' : 'the connection failed')
  return new Unavailable('cluster', `Cluster "${cluster}" is out of reach: ${why}${code ? ` (${code})` : ''}. Try again in a moment.`, {
    cause: error,
  })
}

const networkReasons: Record<string, string> = {
  ECONNREFUSED: 'nothing answers at its address',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it went silent',
  ETIMEDOUT: 'it does not answer in time',
}

/** Whether a failure means that nothing was sent at all: no connection came about. */
export const neverSent = (error: unknown): boolean =>
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG)$|CERT|SIGNATURE/.test(codeOf(error))

function codeOf(error: unknown): string {
  for (let here: unknown = error, depth = 0; here instanceof Error && depth < 5; here = here.cause, depth++) {
    // our own errors have a code too, which says nothing about the network
    if (!(here instanceof CorbelError) && 'code' in here && typeof here.code === 'string') return here.code
    if (here instanceof AggregateError && here.errors.length > 0) return codeOf(here.errors[0])
  }
  return ''
}

async function jsonOf(
  { body }: Dispatcher.ResponseData,
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<{ value: Json; text: string }> {
  let text: string
  try {
    text = await body.text()
  } catch (error) {
    throw outOfReach(cluster, error, signal)
  }
  const value = parsed(text)
  if (value === undefined)
    throw new Unavailable('cluster', `Cluster "${cluster}" answered with something that is not JSON. Is a proxy in between?`)
  return { value, text }
}

function parsed(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

type Headers = Dispatcher.ResponseData['headers']
const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

function secondsOf(headers: Headers): number | undefined {
  const seconds = Number(first(headers['retry-after']))
  return Number.isFinite(seconds) && first(headers['retry-after']) ? seconds : undefined
}

/** The texts of `Warning: 299 - "text"` headers (RFC 7234 section 5.5); several may share one header. */
export function warningsOf(headers: Headers): string[] {
  const lines = [headers.warning ?? []].flat()
  return lines.flatMap((line) => [...line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')))
}
