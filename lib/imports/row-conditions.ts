/** The filters of a run's rows in SQL. */
import { Prisma } from '#db/client.ts'
import type { ImportRowQuery } from './contract.ts'

export type RowFilter = Partial<
  Pick<ImportRowQuery, 'category' | 'service' | 'kind' | 'reason' | 'verdict' | 'chosen' | 'search' | 'parent'>
>

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
  if (filter.parent !== undefined) conditions.push(Prisma.sql`"parent" = ${filter.parent}`)
  const search = filter.search?.trim()
  if (search) {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
    conditions.push(Prisma.sql`("displayName" ILIKE ${pattern} OR "name" ILIKE ${pattern})`)
  }
  return Prisma.join(conditions, ' AND ')
}
