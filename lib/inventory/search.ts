/** Ctrl-K: kinds, projects, resources and proposals by name, within what the person may see. */
import { Prisma } from '#db/client.ts'
import { coveredProjects, coveredResources } from '#lib/access/grants.ts'
import { type Visibility, visibleProjects } from '#lib/access/visible-projects.ts'
import { type Database, database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { SearchResult } from './contract.ts'
import { escapeLike, kindsLike, visibleRows } from './resource-conditions.ts'

type Hit = SearchResult['hits'][number]
interface HiddenKind {
  cluster: string
  kind: string
}
interface Ranked extends Hit {
  rank: number
}

const perType = 8
const mostHits = 20

/** The best hits first: exact names, then beginnings, then words inside. `hidden`: kinds that are not offered to create. */
export async function search(text: string, actor: Actor, hidden: HiddenKind[] = []): Promise<SearchResult> {
  return searchWithin(database(), text, (await visibleProjects(actor)).clusters, actor, hidden)
}

/** The search under given grants; for measurements too. */
export async function searchWithin(
  db: Database,
  text: string,
  grants: Visibility['clusters'],
  actor: Pick<Actor, 'userId'>,
  hidden: HiddenKind[] = [],
): Promise<SearchResult> {
  const words = text
    .toLowerCase()
    .split(/[\s/]+/)
    .filter(Boolean)
    .slice(0, 5)
  if (words.length === 0) return { hits: [] }
  const [resources, kinds, projects, proposals] = await Promise.all([
    findResources(db, words, grants),
    findKinds(db, words, hidden),
    findProjects(db, words, grants),
    findProposals(db, text.trim(), grants, actor),
  ])
  const ranked = [...resources, ...kinds, ...projects, ...proposals].sort((a, b) => b.rank - a.rank || a.title.localeCompare(b.title))
  return { hits: ranked.slice(0, mostHits).map(({ rank: _, ...hit }) => hit) }
}

const path = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join('/')}`

function rankOf(name: string, words: string[]): number {
  const lower = name.toLowerCase()
  const best = words.map((word) => (lower === word ? 3 : lower.startsWith(word) ? 2 : lower.includes(word) ? 1 : 0))
  return Math.max(...best)
}

interface FoundResource {
  cluster: string
  namespace: string
  kind: string
  kindName: string
  name: string
  state: string
}

async function findResources(db: Database, words: string[], grants: Visibility['clusters']): Promise<Ranked[]> {
  const first = words[0] ?? ''
  const beginning = `${escapeLike(first)}%`
  const find = (condition: Prisma.Sql, order: Prisma.Sql) => db.$queryRaw<FoundResource[]>`
    SELECT "cluster", "namespace", "kind", "kindName", "name", "state" FROM "resource"
    WHERE "deletedAt" IS NULL AND ${visibleRows(grants)} AND ${condition} ORDER BY ${order} LIMIT ${perType}`
  // beginnings of names are found by the index; only when they are few is every name looked into
  let rows = words.length === 1 ? await find(Prisma.sql`"name" LIKE ${beginning}`, Prisma.sql`"name", "id"`) : []
  if (rows.length < perType) {
    const rank = Prisma.sql`("name" = ${first}) DESC, ("name" LIKE ${beginning}) DESC, length("name"), "name", "id"`
    rows = await find(Prisma.join(await Promise.all(words.map((word) => anywhere(db, word, words.length > 1))), ' AND '), rank)
  }
  return rows.map(({ cluster, namespace, kind, kindName, name, state }) => ({
    type: 'resource',
    title: name,
    subtitle: `${kindName} in ${namespace || cluster}`,
    state,
    href: path('resources', cluster, namespace || '-', kind, name),
    rank: rankOf(name, words),
  }))
}

/** A word inside a name; one of several words may also be the project's or the kind's. */
async function anywhere(db: Database, word: string, several: boolean): Promise<Prisma.Sql> {
  const pattern = `%${escapeLike(word)}%`
  if (!several) return Prisma.sql`"name" LIKE ${pattern}`
  const kinds = await kindsLike(db, pattern)
  const alsoKind = kinds.length > 0 ? Prisma.sql` OR "kind" = ANY(${kinds})` : Prisma.empty
  return Prisma.sql`("name" LIKE ${pattern} OR "namespace" LIKE ${pattern}${alsoKind})`
}

async function findKinds(db: Database, words: string[], hidden: HiddenKind[]): Promise<Ranked[]> {
  const matching = words.map((word) => Prisma.sql`"kind" ILIKE ${`%${escapeLike(word)}%`}`)
  for (const { cluster, kind } of hidden) matching.push(Prisma.sql`("cluster", "key") <> (${cluster}, ${kind})`)
  const rows = await db.$queryRaw<{ key: string; kind: string; group: string }[]>`
    SELECT DISTINCT "key", "kind", "group" FROM "kind" WHERE "state" <> 'gone' AND ${Prisma.join(matching, ' AND ')} ORDER BY "kind" LIMIT 50`
  const hits = rows.map(
    ({ key, kind, group }): Ranked => ({
      type: 'kind',
      title: kind,
      subtitle: `Create one (${group})`,
      state: null,
      href: path('create', key),
      rank: rankOf(kind, words) + 0.5,
    }),
  )
  return hits.sort((a, b) => b.rank - a.rank).slice(0, perType)
}

async function findProjects(db: Database, words: string[], grants: Visibility['clusters']): Promise<Ranked[]> {
  const rows = await db.project.findMany({
    where: {
      OR: coveredProjects(grants),
      AND: words.map((word) => ({ OR: [{ namespace: { contains: word } }, { team: { contains: word, mode: 'insensitive' as const } }] })),
    },
    orderBy: { namespace: 'asc' },
    take: perType,
    select: { cluster: true, namespace: true, team: true },
  })
  return rows.map(({ cluster, namespace, team }) => ({
    type: 'project',
    title: namespace,
    subtitle: team ? `Project of ${team} on ${cluster}` : `Project on ${cluster}`,
    state: null,
    href: `${path('projects', namespace)}?cluster=${encodeURIComponent(cluster)}`,
    rank: rankOf(namespace, words) + 0.25,
  }))
}

/** One's own proposals, and those that touch what one may see. */
async function findProposals(
  db: Database,
  text: string,
  grants: Visibility['clusters'],
  { userId }: Pick<Actor, 'userId'>,
): Promise<Ranked[]> {
  const number = /^#?(\d{1,9})$/.exec(text)?.[1]
  const rows = await db.proposal.findMany({
    where: {
      AND: [
        { OR: [{ title: { contains: text, mode: 'insensitive' } }, ...(number ? [{ pullNumber: Number(number) }] : [])] },
        {
          OR: [{ requestedById: userId }, ...coveredResources(grants).map((covered) => ({ resources: { some: covered } }))],
        },
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 5,
    select: { id: true, title: true, state: true, repository: true, pullNumber: true },
  })
  return rows.map(({ id, title, state, repository, pullNumber }) => ({
    type: 'proposal',
    title,
    subtitle: `Proposal in ${repository}${pullNumber ? ` #${pullNumber}` : ''}`,
    state,
    href: path('proposals', id),
    rank: rankOf(title, [text.toLowerCase()]) - 0.25,
  }))
}
