import pg from 'pg'
import { notifyChannel, type Ping } from '#lib/database/client.ts'

type Listener = (ping: Ping) => void

export interface PingHub {
  /** Gets every ping until the returned function is called. */
  subscribe: (listener: Listener) => () => void
  close: () => Promise<void>
}

const scopes = ['resources', 'proposals', 'kinds', 'cluster', 'break-glass'] as const

/** What a notification says, or undefined where it is none of ours. */
export function readPing(payload: string | undefined): Ping | undefined {
  let value: unknown
  try {
    value = JSON.parse(payload ?? '')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('scope' in value) || !scopes.some((scope) => scope === value.scope)) return undefined
  return value as Ping // written by `notify` alone; readers only pass it on
}

/**
 * One listening connection for all live pages of a process. A lost connection is made anew, and then everything counts as
 * changed: what was told meanwhile is not known.
 */
export function pingHub(databaseUrl: string): PingHub {
  const listeners = new Set<Listener>()
  let client: pg.Client | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false
  let failures = 0
  const tell = (ping: Ping): void => {
    for (const listener of listeners) listener(ping)
  }

  const connect = async (): Promise<void> => {
    const connection = new pg.Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: 5_000 })
    client = connection
    let lost = false
    const again = (): void => {
      if (lost || closed) return
      lost = true
      void connection.end().catch(() => {})
      retry = setTimeout(() => void connect(), Math.min(500 * 2 ** failures++, 10_000))
    }
    connection.on('error', again)
    connection.on('end', again)
    connection.on('notification', ({ payload }) => {
      const ping = readPing(payload)
      if (ping) tell(ping)
    })
    try {
      await connection.connect()
      await connection.query(`LISTEN ${notifyChannel}`)
      if (failures > 0) for (const scope of scopes) tell({ scope })
      failures = 0
    } catch {
      again() // the readers' own queries say that the database is away
    }
  }
  void connect()
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      closed = true
      clearTimeout(retry)
      await client?.end().catch(() => {})
    },
  }
}
