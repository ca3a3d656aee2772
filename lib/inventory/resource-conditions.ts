/** The WHERE clauses of lists, facets and search: what the person may see, and what they asked for. */
import { Prisma } from '#db/client.ts'
import type { Grant } from '#lib/access/grants.ts'
import type { Database } from '#lib/database/client.ts'
import type { ResourceQuery } from './contract.ts'

const nothing = Prisma.sql`FALSE`

/** Rows that some grant covers. Columns are those of table `resource`, unqualified. */
export function visibleRows(grants: Grant[]): Prisma.Sql {
  const covered = grants.map(({ cluster, namespaces, kinds }) => {
    const parts = [Prisma.sql`"cluster" = ${cluster}`]
    if (namespaces !== 'all') parts.push(Prisma.sql`"namespace" = ANY(${namespaces})`)
    if (kinds !== 'all') parts.push(Prisma.sql`"kind" = ANY(${kinds})`)
    return Prisma.sql`(${Prisma.join(parts, ' AND ')})`
  })
  return covered.length > 0 ? Prisma.sql`(${Prisma.join(covered, ' OR ')})` : nothing
}

export type Filter = Pick<ResourceQuery, 'q' | 'name' | 'cluster' | 'namespace' | 'kind' | 'team' | 'state'>
type Facet = 'namespace' | 'kind' | 'team' | 'state'

/** What the query asks for. `except` leaves one filter out: a facet counts what choosing another value of it would give. */
export async function askedRows(database: Database, filter: Filter, except?: Facet): Promise<Prisma.Sql[]> {
  const parts: Prisma.Sql[] = [Prisma.sql`"deletedAt" IS NULL`]
  if (filter.name !== undefined) parts.push(Prisma.sql`"name" = ${filter.name}`)
  if (filter.cluster.length > 0) parts.push(Prisma.sql`"cluster" = ANY(${filter.cluster})`)
  for (const facet of ['namespace', 'kind', 'team', 'state'] as const) {
    if (facet !== except && filter[facet].length > 0) parts.push(Prisma.sql`${column(facet)} = ANY(${filter[facet]})`)
  }
  return [...parts, ...(await matchingText(database, filter.q))]
}

export const column = (facet: Facet): Prisma.Sql => Prisma.raw(`"${facet}"`)

/** Every word must be found in the name, the project, the kind or the team. Names and namespaces are lower-case (RFC 1123). */
async function matchingText(database: Database, text: string | undefined): Promise<Prisma.Sql[]> {
  const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8)
  return Promise.all(
    words.map(async (word) => {
      const pattern = `%${escapeLike(word)}%`
      const [kinds, places] = await Promise.all([kindsLike(database, pattern), projectsLike(database, pattern)])
      const inKind = kinds.length > 0 ? Prisma.sql` OR "kind" = ANY(${kinds})` : Prisma.empty
      const inProject = places.length > 0 ? Prisma.sql` OR "namespace" = ANY(${places})` : Prisma.empty
      return Prisma.sql`("name" LIKE ${pattern}${inKind}${inProject})`
    }),
  )
}

/** Keys of the kinds whose name matches: a few hundred rows instead of fifty thousand. */
export async function kindsLike(database: Database, pattern: string): Promise<string[]> {
  const rows = await database.$queryRaw<
    { key: string }[]
  >`SELECT DISTINCT "key" FROM "kind" WHERE "state" <> 'gone' AND "kind" ILIKE ${pattern}`
  return rows.map(({ key }) => key)
}

/** Namespaces of the projects whose name or team matches. */
async function projectsLike(database: Database, pattern: string): Promise<string[]> {
  const rows = await database.$queryRaw<{ namespace: string }[]>`
    SELECT DISTINCT "namespace" FROM "project" WHERE "namespace" LIKE ${pattern} OR "team" ILIKE ${pattern}`
  return rows.map(({ namespace }) => namespace)
}

/** Text that LIKE takes literally. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
