/**
 * Live pages: a stream of server-sent events that say what changed, never how; the page reads it again under its own
 * rights. Pings are gathered for half a second, cut to what the person may see, and merged. A comment every 20 s keeps
 * proxies from closing the stream; it ends when the login does.
 */
import { covers, type Grant } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { config } from '#lib/config/config.ts'
import { database, isDatabaseUnreachable, type Ping } from '#lib/database/client.ts'
import { CorbelError, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { type PingHub, pingHub } from './ping-hub.ts'

const gatherMs = 500
const heartbeatMs = 20_000
const manyIds = 10

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelPings?: PingHub }

/** Pings cut to what somebody may see and merged: one per scope and cluster, and per proposal or session. Pure. */
export function mergePings(pings: Ping[], grants: Grant[]): Ping[] {
  const merged = new Map<string, Ping>()
  const namespaces = new Map<string, Set<string> | 'all'>()
  for (const ping of pings) {
    const visible = visiblePart(ping, grants)
    if (!visible) continue
    const key = `${visible.scope}/${visible.cluster ?? ''}/${visible.id ?? ''}`
    merged.set(key, { ...visible })
    const before = namespaces.get(key)
    if (before === 'all' || !visible.namespaces) namespaces.set(key, 'all')
    else namespaces.set(key, new Set([...(before ?? []), ...visible.namespaces]))
  }
  const result = [...merged].map(([key, { namespaces: _, ...ping }]): Ping => {
    const of = namespaces.get(key)
    return of && of !== 'all' ? { ...ping, namespaces: [...of] } : ping
  })
  const withId = result.filter(({ id }) => id !== undefined)
  if (withId.length <= manyIds) return result
  const scopes = new Set(withId.map(({ scope }) => scope))
  return [...result.filter(({ id }) => id === undefined), ...[...scopes].map((scope) => ({ scope }))]
}

function visiblePart(ping: Ping, grants: Grant[]): Ping | undefined {
  const { cluster, namespaces } = ping
  if (cluster === undefined || ping.scope === 'kinds' || ping.scope === 'cluster') return ping
  if (!grants.some((grant) => grant.cluster === cluster)) return undefined
  if (!namespaces) return ping
  const seen = namespaces.filter((namespace) => covers(grants, cluster, namespace))
  return seen.length > 0 ? { ...ping, namespaces: seen } : undefined
}

/** The stream for one person's tab; ends with the signal or the login. */
export function liveEvents(actor: Actor, signal: AbortSignal): ReadableStream<Uint8Array> {
  held.corbelPings ??= pingHub(config().databaseUrl)
  const hub = held.corbelPings
  const encoder = new TextEncoder()
  let stop = (): void => {}
  return new ReadableStream({
    start: (controller) => {
      let waiting: Ping[] = []
      let gathering: NodeJS.Timeout | undefined
      let revision = Date.now()
      const write = (text: string): void => controller.enqueue(encoder.encode(text))
      const end = (): void => {
        stop()
        try {
          controller.close()
        } catch {
          // the browser closed it first
        }
      }
      const flush = async (): Promise<void> => {
        gathering = undefined
        const pings = waiting
        waiting = []
        try {
          const { clusters } = await visibleProjects(actor)
          if (signal.aborted) return
          for (const ping of mergePings(pings, clusters)) write(`data: ${JSON.stringify({ ...ping, revision: ++revision })}\n\n`)
        } catch (error) {
          if (error instanceof Unauthenticated) end()
          else if (!(error instanceof CorbelError) && !isDatabaseUnreachable(error)) throw error
        }
      }
      const unsubscribe = hub.subscribe((ping) => {
        waiting.push(ping)
        gathering ??= setTimeout(() => void flush().catch(end), gatherMs)
      })
      const heartbeat = setInterval(() => {
        write(': here\n\n')
        stillSignedIn(actor).then(
          (signedIn) => signedIn || signal.aborted || end(),
          () => {}, // the database is away: the page's own reads say so
        )
      }, heartbeatMs)
      stop = () => {
        stop = () => {}
        unsubscribe()
        clearInterval(heartbeat)
        clearTimeout(gathering)
        signal.removeEventListener('abort', end)
      }
      signal.addEventListener('abort', end)
      write('retry: 2000\n\n')
    },
    cancel: () => stop(),
  })
}

async function stillSignedIn({ loginId }: Actor): Promise<boolean> {
  const login = await database().login.findUnique({ where: { id: loginId }, select: { expiresAt: true, refreshFailure: true } })
  return login !== null && login.refreshFailure === null && login.expiresAt > new Date()
}
