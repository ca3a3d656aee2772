/** Choosing what to import. */
import { Prisma } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { ImportChoice, ImportRun } from './contract.ts'
import { isReading, runState } from './import-life.ts'
import { describeRunById } from './read-imports.ts'
import { isFree, lockRows, rowConditions } from './row-conditions.ts'
import { changeableRun } from './run-access.ts'

/**
 * Chooses rows or leaves them out: those named, or all that fit the filter. Rows without manifests stay as they are, and so do those that
 * stand in a pull request. Throws NotFound, Forbidden, Conflict while the run is read.
 */
export async function chooseRows(runId: string, { chosen, rows, filter }: ImportChoice, actor: Actor): Promise<ImportRun> {
  const run = await changeableRun(runId, actor)
  if (!rows && !filter) throw new Invalid('The request names neither rows nor a filter.')
  if (isReading(runState(run.state))) throw new Conflict('The inventory is still being read. Choose when it is read to the end.')
  if (run.state !== 'ready')
    throw new Conflict('The inventory was not read to the end, so nothing can be chosen. Resume the import, or start a new one.')
  const named = rows ? Prisma.sql` AND "id" = ANY(${rows}::uuid[])` : Prisma.empty
  await database().$transaction(async (transaction) => {
    const meant = Prisma.sql`${rowConditions(runId, filter ?? {})}${named} AND "manifests" > 0 AND "chosen" <> ${chosen}`
    await lockRows(transaction, meant)
    await transaction.$executeRaw`UPDATE "import_asset" SET "chosen" = ${chosen} WHERE ${meant} AND ${isFree}`
    await transaction.$executeRaw`UPDATE "import_run" SET "updatedAt" = now() WHERE "id" = ${runId}::uuid`
  })
  return describeRunById(runId)
}
