/**
 * The standing view of what is not in Git reads every project's inventory anew now and then, without anybody asking. Such runs belong to Corbel
 * itself (`system:imports`, a user that nobody can sign in as). Of those only the newest of a project is kept, and those that something was chosen
 * or proposed of; what the older ones counted stays in the trend.
 */
import { z } from 'zod'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { scanInventoryJob } from './scan-inventory.ts'

/** The one who asks for these runs. The user is made when first needed; with no account and no login it can do nothing else. */
const requester = { username: 'system:imports', name: 'Corbel' }
/** How many runs one turn starts at most: others wait for the next one, those that waited longest first. */
const startedAtOnce = 200

/** Starts what is due. Gives how many runs it started. */
export async function scanDueProjects(hours: number): Promise<number> {
  const due = await database().$queryRaw<{ cluster: string; namespace: string; scope: string }[]>`
    SELECT p."cluster", p."namespace", 'projects/' || p."gcpProject" AS "scope" FROM "project" p
    LEFT JOIN LATERAL (
      SELECT max(r."createdAt") AS "at" FROM "import_run" r WHERE r."cluster" = p."cluster" AND r."namespace" = p."namespace"
    ) AS "last" ON true
    WHERE p."gcpProject" IS NOT NULL AND p."repository" IS NOT NULL AND p."cluster" = ANY(${config().clusters.map(({ name }) => name)}::text[])
      AND ("last"."at" IS NULL OR "last"."at" < now() - make_interval(hours => ${hours}::int))
    ORDER BY "last"."at" NULLS FIRST, p."namespace" LIMIT ${startedAtOnce}`
  if (due.length === 0) return 0
  const requestedById = await systemUser()
  for (const place of due)
    await database().$transaction(async (transaction) => {
      const id = newId()
      await transaction.importRun.create({ data: { id, ...place, state: 'waiting', requestedById } })
      await enqueue(transaction, scanInventoryJob, { run: id }, { key: id })
      await appendAudit(transaction, {
        requestId: id,
        actor: requester.username,
        action: 'import.started',
        outcome: 'succeeded',
        target: { import: id, ...place },
        details: { because: 'the standing view of unmanaged assets' },
      })
    })
  return due.length
}

async function systemUser(): Promise<string> {
  const { id } = await database().user.upsert({
    where: { username: requester.username },
    create: { id: newId(), ...requester, groups: [] },
    update: {},
    select: { id: true },
  })
  return id
}

/** Removes runs of ours that a newer one, read to its end, stands for, unless something was chosen or proposed of them. */
export async function removePassedScans(transaction: Transaction): Promise<number> {
  return transaction.$executeRaw`
    DELETE FROM "import_run" r USING "user" u WHERE u."id" = r."requestedById" AND u."username" = ${requester.username}
      AND r."state" NOT IN ('waiting', 'scanning')
      AND EXISTS (SELECT 1 FROM "import_run" n WHERE n."cluster" = r."cluster" AND n."namespace" = r."namespace" AND n."state" = 'ready'
        AND (n."createdAt", n."id") > (r."createdAt", r."id"))
      AND NOT EXISTS (SELECT 1 FROM "import_asset" a WHERE a."runId" = r."id" AND (a."chosen" OR a."edited" OR a."proposalId" IS NOT NULL))`
}

/** Every quarter of an hour. */
export const scanProjectsJob = defineJob(
  'scan-projects',
  z.object({}),
  async () => {
    const hours = config().assetInventory?.scanHours ?? 0
    if (hours > 0) await scanDueProjects(hours)
    await removePassedScans(database())
  },
  { retries: 0, schedule: '7,22,37,52 * * * *', expireSeconds: 600 },
)
