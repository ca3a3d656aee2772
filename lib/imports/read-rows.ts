/** The table of a run: pages of rows, and the counts beside it. Filter, sort and page are the database's work. */
import { Prisma } from '#db/client.ts'
import { type Database, database } from '#lib/database/client.ts'
import { Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isId } from '#lib/ids.ts'
import { readCursor, writeCursor } from '#lib/inventory/cursor.ts'
import { ImportCategory, type ImportFacets, type ImportRowPage, type ImportRowQuery } from './contract.ts'
import { reasonSentence } from './reason-words.ts'
import { rowConditions } from './row-conditions.ts'
import { rowColumns, rowView, type StoredRow } from './row-view.ts'
import { readableRun } from './run-access.ts'

/** One page of a run's rows, by category, service and name. Throws NotFound for a run the person may not see, Invalid for a foreign cursor. */
export async function readRows(runId: string, query: ImportRowQuery, actor: Actor): Promise<ImportRowPage> {
  await readableRun(runId, actor)
  return rowPage(database(), runId, query)
}

const order = Prisma.raw('"category", "service", "displayName", "id"')

/** The page, whoever asks; for measurements too. */
export async function rowPage(db: Database, runId: string, query: ImportRowQuery): Promise<ImportRowPage> {
  const where = rowConditions(runId, query)
  const after = query.cursor === undefined ? Prisma.empty : Prisma.sql` AND ${afterCursor(query.cursor)}`
  const [rows, counted] = await Promise.all([
    db.$queryRaw<StoredRow[]>`SELECT ${rowColumns} FROM "import_asset" WHERE ${where}${after} ORDER BY ${order} LIMIT ${query.limit + 1}`,
    db.$queryRaw<{ count: bigint }[]>`SELECT count(*) AS "count" FROM "import_asset" WHERE ${where}`,
  ])
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  return {
    items: items.map(rowView),
    total: Number(counted[0]?.count ?? 0),
    nextCursor: rows.length > query.limit && last ? writeCursor('rows', [last.category, last.service, last.displayName, last.id]) : null,
  }
}

function afterCursor(cursor: string): Prisma.Sql {
  const [category, service, name, id] = readCursor(cursor, 'rows', 4)
  if (id === undefined || !isId(id)) throw new Invalid('The page cannot be continued from here. Start again from the first page.')
  return Prisma.sql`(${order}) > (${category}, ${service}, ${name}, ${id}::uuid)`
}

/** How many rows there are by kind, and by reason. Throws NotFound for a run the person may not see. */
export async function readFacets(runId: string, actor: Actor): Promise<ImportFacets> {
  await readableRun(runId, actor)
  return rowFacets(database(), runId)
}

/** The facets, whoever asks; for measurements too. */
export async function rowFacets(db: Database, runId: string): Promise<ImportFacets> {
  const [kinds, reasons] = await Promise.all([
    db.$queryRaw<KindFacet[]>`
      SELECT "service", "assetType", "kind", count(*) FILTER (WHERE "category" = 'importable') AS "importable",
        count(*) FILTER (WHERE "category" = 'managed') AS "managed", count(*) FILTER (WHERE "category" = 'unsupported') AS "unsupported",
        count(*) FILTER (WHERE "category" = 'skipped') AS "skipped", count(*) FILTER (WHERE "chosen") AS "chosen"
      FROM "import_asset" WHERE "runId" = ${runId}::uuid GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    db.$queryRaw<{ category: string; reason: string; message: string | null; count: bigint }[]>`
      SELECT "category", "reason", mode() WITHIN GROUP (ORDER BY "message") AS "message", count(*) AS "count"
      FROM "import_asset" WHERE "runId" = ${runId}::uuid AND "reason" IS NOT NULL GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2`,
  ])
  return {
    kinds: kinds.map(({ service, assetType, kind, ...counts }) => ({
      service,
      assetType,
      kind,
      counts: {
        importable: Number(counts.importable),
        managed: Number(counts.managed),
        unsupported: Number(counts.unsupported),
        skipped: Number(counts.skipped),
        chosen: Number(counts.chosen),
      },
    })),
    reasons: reasons.map(({ category, reason, message, count }) => ({
      category: ImportCategory.parse(category),
      reason,
      message: reasonSentence(category, reason, message),
      count: Number(count),
    })),
  }
}

interface KindFacet {
  service: string
  assetType: string
  kind: string | null
  importable: bigint
  managed: bigint
  unsupported: bigint
  skipped: bigint
  chosen: bigint
}
