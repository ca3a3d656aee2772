/** "What is not in Git yet": of every project that the person may see, by its newest scan. */
import { z } from 'zod'
import { Prisma } from '#db/client.ts'
import { coveredProjects } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { UnmanagedView } from './contract.ts'

/** How many of the oldest are listed. */
const listed = 100
/** How far back the trend goes, in days. */
const trendDays = 90

/** An asset that could be in Git and is not: importable, and not adopted since. */
const isUnmanaged = Prisma.sql`a."category" = 'importable' AND (a."adoption" IS NULL OR a."adoption" NOT IN ('acquired', 'changed'))`

/**
 * The projects with their counts, trends and oldest assets. A scan of a folder or an organization counts where it is newer, and only for those
 * who may see such runs.
 */
export async function unmanagedView(actor: Actor): Promise<UnmanagedView> {
  const { clusters } = await visibleProjects(actor)
  const projects = await database().project.findMany({
    where: { OR: coveredProjects(clusters) },
    select: { cluster: true, namespace: true, team: true, gcpProject: true },
    orderBy: [{ namespace: 'asc' }, { cluster: 'asc' }],
  })
  const places = projects.map(({ cluster, namespace }) => ({ cluster, namespace }))
  if (places.length === 0) return { projects: [], oldest: [] }
  const runs = await newestRuns(places, actor.admin)
  const [counts, trends, oldest] = await Promise.all([countsOf(runs), trendsOf(places), oldestOf(runs)])
  return UnmanagedView.parse({
    projects: projects.map(({ cluster, namespace, team, gcpProject }) => {
      const key = keyOf(cluster, namespace)
      const run = runs.get(key)
      const count = counts.get(key)
      return {
        cluster,
        namespace,
        team,
        cloudProjectId: gcpProject,
        unmanaged: run ? (count?.unmanaged ?? 0) : null,
        managed: run ? (count?.managed ?? 0) : null,
        oldest: count?.oldest?.toISOString() ?? null,
        scannedAt: run ? (run.at?.toISOString() ?? null) : null,
        runId: run?.id ?? null,
        trend: trends.get(key) ?? [],
      }
    }),
    oldest,
  })
}

const keyOf = (cluster: string, namespace: string): string => JSON.stringify([cluster, namespace])

interface Place {
  cluster: string
  namespace: string
}
interface NewestRun extends Place {
  id: string
  at: Date | null
}

const listOf = (places: readonly Place[]): Prisma.Sql =>
  Prisma.sql`jsonb_to_recordset(${JSON.stringify(places)}::jsonb) AS w("cluster" text, "namespace" text)`

/** The newest run that was read to its end, of each project. */
async function newestRuns(places: Place[], wide: boolean): Promise<Map<string, NewestRun>> {
  const rows = await database().$queryRaw<NewestRun[]>`
    SELECT DISTINCT ON (w."cluster", w."namespace") w."cluster", w."namespace", r."id"::text AS "id", r."snapshotAt" AS "at"
    FROM ${listOf(places)} JOIN "import_run" r ON r."cluster" = w."cluster" AND r."state" = 'ready' AND (r."namespace" = w."namespace"
      OR (${wide} AND r."namespace" IS NULL AND EXISTS (SELECT 1 FROM "import_asset" a WHERE a."runId" = r."id" AND a."namespace" = w."namespace")))
    ORDER BY w."cluster", w."namespace", r."snapshotAt" DESC NULLS LAST, r."id" DESC`
  return new Map(rows.map((row) => [keyOf(row.cluster, row.namespace), row]))
}

const wanted = (runs: ReadonlyMap<string, NewestRun>): Prisma.Sql =>
  Prisma.sql`jsonb_to_recordset(${JSON.stringify([...runs.values()])}::jsonb) AS w("id" uuid, "cluster" text, "namespace" text)
    JOIN "import_asset" a ON a."runId" = w."id" AND a."namespace" = w."namespace"`

async function countsOf(
  runs: ReadonlyMap<string, NewestRun>,
): Promise<Map<string, { unmanaged: number; managed: number; oldest: Date | null }>> {
  const rows = await database().$queryRaw<(Place & { unmanaged: bigint; managed: bigint; oldest: Date | null })[]>`
    SELECT w."cluster", w."namespace", count(*) FILTER (WHERE ${isUnmanaged}) AS "unmanaged",
      count(*) FILTER (WHERE a."category" = 'managed' OR a."adoption" IN ('acquired', 'changed')) AS "managed",
      min(a."updateTime") FILTER (WHERE ${isUnmanaged}) AS "oldest"
    FROM ${wanted(runs)} GROUP BY 1, 2`
  return new Map(
    rows.map(({ cluster, namespace, unmanaged, managed, oldest }) => [
      keyOf(cluster, namespace),
      { unmanaged: Number(unmanaged), managed: Number(managed), oldest },
    ]),
  )
}

async function trendsOf(places: Place[]): Promise<Map<string, UnmanagedView['projects'][number]['trend']>> {
  const rows = await database().$queryRaw<(Place & { day: string; unmanaged: number; managed: number })[]>`
    SELECT c."cluster", c."namespace", c."day"::text AS "day", c."unmanaged", c."managed" FROM "unmanaged_count" c
    JOIN ${listOf(places)} ON c."cluster" = w."cluster" AND c."namespace" = w."namespace"
    WHERE c."day" > current_date - ${trendDays}::int ORDER BY c."day"`
  const trends = new Map<string, UnmanagedView['projects'][number]['trend']>()
  for (const { cluster, namespace, ...point } of rows) {
    const key = keyOf(cluster, namespace)
    trends.set(key, [...(trends.get(key) ?? []), point])
  }
  return trends
}

const Oldest = UnmanagedView.shape.oldest.element.extend({ updatedAt: z.date().nullable() })

async function oldestOf(runs: ReadonlyMap<string, NewestRun>): Promise<UnmanagedView['oldest']> {
  const rows = await database().$queryRaw<unknown[]>`
    SELECT a."id"::text AS "id", a."name", a."displayName", a."assetType", a."kind", a."namespace", a."updateTime" AS "updatedAt", w."cluster", w."id"::text AS "runId"
    FROM ${wanted(runs)} WHERE ${isUnmanaged} ORDER BY a."updateTime" ASC NULLS LAST, a."name" LIMIT ${listed}`
  return Oldest.array()
    .parse(rows)
    .map(({ updatedAt, ...row }) => ({ ...row, updatedAt: updatedAt?.toISOString() ?? null }))
}
