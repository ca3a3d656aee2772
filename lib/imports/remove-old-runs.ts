/**
 * Runs are kept for a month; for good the newest of each project, folder or organization, and those of which something was proposed: their
 * pull requests link to the proof.
 */
import { z } from 'zod'
import { type Database, database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'

const keptDays = 30

/** Every night. */
export const removeOldRunsJob = defineJob('remove-old-imports', z.object({}), async () => void (await removeOldRuns(database())), {
  schedule: '17 3 * * *',
  expireSeconds: 600,
})

/** Removes what is older, with its rows. Gives how many runs went. */
export async function removeOldRuns(db: Database): Promise<number> {
  return db.$executeRaw`
    DELETE FROM "import_run" r WHERE r."createdAt" < now() - make_interval(days => ${keptDays}::int) AND EXISTS (
      SELECT 1 FROM "import_run" n WHERE n."cluster" = r."cluster" AND n."scope" = r."scope" AND n."namespace" IS NOT DISTINCT FROM r."namespace"
        AND (n."createdAt", n."id") > (r."createdAt", r."id"))
      AND NOT EXISTS (SELECT 1 FROM "import_asset" a WHERE a."runId" = r."id" AND a."proposalId" IS NOT NULL)`
}
