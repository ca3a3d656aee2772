import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isDatabaseUnreachable } from '#lib/database/client.ts'
import { LeaseLost } from './lease.ts'
import { type Change, type Holder, storeChanges } from './store-changes.ts'

const gatherMs = 200
const largestBatch = 250
/** Readers wait while so many changes are not stored yet: memory stays bounded when the database is slow or away. */
const mostWaiting = 2000

export interface BatchWriter {
  /** Hands over a change; waits while too many are not stored yet. */
  push: (change: Change) => Promise<void>
  /** Waits until everything handed over so far is stored. */
  settled: () => Promise<void>
}

export interface BatchWriterOptions {
  database: Database
  cluster: string
  teams: ReadonlyMap<string, string | null>
  lease?: Holder
  signal: AbortSignal
  /** Gets the error when storing fails, now and then while it lasts; it is tried again until the signal ends it. */
  onTrouble: (error: unknown) => void
  /** The lease is another's: stop collecting. */
  onLeaseLost: () => void
}

/** Gathers changes for up to 200 ms or 250 changes and stores them in order. A batch that fails is tried again, never dropped. */
export function batchWriter(options: BatchWriterOptions): BatchWriter {
  const { signal } = options
  let waiting: Change[] = []
  let running: Promise<void> | undefined
  const room: (() => void)[] = []
  /** Ends the gathering at once: somebody waits for what is there. */
  let hurry = (): void => {}
  let awaited = 0

  const gather = async (): Promise<void> => {
    if (waiting.length >= largestBatch || awaited > 0) return
    const cut = new AbortController()
    hurry = () => cut.abort()
    await sleep(gatherMs, undefined, { signal: AbortSignal.any([signal, cut.signal]) }).catch(() => signal.throwIfAborted())
  }

  const storeUntilDone = async (batch: Change[]): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      try {
        return await storeChanges(options.database, options.cluster, batch, options.teams, options.lease)
      } catch (error) {
        if (error instanceof LeaseLost) {
          options.onLeaseLost()
          throw error
        }
        // the first failure of a statement may be a collision with another transaction; it is told when it lasts
        if (attempt === 1 || (attempt === 0 && isDatabaseUnreachable(error)) || attempt % 10 === 9) options.onTrouble(error)
        await sleep(Math.min(500 * 2 ** attempt, 10_000), undefined, { signal })
      }
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0 && !signal.aborted) {
      await gather()
      const batch = waiting.slice(0, largestBatch)
      await storeUntilDone(batch)
      waiting = waiting.slice(batch.length)
      for (const go of room.splice(0)) go()
    }
  }
  const start = (): void => {
    running ??= run()
      .catch(() => {}) // aborted, or the lease is lost: told already
      .finally(() => {
        running = undefined
        for (const go of room.splice(0)) go()
        if (waiting.length > 0 && !signal.aborted) start()
      })
  }
  return {
    push: async (change) => {
      waiting.push(change)
      start()
      while (waiting.length > mostWaiting) {
        signal.throwIfAborted()
        await new Promise<void>((resolve) => room.push(resolve))
      }
    },
    settled: async () => {
      awaited++
      hurry()
      try {
        while (waiting.length > 0) {
          signal.throwIfAborted()
          start()
          await running
        }
      } finally {
        awaited--
      }
    },
  }
}
