/** Conditions on a run's rows in SQL: the filters of a list, and who may change them. */
import { Prisma } from '#db/client.ts'
import type { Transaction } from '#lib/database/client.ts'
import type { ImportRowQuery } from './contract.ts'

export type RowFilter = Partial<
  Pick<ImportRowQuery, 'category' | 'service' | 'kind' | 'reason' | 'verdict' | 'chosen' | 'attention' | 'search' | 'parent'>
>

/** That a row of "import_asset" stands in no pull request, or in one that was closed without being merged: it may be chosen, changed, proposed. */
export const isFree = Prisma.sql`NOT EXISTS (SELECT 1 FROM "proposal" p WHERE p."id" = "proposalId" AND p."state" <> 'closed')`

/**
 * Locks rows of "import_asset" until the transaction ends, in one order, so that two who lock several at once never wait for each other. A
 * statement of its own: one that waited for a lock still looks at the proposals that there were before it waited.
 */
export async function lockRows(transaction: Transaction, condition: Prisma.Sql): Promise<void> {
  await transaction.$executeRaw`SELECT 1 FROM "import_asset" WHERE ${condition} ORDER BY "id" FOR UPDATE`
}

/**
 * The condition on "import_asset" for a filter. `kind` takes asset types too (they contain a slash, kinds do not), so that rows without a
 * kind can be asked for.
 */
export function rowConditions(runId: string, filter: RowFilter): Prisma.Sql {
  const conditions = [Prisma.sql`"runId" = ${runId}::uuid`]
  const oneOf = (column: string, values: string[] | undefined): void => {
    if (values && values.length > 0) conditions.push(Prisma.sql`${Prisma.raw(`"${column}"`)} = ANY(${values}::text[])`)
  }
  oneOf('category', filter.category)
  oneOf('service', filter.service)
  oneOf('reason', filter.reason)
  oneOf('verdict', filter.verdict)
  if (filter.kind && filter.kind.length > 0) {
    const types = filter.kind.filter((kind) => kind.includes('/'))
    const kinds = filter.kind.filter((kind) => !kind.includes('/'))
    conditions.push(Prisma.sql`("kind" = ANY(${kinds}::text[]) OR "assetType" = ANY(${types}::text[]))`)
  }
  if (filter.chosen !== undefined) conditions.push(Prisma.sql`"chosen" = ${filter.chosen === 'true'}`)
  if (filter.attention !== undefined)
    conditions.push(Prisma.sql`("verdict" IN ('would-change', 'cannot-tell') OR "unmapped" > 0 OR "accepted" = false)`)
  if (filter.parent !== undefined) conditions.push(Prisma.sql`"parent" = ${filter.parent}`)
  const search = filter.search?.trim()
  if (search) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
    conditions.push(Prisma.sql`("displayName" ILIKE ${pattern} OR "name" ILIKE ${pattern})`)
  }
  return Prisma.join(conditions, ' AND ')
}
