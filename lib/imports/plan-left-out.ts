/** What a pull request of an import leaves out, by reason: for its text. */
import { Prisma } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import type { LeftOut } from './plan-text.ts'
import { managedAlready, reasonSentence } from './reason-words.ts'
import type { RunRow } from './run-access.ts'

/**
 * The assets of a run that are not among the rows, counted by reason, most first. Of a folder or an organization only those of the cloud
 * projects that the rows belong to: whoever reads a repository need not know of others.
 */
export async function leftOutOf(run: RunRow, rows: readonly { id: string; cloudProject: string | null }[]): Promise<LeftOut[]> {
  const projects = [...new Set(rows.flatMap(({ cloudProject }) => cloudProject ?? []))]
  const inside = run.namespace === null ? Prisma.sql`AND a."cloudProject" = ANY(${projects}::text[])` : Prisma.empty
  const found = await database().$queryRaw<
    { group: string; reason: string | null; message: string | null; count: bigint; names: string[] }[]
  >`
    SELECT "group", "reason", min("message") AS "message", count(*) AS "count", (array_agg("displayName" ORDER BY "displayName", "id"))[1:3] AS "names"
    FROM (
      SELECT a."id", a."displayName",
        CASE WHEN a."chosen" AND p."id" IS NOT NULL AND p."state" <> 'closed' THEN 'proposed' WHEN a."chosen" THEN 'chosen' ELSE a."category" END AS "group",
        CASE WHEN a."chosen" OR a."category" IN ('importable', 'managed') THEN NULL ELSE a."reason" END AS "reason", a."message"
      FROM "import_asset" a LEFT JOIN "proposal" p ON p."id" = a."proposalId"
      WHERE a."runId" = ${run.id}::uuid AND NOT (a."id" = ANY(${rows.map(({ id }) => id)}::uuid[])) ${inside}
    ) AS "left" GROUP BY "group", "reason" ORDER BY count(*) DESC, "group", "reason"`
  return found.map(({ group, reason, message, count, names }) => ({
    why: words[group] ?? reasonSentence(group, reason, message),
    count: Number(count),
    names,
  }))
}

const words: Record<string, string> = {
  importable: 'They can be imported, and nobody chose them.',
  managed: managedAlready,
  chosen: 'They were chosen, and stand in another pull request or cannot be proposed as they are.',
  proposed: 'They are in another pull request of this import.',
}
