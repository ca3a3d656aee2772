/** The jobs that watch adoption: one per run, which comes back while something waits, and one that finds what was lost. */
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { lookAtAdoption, runsToWatch } from './adoption-watch.ts'

/** Seconds between two looks at a run while its pull requests are young. */
const everySeconds = 5
/** Minutes after which only the schedule looks. */
const youngMinutes = 60

/** Looks at a run, and again in some seconds while one of its young pull requests is open or waits to be applied. */
export const watchAdoptionJob = defineJob(
  'watch-adoption',
  z.object({ run: z.uuid() }),
  async ({ run }) => {
    await lookAtAdoption(run)
    if (await isYoung(run)) await enqueue(null, watchAdoptionJob, { run }, { key: run, afterSeconds: everySeconds })
  },
  { retries: 3, same: 'one-waiting' },
)

/** Whether something of the run is likely to move within seconds. */
async function isYoung(runId: string): Promise<boolean> {
  const rows = await database().$queryRaw<unknown[]>`
    SELECT 1 FROM "import_asset" a JOIN "proposal" p ON p."id" = a."proposalId"
    WHERE a."runId" = ${runId}::uuid AND (a."adoption" IS NULL OR a."adoption" = 'waiting') AND p."state" NOT IN ('closed', 'stuck')
      AND COALESCE(p."mergedAt", p."createdAt") > now() - make_interval(mins => ${youngMinutes}) LIMIT 1`
  return rows.length > 0
}

/** Every minute: runs with something that has no end yet. */
export const watchAdoptionsJob = defineJob(
  'watch-adoptions',
  z.object({}),
  async () => {
    for (const run of await runsToWatch()) await enqueue(null, watchAdoptionJob, { run }, { key: run })
  },
  { retries: 0, schedule: '* * * * *' },
)
