/** How break-glass is used: counted in the database, for the projects that a person may read. */
import { Prisma } from '#db/client.ts'
import { coveredProjects, type Grant } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { TrendReport } from './contract.ts'

const weeksTold = 26

/** The last half year. Drills count on their own and in no mean. */
export async function trendReport(actor: Actor): Promise<TrendReport> {
  return countUses((await visibleProjects(actor)).clusters)
}

/** The same for projects that are known already. */
export async function countUses(grants: Grant[]): Promise<TrendReport> {
  const mine = seen(grants)
  const since = Prisma.sql`"requestedAt" >= date_trunc('week', now()) - make_interval(weeks => ${weeksTold - 1}::int)`
  const of = Prisma.sql`FROM "break_glass_session" s WHERE ${mine} AND ${since}`
  const [weeks, totals, byTeam, byKind] = await Promise.all([
    database().$queryRaw<TrendReport['weeks']>`
      SELECT to_char(w, 'YYYY-MM-DD') AS "week",
        count(s."id") FILTER (WHERE NOT s."drill")::int AS "sessions", count(s."id") FILTER (WHERE s."drill")::int AS "drills",
        coalesce(sum(c."applied"), 0)::int AS "applied", coalesce(sum(c."undone"), 0)::int AS "undone"
      FROM generate_series(date_trunc('week', now()) - make_interval(weeks => ${weeksTold - 1}::int), date_trunc('week', now()), '1 week') w
      LEFT JOIN "break_glass_session" s ON date_trunc('week', s."requestedAt") = w AND ${mine}
      LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE "state" IN ('applied', 'undone') AND "undoOf" IS NULL) AS "applied", count(*) FILTER (WHERE "state" = 'undone') AS "undone"
        FROM "break_glass_change" WHERE "sessionId" = s."id"
      ) c ON true
      GROUP BY w ORDER BY w`,
    database().$queryRaw<Pick<TrendReport, 'sessions' | 'meanMinutesOpen' | 'undoneShare' | 'mergedWithinDayShare' | 'overdueReviews'>[]>`
      SELECT count(*) FILTER (WHERE NOT "drill")::int AS "sessions",
        (avg(extract(epoch FROM "endedAt" - "openedAt") / 60) FILTER (WHERE NOT "drill" AND "endedAt" IS NOT NULL))::float8 AS "meanMinutesOpen",
        (SELECT (count(*) FILTER (WHERE c."state" = 'undone'))::float8 / nullif(count(*), 0)
          FROM "break_glass_change" c JOIN "break_glass_session" s ON s."id" = c."sessionId"
          WHERE ${mine} AND ${since} AND c."undoOf" IS NULL AND c."state" IN ('applied', 'undone')) AS "undoneShare",
        (SELECT (count(*) FILTER (WHERE p."mergedAt" < c."appliedAt" + interval '1 day'))::float8 / nullif(count(*), 0)
          FROM "break_glass_change" c JOIN "break_glass_session" s ON s."id" = c."sessionId" LEFT JOIN "proposal" p ON p."id" = c."proposalId"
          WHERE ${mine} AND ${since} AND c."undoOf" IS NULL AND c."state" = 'applied') AS "mergedWithinDayShare",
        count(*) FILTER (WHERE "reviewDueAt" < now() AND "state" IN ('handing-back', 'review'))::int AS "overdueReviews"
      ${of}`,
    database().$queryRaw<TrendReport['byTeam']>`
      SELECT (SELECT p."team" FROM "project" p WHERE p."cluster" = s."cluster" AND p."namespace" = s."namespace") AS "team", count(*)::int AS "sessions"
      ${of} AND NOT "drill" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
    database().$queryRaw<TrendReport['byKind']>`
      SELECT "kind", count(*)::int AS "sessions" ${of} AND NOT "drill" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
  ])
  const [total] = totals
  return {
    weeks,
    sessions: total?.sessions ?? 0,
    meanMinutesOpen: total?.meanMinutesOpen ?? null,
    undoneShare: total?.undoneShare ?? null,
    mergedWithinDayShare: total?.mergedWithinDayShare ?? null,
    overdueReviews: total?.overdueReviews ?? 0,
    byTeam,
    byKind,
  }
}

function seen(grants: Grant[]): Prisma.Sql {
  const each = coveredProjects(grants).map(({ cluster, namespace }) =>
    namespace
      ? Prisma.sql`(s."cluster" = ${cluster} AND s."namespace" = ANY(${namespace.in}::text[]))`
      : Prisma.sql`s."cluster" = ${cluster}`,
  )
  return each.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(each, ' OR ')})`
}
