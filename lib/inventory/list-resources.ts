/** The fleet list: one page of rows, and the counts beside it. Filter, sort and page are the database's work. */
import { Prisma } from '#db/client.ts'
import { type Visibility, visibleProjects } from '#lib/access/visible-projects.ts'
import { type Database, database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { Gap, ResourceFacets, ResourcePage, ResourceQuery } from './contract.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { indexGaps } from './gaps.ts'
import { askedRows, column, type Filter, visibleRows } from './resource-conditions.ts'
import { type ListedRow, listedColumns, rowView } from './resource-rows.ts'

type SortColumn = 'name' | 'updatedAt' | 'createdAt' | 'state' | 'kindName' | 'namespace'
const sorts: Record<ResourceQuery['sort'], { columns: SortColumn[]; descending: boolean }> = {
  name: { columns: ['name'], descending: false },
  '-name': { columns: ['name'], descending: true },
  updated: { columns: ['updatedAt'], descending: false },
  '-updated': { columns: ['updatedAt'], descending: true },
  created: { columns: ['createdAt'], descending: false },
  '-created': { columns: ['createdAt'], descending: true },
  state: { columns: ['state', 'name'], descending: false },
  kind: { columns: ['kindName', 'name'], descending: false },
  namespace: { columns: ['namespace', 'name'], descending: false },
}
const countedTo = 10_000

/** One page of what the person may see. Throws Invalid for a cursor of another query. */
export async function listResources(query: ResourceQuery, actor: Actor): Promise<ResourcePage> {
  const visible = await visibleProjects(actor)
  const [page, gaps] = await Promise.all([
    pageOf(database(), query, visible.clusters),
    indexGaps(database(), visible.gaps, { clusters: query.cluster, kinds: query.kind }),
  ])
  return { ...page, gaps }
}

/** The page under given grants; for measurements too. */
export async function pageOf(
  db: Database,
  query: ResourceQuery,
  grants: Visibility['clusters'],
): Promise<Omit<ResourcePage, 'gaps'> & { gaps: Gap[] }> {
  const where = Prisma.join([visibleRows(grants), ...(await askedRows(db, query))], ' AND ')
  const { columns, descending } = sorts[query.sort]
  const order = Prisma.raw([...columns, 'id'].map((name) => `"${name}" ${descending ? 'DESC' : 'ASC'}`).join(', '))
  const after = query.cursor ? Prisma.sql` AND ${afterCursor(query.cursor, query.sort, columns, descending)}` : Prisma.empty
  const [rows, counted] = await Promise.all([
    db.$queryRaw<ListedRow[]>`SELECT ${listedColumns} FROM "resource" WHERE ${where}${after} ORDER BY ${order} LIMIT ${query.limit + 1}`,
    db.$queryRaw<
      { count: bigint }[]
    >`SELECT count(*) AS "count" FROM (SELECT 1 FROM "resource" WHERE ${where} LIMIT ${countedTo + 1}) AS counted`,
  ])
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  const total = Number(counted[0]?.count ?? 0)
  return {
    items: items.map(rowView),
    nextCursor:
      rows.length > query.limit && last ? writeCursor(query.sort, [...columns.map((name) => cursorText(last[name])), last.id]) : null,
    total: Math.min(total, countedTo),
    totalIsLowerBound: total > countedTo,
    asOf: new Date().toISOString(),
    gaps: [],
  }
}

const cursorText = (value: string | Date): string => (value instanceof Date ? value.toISOString() : value)

function afterCursor(cursor: string, sort: string, columns: SortColumn[], descending: boolean): Prisma.Sql {
  const values = readCursor(cursor, sort, columns.length + 1)
  const names = Prisma.raw([...columns, 'id'].map((name) => `"${name}"`).join(', '))
  const typed = values.map((value, index) => {
    const name = columns[index]
    if (name === undefined) return Prisma.sql`${value}::uuid`
    return name === 'updatedAt' || name === 'createdAt' ? Prisma.sql`${value}::timestamptz` : Prisma.sql`${value}`
  })
  return Prisma.sql`(${names}) ${Prisma.raw(descending ? '<' : '>')} (${Prisma.join(typed)})`
}

/** How many rows each value of a filter has, given the other filters. */
export async function facets(query: ResourceQuery, actor: Actor): Promise<ResourceFacets> {
  return facetsOf(database(), query, (await visibleProjects(actor)).clusters)
}

/** The facets under given grants; for measurements too. */
export async function facetsOf(db: Database, filter: Filter, grants: Visibility['clusters']): Promise<ResourceFacets> {
  const visible = visibleRows(grants)
  const count = async (facet: keyof ResourceFacets): Promise<ResourceFacets['state']> => {
    const where = Prisma.join([visible, ...(await askedRows(db, filter, facet))], ' AND ')
    const rows = await db.$queryRaw<{ value: string; count: bigint }[]>`
      SELECT ${column(facet)} AS "value", count(*) AS "count" FROM "resource" WHERE ${where} AND ${column(facet)} IS NOT NULL
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`
    return rows.map(({ value, count }) => ({
      value,
      label: facet === 'kind' ? (value.split('.')[0] ?? value) : value,
      count: Number(count),
    }))
  }
  const [namespace, kind, team, state] = await Promise.all([count('namespace'), count('kind'), count('team'), count('state')])
  return { namespace, kind, team, state }
}
