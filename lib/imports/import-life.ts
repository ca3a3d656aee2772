/**
 * The life of an import run.
 *
 *   waiting ──► scanning ──► ready
 *      │           │
 *      ├───────────┼──► cancelled ──┐
 *      └───────────┴──► failed ─────┴──► waiting (a person resumes; reading goes on where it stopped)
 *
 * Who moves it: `startImport` writes the row (`waiting`), the audit entry and the job `scan-inventory` in one transaction. The job moves
 * it to `scanning`, reads page after page, and at the end to `ready`. People cancel and resume. Each move below is one statement that
 * names the state it leaves, so of two that meet one wins and the other is told.
 *
 * Where the reading goes on stands in the row (`pageToken`, see scan-place.ts) and is written in the transaction that keeps the page
 * before it, under the row's lock and only if the place is still the one that was read from. So a worker that is killed anywhere loses
 * at most the page in its hands; whoever takes the job over reads that page again; two workers that meet keep each page once. The
 * snapshot's time is fixed by the first page and asked of every later one, so that all pages tell one moment.
 *
 * The last step (close-scan.ts) is one transaction too: names, references, counts and `ready` come together or not at all.
 * What only a person can mend (no permission, the API is off) is `failed`, with the sentence; everything else is tried again.
 */
import { Prisma } from '#db/client.ts'
import type { Transaction } from '#lib/database/client.ts'
import { ImportState } from './contract.ts'

/** Days for which the inventory can tell about the past; a run older than that cannot go on. */
export const snapshotDays = 35

/** A state as stored, read back. */
export const runState = (text: string): ImportState => ImportState.parse(text)

/** Whether the worker still reads. */
export const isReading = (state: ImportState): boolean => state === 'waiting' || state === 'scanning'

type Columns = { problem?: string | null; waitingFor?: string | null; finishedAt?: Date | null; cloudProjectNumber?: string }

async function move(transaction: Transaction, id: string, from: ImportState[], to: ImportState, columns: Columns): Promise<boolean> {
  const { count } = await transaction.importRun.updateMany({ where: { id, state: { in: from } }, data: { state: to, ...columns } })
  return count === 1
}

/** waiting → scanning; says nothing new where it scans already. Gives whether the run is one to read. */
export const beginScan = (transaction: Transaction, id: string): Promise<boolean> =>
  move(transaction, id, ['waiting', 'scanning'], 'scanning', { waitingFor: null, problem: null })

/** scanning → ready. */
export const finishScan = (transaction: Transaction, id: string): Promise<boolean> =>
  move(transaction, id, ['scanning'], 'ready', { waitingFor: null, problem: null, finishedAt: new Date() })

/** waiting, scanning → cancelled. */
export const cancelScan = (transaction: Transaction, id: string): Promise<boolean> =>
  move(transaction, id, ['waiting', 'scanning'], 'cancelled', { waitingFor: null, finishedAt: new Date() })

/** waiting, scanning → failed. `problem`: a sentence with the next step. */
export const failScan = (transaction: Transaction, id: string, problem: string): Promise<boolean> =>
  move(transaction, id, ['waiting', 'scanning'], 'failed', { waitingFor: null, problem, finishedAt: new Date() })

/** cancelled, failed → waiting. */
export const resumeScan = (transaction: Transaction, id: string): Promise<boolean> =>
  move(transaction, id, ['cancelled', 'failed'], 'waiting', { problem: null, finishedAt: null })

/** Says what a run waits for, and that it is not stopped; only while it reads. */
export async function sayWaiting(transaction: Transaction, id: string, waitingFor: string | null): Promise<void> {
  await transaction.importRun.updateMany({ where: { id, state: { in: ['waiting', 'scanning'] } }, data: { waitingFor } })
}

/** A run as the transaction that holds it sees it. */
export interface HeldRun {
  place: string
  readByType: Record<string, number>
  gaps: { assetType: string | null; message: string }[]
}

/** Takes the run's row for this transaction, if it is read and reading stands at `place`; undefined: somebody else went on, or it was cancelled. */
export async function holdScan(transaction: Transaction, id: string, place: string): Promise<HeldRun | undefined> {
  const [row] = await transaction.$queryRaw<{ readByType: HeldRun['readByType']; gaps: HeldRun['gaps'] }[]>`
    SELECT "readByType", "gaps" FROM "import_run"
    WHERE "id" = ${id}::uuid AND "state" = 'scanning' AND "pageToken" = ${place} FOR UPDATE`
  return row && { place, readByType: row.readByType, gaps: row.gaps }
}

/** What a page brought: where reading goes on, and the counters. */
export interface Advance {
  place: string
  snapshotAt?: Date
  readByType: Record<string, number>
  gaps: HeldRun['gaps']
}

/** Moves the place on, in the transaction that holds the run. */
export async function advanceScan(transaction: Transaction, id: string, { place, snapshotAt, readByType, gaps }: Advance): Promise<void> {
  const assetsRead = Object.values(readByType).reduce((sum, count) => sum + count, 0)
  const snapshot = snapshotAt ? Prisma.sql`COALESCE("snapshotAt", ${snapshotAt})` : Prisma.sql`"snapshotAt"`
  await transaction.$executeRaw`
    UPDATE "import_run" SET "pageToken" = ${place}, "snapshotAt" = ${snapshot}, "assetsRead" = ${assetsRead},
      "readByType" = ${JSON.stringify(readByType)}::jsonb, "gaps" = ${JSON.stringify(gaps)}::jsonb, "waitingFor" = NULL, "updatedAt" = now()
    WHERE "id" = ${id}::uuid`
}
