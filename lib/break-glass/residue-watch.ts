/**
 * The worker's part in bringing sessions to their end. Every few seconds: sessions whose leftovers are to be looked at, because a pull request
 * moved or some minutes have passed; pauses that have come to their end; and people who must be told. What is found becomes a job, so that
 * of several workers one does it, and a worker that dies is taken over.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { type RunnableJob, runnable } from '#lib/jobs/run-jobs.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { resumeByWorker } from './pause-resume.ts'
import { counts } from './remaining-changes.ts'
import { checkResidue } from './residue.ts'
import { nagOfHandBacks } from './review-nag.ts'

const lookMs = 5_000
const nagMs = 60_000

/** Looks at what is left of one session. */
const checkResidueJob = defineJob(
  'check-break-glass-residue',
  z.object({ session: z.uuid() }),
  async ({ session }) => void (await checkResidue(session)),
  { retries: 2, same: 'one-waiting', concurrency: 2 },
)

const Why = z.enum(['elapsed', 'in Git', 'session over'])

/** Lets one controller go on. What stands in the way is told at the pause, and tried again by the next look. */
const resumePauseJob = defineJob(
  'resume-break-glass-pause',
  z.object({ pause: z.uuid(), why: Why }),
  async ({ pause, why }) => void (await resumeByWorker(pause, why)),
  { retries: 2, concurrency: 1 },
)

export const handBackJobs: RunnableJob[] = [runnable(checkResidueJob), runnable(resumePauseJob)]

/**
 * Sessions whose leftovers are to be looked at: not looked at yet, ended or a pull request moved since, or some minutes ago. While a session is open, once
 * what it handed back has become ready: nothing else moves it, and its page would tell for the rest of the session what differed before.
 */
export const sessionsToCheck = (): Promise<{ id: string }[]> => database().$queryRaw`
  SELECT s."id" FROM "break_glass_session" AS s
  LEFT JOIN LATERAL (
    SELECT min(coalesce(c."residueAt", '-infinity')) AS "looked", max(p."updatedAt") AS "moved",
      max(p."updatedAt") FILTER (WHERE p."state" = 'ready') AS "ready"
    FROM "break_glass_change" AS c LEFT JOIN "proposal" AS p ON p."id" = c."proposalId"
    WHERE c."sessionId" = s."id" AND ${counts}) AS seen ON TRUE
  WHERE s."state" = 'handing-back' AND (seen."looked" IS NULL OR seen."looked" < clock_timestamp() - interval '2 minutes' OR seen."moved" > seen."looked"
      OR seen."looked" < s."endedAt")
    OR s."state" IN ('open', 'applying') AND seen."ready" > seen."looked"
    OR s."state" = 'review' AND seen."looked" < clock_timestamp() - interval '10 minutes'
  ORDER BY s."id" LIMIT 200`

/**
 * Pauses to end: their time is over; everything their session changed is in Git and applied; or their session is over and has changed nothing.
 * One that could not be ended is tried again each half minute, and `pausing` counts as paused when its process must have died.
 */
export const pausesToEnd = (): Promise<{ id: string; why: z.infer<typeof Why> }[]> => database().$queryRaw`
  SELECT * FROM (
    SELECT p."id", CASE
        WHEN p."until" <= clock_timestamp() THEN 'elapsed'
        WHEN s."endedAt" IS NULL THEN NULL
        WHEN NOT EXISTS (SELECT 1 FROM "break_glass_change" AS c WHERE c."sessionId" = s."id" AND (c."state" IN ('applying', 'unknown') OR ${counts})) THEN 'session over'
        WHEN NOT EXISTS (SELECT 1 FROM "break_glass_change" AS c WHERE c."sessionId" = s."id" AND (c."state" IN ('applying', 'unknown')
          OR ${counts} AND (c."residue" IS NULL OR c."residue" ->> 'problem' IS NOT NULL OR c."residue" ->> 'notCompared' IS NOT NULL
            OR jsonb_array_length(c."residue" -> 'differences') > 0))
        ) THEN 'in Git'
      END AS "why"
    FROM "break_glass_pause" AS p JOIN "break_glass_session" AS s ON s."id" = p."sessionId"
    WHERE p."state" IN ('paused', 'resuming') OR p."state" = 'pausing' AND p."createdAt" < clock_timestamp() - interval '2 minutes'
  ) AS due WHERE "why" IS NOT NULL ORDER BY "id" LIMIT 200`

/** One look. */
export async function followHandBacks(): Promise<void> {
  for (const { id } of await sessionsToCheck()) await enqueue(null, checkResidueJob, { session: id }, { key: id })
  const now = performance.now()
  for (const [id, at] of lastTried) if (now - at > tryAgainMs) lastTried.delete(id)
  for (const { id, why } of await pausesToEnd()) {
    if (lastTried.has(id)) continue
    lastTried.set(id, now)
    await enqueue(null, resumePauseJob, { pause: id, why }, { key: id })
  }
}

/** A pause that could not be ended is left for this long before the next try. */
const tryAgainMs = 30_000
const lastTried = new Map<string, number>()

/** Looks until the signal. A lost database is waited for. */
export async function watchHandBacks(signal: AbortSignal): Promise<void> {
  const failing = outage()
  let nagAt = 0
  while (!signal.aborted) {
    try {
      await followHandBacks()
      if (performance.now() >= nagAt) {
        nagAt = performance.now() + nagMs
        await nagOfHandBacks()
      }
      failing.ends()
    } catch (error) {
      if (failing.begins(error instanceof Error ? error.message : ''))
        log().error({ err: error }, 'what break-glass sessions have left over could not be looked at')
    }
    await sleep(lookMs, undefined, { signal }).catch(() => {})
  }
}
