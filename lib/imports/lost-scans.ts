/** Scans that nobody reads any more, because their job was lost or used up its attempts while nobody could say so: they get another. */
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { scanInventoryJob } from './scan-inventory.ts'

/** Every ten minutes. Where a job waits already, nothing happens; where one is at work, each page is kept once all the same. */
export const lostScansJob = defineJob('lost-scans', z.object({}), findLostScans, { schedule: '*/10 * * * *' })

/** Longer than a job may take; and than the inventory makes anybody wait. */
const quietMinutes = { reading: 25, waiting: 75 }

/** Gives lost scans a job. */
export async function findLostScans(): Promise<void> {
  const lost = await database().$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "import_run" WHERE "state" IN ('waiting', 'scanning') AND "updatedAt" < now() - make_interval(mins =>
      CASE WHEN "waitingFor" IS NULL THEN ${quietMinutes.reading}::int ELSE ${quietMinutes.waiting}::int END)`
  for (const { id } of lost) await enqueue(null, scanInventoryJob, { run: id }, { key: id })
}
