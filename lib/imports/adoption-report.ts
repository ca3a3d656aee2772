/** The page that proves what adoption changed: every row of a run that is in a proposal, with its outcome. */
import { z } from 'zod'
import { canReadProject } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isId } from '#lib/ids.ts'
import { readCursor, writeCursor } from '#lib/inventory/cursor.ts'
import { clusterOutcome, stageOf } from './adoption-outcome.ts'
import { lookAtAdoption } from './adoption-watch.ts'
import { Adoption, AdoptionReport, AdoptionRow } from './contract.ts'
import { describeRun } from './read-imports.ts'
import { changeableRun, type RunRow, readableRun } from './run-access.ts'

const perPage = 100

/** What is known of a run's adoption. Throws NotFound. */
export async function readAdoption(runId: string, cursor: string | undefined, actor: Actor): Promise<AdoptionReport> {
  return reportOf(await readableRun(runId, actor), cursor, actor)
}

/** Looks again now, also at what has an end, then tells. Throws NotFound, Forbidden. */
export async function lookAgain(runId: string, actor: Actor): Promise<AdoptionReport> {
  const run = await changeableRun(runId, actor)
  await lookAtAdoption(runId, { all: true })
  return reportOf(run, undefined, actor)
}

const Kept = AdoptionRow.pick({ message: true, differences: true, checkedAt: true })
const Columns = z.object({
  row: z.string(),
  name: z.string(),
  displayName: z.string(),
  namespace: z.string().nullable(),
  kind: z.string().nullable(),
  resource: z.string().nullable(),
  adoption: Adoption.nullable(),
  kept: z.string().nullable(),
  proposalId: z.string(),
  state: z.string(),
})

async function reportOf(run: RunRow, cursor: string | undefined, actor: Actor): Promise<AdoptionReport> {
  const [displayName = '', id = '00000000-0000-0000-0000-000000000000'] = cursor === undefined ? [] : readCursor(cursor, 'adoption', 2)
  if (!isId(id)) throw new Invalid('The page cannot be continued from here. Start again from the first page.')
  const [counted, found] = await Promise.all([
    database().$queryRaw<{ adoption: Adoption; count: bigint }[]>`
      SELECT COALESCE("adoption", 'waiting') AS "adoption", count(*) AS "count" FROM "import_asset"
      WHERE "runId" = ${run.id}::uuid AND "proposalId" IS NOT NULL GROUP BY 1`,
    database().$queryRaw<unknown[]>`
      SELECT a."id"::text AS "row", a."name", a."displayName", a."namespace", COALESCE(d."manifests"->0->>'kind', a."kind") AS "kind",
        d."manifests"->0->>'name' AS "resource", a."adoption", d."adoption"::text AS "kept", a."proposalId"::text AS "proposalId", p."state"
      FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id" JOIN "proposal" p ON p."id" = a."proposalId"
      WHERE a."runId" = ${run.id}::uuid AND (a."displayName", a."id") > (${displayName}, ${id}::uuid)
      ORDER BY a."displayName", a."id" LIMIT ${perPage + 1}`,
  ])
  const rows = Columns.array().parse(found)
  const items = rows.slice(0, perPage)
  const last = items.at(-1)
  const counts = Object.fromEntries(Adoption.options.map((adoption) => [adoption, 0]))
  for (const { adoption, count } of counted) counts[adoption] = Number(count)
  return AdoptionReport.parse({
    run: await describeRun(run),
    counts,
    items: await Promise.all(items.map(async (row) => shownTo(actor, run.cluster, row))),
    nextCursor: rows.length > perPage && last ? writeCursor('adoption', [last.displayName, last.row]) : null,
  })
}

/** Values are shown to those who may read the resources of the kind, as in its review; that something differs, to all who see the import. */
async function shownTo(actor: Actor, cluster: string, row: z.infer<typeof Columns>): Promise<AdoptionRow> {
  const shown = rowOf(cluster, row)
  if (await canReadProject(actor, cluster, shown.namespace, shown.kind || undefined)) return shown
  return { ...shown, differences: shown.differences.map((one) => ({ ...one, before: null, after: null })) }
}

function rowOf(cluster: string, row: z.infer<typeof Columns>): AdoptionRow {
  const kept = row.kept === null ? null : Kept.parse(JSON.parse(row.kept))
  // while the pull request is open nothing is written down: the proposal itself tells
  const now = kept ?? {
    message: clusterOutcome(stageOf(row.state), [{ kind: row.kind ?? '', name: row.resource ?? '', live: null }]).message,
    differences: [],
    checkedAt: null,
  }
  return {
    row: row.row,
    name: row.name,
    kind: row.kind ?? '',
    cluster,
    namespace: row.namespace ?? '',
    resource: row.resource ?? row.displayName,
    adoption: row.adoption ?? 'waiting',
    message: now.message,
    differences: now.differences,
    proposalId: row.proposalId,
    checkedAt: now.checkedAt,
  }
}
