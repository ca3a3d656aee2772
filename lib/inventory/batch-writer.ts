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
  /** Gets a sentence when storing fails; it is tried again until the signal ends it. */
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
        if (attempt > 0 || isDatabaseUnreachable(error)) options.onTrouble(error)
        await sleep(Math.min(500 * 2 ** attempt, 10_000), undefined, { signal })
      }
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0 && !signal.aborted) {
      if (waiting.length < largestBatch) await sleep(gatherMs, undefined, { signal })
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
      while (waiting.length > 0) {
        signal.throwIfAborted()
        start()
        await running
      }
    },
  }
}
