/** The kinds offered, for the catalogue and for forms. */
import { Prisma } from '#db/client.ts'
import type { Grant } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { type Database, database } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { type KindList, KindSummary } from './contract.ts'
import { indexGaps } from './gaps.ts'
import { visibleRows } from './resource-conditions.ts'
import { serviceOfGroup } from './service-of-group.ts'

/** Every kind on every cluster. Anybody signed in may know which kinds exist; `count` is what the person may see of each. */
export async function listKinds(actor: Actor): Promise<KindList> {
  const db = database()
  const visible = await visibleProjects(actor)
  // the collector keeps the number of all rows of a kind; only what a person sees a part of is counted
  const whole = new Set(visible.clusters.filter(seesAll).map(({ cluster }) => cluster))
  const partly = visible.clusters.filter(({ cluster }) => !whole.has(cluster))
  const [rows, counts, gaps] = await Promise.all([
    db.kind.findMany({
      where: { NOT: { state: 'gone' } },
      omit: { definition: true },
      orderBy: [{ kind: 'asc' }, { cluster: 'asc' }],
    }),
    countedKinds(db, partly),
    indexGaps(db, visible.gaps),
  ])
  const counted = new Map(counts.map(({ cluster, kind, count }) => [`${cluster}/${kind}`, Number(count)]))
  const summaries = await summariesOf(db, rows)
  const items = rows.map((row) =>
    KindSummary.parse({
      ...row,
      service: serviceOfGroup(row.group),
      summary: summaries.get(row.hash) ?? '',
      count: whole.has(row.cluster) ? row.count : (counted.get(`${row.cluster}/${row.key}`) ?? 0),
    }),
  )
  return { items, gaps }
}

const seesAll = ({ namespaces, kinds }: Grant): boolean => namespaces === 'all' && kinds === 'all'

async function countedKinds(db: Database, grants: Grant[]): Promise<{ cluster: string; kind: string; count: bigint }[]> {
  if (grants.length === 0) return []
  return db.$queryRaw`
    SELECT "cluster", "kind", count(*) AS "count" FROM "resource" WHERE "deletedAt" IS NULL AND ${visibleRows(grants)} GROUP BY 1, 2`
}

// Next gives each bundle its own module instances, so the one copy hangs on globalThis. Both are keyed by the hash of a
// definition, so they never go stale, and bounded.
const held = globalThis as typeof globalThis & {
  corbelKindSummaries?: Map<string, string>
  corbelCompiledKinds?: Map<string, CompiledKind>
}
const mostSummaries = 5_000
const mostCompiled = 200

/** The first sentence of each definition's description, taken out of the stored definitions once per hash. */
async function summariesOf(db: Database, rows: { hash: string }[]): Promise<Map<string, string>> {
  held.corbelKindSummaries ??= new Map()
  const known = held.corbelKindSummaries
  const missing = [...new Set(rows.map(({ hash }) => hash).filter((hash) => !known.has(hash)))]
  if (missing.length > 0) {
    if (known.size + missing.length > mostSummaries) known.clear()
    const found = await db.$queryRaw<{ hash: string; about: string | null }[]>`
      SELECT DISTINCT ON ("hash") "hash", jsonb_path_query_first("definition", '$.spec.versions[*] ? (@.served == true).schema.openAPIV3Schema.description') #>> '{}' AS "about"
      FROM "kind" WHERE "hash" IN (${Prisma.join(missing)})`
    for (const { hash, about } of found) known.set(hash, firstSentence(about ?? ''))
  }
  return known
}

const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0] ?? text.trim()

/** A kind compiled for forms, with the hash it was compiled from. Throws NotFound, or Invalid for a broken definition. */
export async function compiledKind(cluster: string, key: string): Promise<CompiledKind & { hash: string }> {
  held.corbelCompiledKinds ??= new Map()
  const cache = held.corbelCompiledKinds
  const where = { cluster_key: { cluster, key } }
  const row = await database().kind.findUnique({ where, select: { hash: true, state: true } })
  if (!row || row.state === 'gone')
    throw new NotFound(`${key} is not offered on ${cluster}. Choose another kind, or ask the platform team to install it.`)
  const known = cache.get(row.hash)
  if (known) {
    cache.delete(row.hash) // the newest stand last
    cache.set(row.hash, known)
    return { ...known, hash: row.hash }
  }
  // As text, because Prisma's JSON loses keys named __proto__.
  const [stored] = await database().$queryRaw<{ definition: string; hash: string }[]>`
    SELECT "definition"::text AS "definition", "hash" FROM "kind" WHERE "cluster" = ${cluster} AND "key" = ${key}`
  if (!stored) throw new NotFound(`${key} is no longer offered on ${cluster}. Choose another kind.`)
  const { hash } = stored
  const json: unknown = JSON.parse(stored.definition)
  const compiled = compileKind(isObject(json) ? json : {})
  cache.set(hash, compiled)
  const oldest = cache.keys().next().value
  if (cache.size > mostCompiled && oldest !== undefined) cache.delete(oldest)
  return { ...compiled, hash }
}
