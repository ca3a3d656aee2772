/**
 * Runs are kept for a month; for good the newest of each project, folder or organization, and those of which something was proposed: their
 * pull requests link to the proof. Of many in a short time only the newest are kept: scanning one project again and again fills no disk.
 */
import { z } from 'zod'
import { type Database, database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'

const keptDays = 30
/** Runs of one place that are kept although nothing was chosen or changed in them. */
const keptUntouched = 20

/** Every hour. */
export const removeOldRunsJob = defineJob('remove-old-imports', z.object({}), async () => void (await removeOldRuns(database())), {
  schedule: '17 * * * *',
  expireSeconds: 600,
})

/** Removes what is older or too much, with its rows. Gives how many runs went. */
export async function removeOldRuns(db: Database): Promise<number> {
  return db.$executeRaw`
    DELETE FROM "import_run" r USING (
      SELECT "id", row_number() OVER (PARTITION BY "cluster", "namespace", "scope" ORDER BY "createdAt" DESC, "id" DESC) AS "place" FROM "import_run"
    ) AS "order" WHERE "order"."id" = r."id" AND "order"."place" > 1
      AND (r."createdAt" < now() - make_interval(days => ${keptDays}::int) OR ("order"."place" > ${keptUntouched}
        AND r."state" NOT IN ('waiting', 'scanning')
        AND NOT EXISTS (SELECT 1 FROM "import_asset" a WHERE a."runId" = r."id" AND (a."chosen" OR a."edited"))))
      AND NOT EXISTS (SELECT 1 FROM "import_asset" a WHERE a."runId" = r."id" AND a."proposalId" IS NOT NULL)`
}
