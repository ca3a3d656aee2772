/** Runs as the API gives them. */
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { ImportCategory, type ImportCounts, ImportGap, ImportLayout, type ImportRun, type ImportRunList } from './contract.ts'
import { runState } from './import-life.ts'
import { isFree } from './row-conditions.ts'
import { type RunRow, readableRun, visibleRuns, withRequester } from './run-access.ts'

const listed = 50

/** The newest runs that the person may see. */
export async function listImports(actor: Actor): Promise<ImportRunList> {
  const rows = await database().importRun.findMany({
    where: await visibleRuns(actor),
    include: withRequester,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: listed,
  })
  return { items: await describeRuns(rows) }
}

/** One run. Throws NotFound where there is none, or none the person may see. */
export async function readImport(id: string, actor: Actor): Promise<ImportRun> {
  return describeRun(await readableRun(id, actor))
}

/** A run as the API gives it; the caller has checked who asks. */
export async function describeRun(row: RunRow): Promise<ImportRun> {
  const [run] = await describeRuns([row])
  if (!run) throw new Error('describeRuns gives as many runs as it takes')
  return run
}

/** A run by its id; the caller has checked who asks. */
export const describeRunById = async (id: string): Promise<ImportRun> =>
  describeRun(await database().importRun.findUniqueOrThrow({ where: { id }, include: withRequester }))

async function describeRuns(rows: RunRow[]): Promise<ImportRun[]> {
  const counts = await countsOf(rows.map(({ id }) => id))
  return rows.map((row) => ({
    id: row.id,
    cluster: row.cluster,
    scope: row.scope,
    namespace: row.namespace,
    cloudProjectNumber: row.cloudProjectNumber,
    state: runState(row.state),
    requestedBy: { username: row.requestedBy.username, name: row.requestedBy.name },
    snapshotAt: row.snapshotAt?.toISOString() ?? null,
    assetsRead: row.assetsRead,
    readByType: typesOf(row.readByType),
    waitingFor: row.waitingFor,
    gaps: ImportGap.array().parse(row.gaps),
    problem: row.problem,
    layout: ImportLayout.parse(row.layout),
    ...(counts.get(row.id) ?? noChoice()),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }))
}

/** {assetType: count} as a list, the largest first. */
function typesOf(stored: unknown): { assetType: string; count: number }[] {
  if (typeof stored !== 'object' || stored === null) return []
  return Object.entries(stored)
    .map(([assetType, count]) => ({ assetType, count: Number(count) }))
    .sort((a, b) => b.count - a.count || (a.assetType < b.assetType ? -1 : 1))
}

const noCounts = (): ImportCounts => ({ importable: 0, managed: 0, unsupported: 0, skipped: 0, chosen: 0 })

const noChoice = (): Pick<ImportRun, 'counts' | 'proposed'> => ({ counts: noCounts(), proposed: 0 })

async function countsOf(ids: string[]): Promise<Map<string, Pick<ImportRun, 'counts' | 'proposed'>>> {
  const found = new Map<string, Pick<ImportRun, 'counts' | 'proposed'>>()
  if (ids.length === 0) return found
  const rows = await database().$queryRaw<{ runId: string; category: string; count: bigint; chosen: bigint; proposed: bigint }[]>`
    SELECT "runId", "category", count(*) AS "count", count(*) FILTER (WHERE "chosen") AS "chosen",
      count(*) FILTER (WHERE "chosen" AND "proposalId" IS NOT NULL AND NOT (${isFree})) AS "proposed"
    FROM "import_asset" WHERE "runId" = ANY(${ids}::uuid[]) GROUP BY 1, 2`
  for (const { runId, category, count, chosen, proposed } of rows) {
    const of = found.get(runId) ?? noChoice()
    of.counts[ImportCategory.parse(category)] = Number(count)
    of.counts.chosen += Number(chosen)
    of.proposed += Number(proposed)
    found.set(runId, of)
  }
  return found
}
