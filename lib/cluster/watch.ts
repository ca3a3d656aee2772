import { Unavailable } from '#lib/errors.ts'
import { isObject, type Json, textAt, valueAt } from '#lib/json.ts'
import { Gone } from './gone.ts'
import type { WatchEvent } from './kubernetes-object.ts'
import { type Call, type CallOptions, outOfReach } from './request.ts'
import { statusError } from './status-error.ts'

/** The API server ends a watch after this long; spread, so that 600 watches do not come back at once. */
const lifeSeconds = (): number => 270 + Math.floor(Math.random() * 60)

interface Watched {
  path: string
  attempted: CallOptions['attempted']
  labelSelector: string | undefined
  resourceVersion: string
  signal: AbortSignal
}

/**
 * Watches one path from a revision on and resumes when the API server ends the watch. Ends when `signal` is aborted. The
 * connection's own silence limit (connection.ts, longer than five minutes) finds dead ones.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function* watchKind(call: Call, { path, attempted, labelSelector, signal, ...from }: Watched): AsyncGenerator<WatchEvent> {
  let resourceVersion = from.resourceVersion
  while (!signal.aborted) {
    const query = {
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(lifeSeconds()),
      ...(labelSelector ? { labelSelector } : {}),
    }
    try {
      const body = await call.stream({ method: 'GET', path, query, attempted, signal })
      yield { type: 'open', resourceVersion }
      for await (const line of linesOf(body)) {
        const event = eventOf(line, call.cluster, attempted)
        resourceVersion = event.resourceVersion
        yield event
      }
    } catch (error) {
      if (signal.aborted) return
      throw error instanceof Gone ? error : outOfReach(call.cluster, error, signal)
    }
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    for (const [index, line] of lines.entries()) {
      parts.push(line)
      if (index === lines.length - 1) break
      const whole = parts.join('')
      parts = []
      if (whole) yield whole
    }
  }
}

function eventOf(line: string, cluster: string, attempted: CallOptions['attempted']): WatchEvent {
  let event: Json
  try {
    event = JSON.parse(line)
  } catch (error) {
    throw new Unavailable('cluster', `Cluster "${cluster}" sent a broken line in a watch of ${attempted.kind}.`, { cause: error })
  }
  const type = textAt(event, 'type')
  const object = valueAt(event, ['object'])
  if (!isObject(object))
    throw new Unavailable('cluster', `Cluster "${cluster}" sent an event without an object in a watch of ${attempted.kind}.`)
  if (type === 'ERROR') {
    const code = valueAt(object, ['code'])
    throw statusError(typeof code === 'number' ? code : 500, object, { ...attempted, cluster, by: 'portal' })
  }
  const resourceVersion = textAt(object, 'metadata', 'resourceVersion') ?? ''
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion }
  if (type === 'ADDED') return { type: 'added', object, resourceVersion }
  if (type === 'DELETED') return { type: 'deleted', object, resourceVersion }
  return { type: 'modified', object, resourceVersion }
}
