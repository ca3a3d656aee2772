/**
 * How fast the index answers with 50,000 resources in 3,000 projects, and how fast the collector's batches are stored.
 * Needs TEST_DATABASE_URL: a server where databases may be created.
 */
import { performance } from 'node:perf_hooks'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { freshDatabase } from '#lib/database/fresh-database.ts'
import { ResourceQuery } from '#lib/inventory/contract.ts'
import { facetsOf, pageOf } from '#lib/inventory/list-resources.ts'
import { type RelatedResource, relationsWithin } from '#lib/inventory/relations.ts'
import { searchWithin } from '#lib/inventory/search.ts'
import { storeChanges } from '#lib/inventory/store-changes.ts'
import type { BenchRow } from './schema-compile.ts'

const resources = 50_000
const projects = 3_000
const kinds = 28
/** Of each resource; one in five refers to the same, well-known one. */
const references = 4
const everything = [{ cluster: 'demo', namespaces: 'all' as const, kinds: 'all' as const }]
const ownProjects = [{ cluster: 'demo', namespaces: ['project-0007', 'project-0107', 'project-0207'], kinds: 'all' as const }]
const somebody = { userId: '00000000-0000-7000-8000-000000000000' }

async function fill(database: Database): Promise<void> {
  await database.$executeRaw`INSERT INTO "project" ("cluster", "namespace", "team")
    SELECT 'demo', 'project-' || lpad(i::text, 4, '0'), 'team-' || (i % 100) FROM generate_series(0, ${projects - 1}::int) i`
  await database.$executeRaw`INSERT INTO "kind" ("cluster", "key", "group", "kind", "plural", "version", "namespaced", "definition", "hash", "state")
    SELECT 'demo', 'Kind' || i || '.storage.cnrm.cloud.google.com', 'storage.cnrm.cloud.google.com', 'Kind' || i, 'kind' || i || 's', 'v1beta1', true, '{}', i::text, 'synced'
    FROM generate_series(0, ${kinds - 1}::int) i`
  await database.$executeRaw`
    INSERT INTO "resource" ("id", "cluster", "namespace", "kind", "kindName", "name", "uid", "team", "state", "headline", "resourceVersion", "createdAt", "updatedAt")
    SELECT gen_random_uuid(), 'demo', 'project-' || lpad((i % ${projects}::int)::text, 4, '0'), 'Kind' || (i % ${kinds}::int) || '.storage.cnrm.cloud.google.com', 'Kind' || (i % ${kinds}::int),
      (ARRAY['orders', 'events', 'backup', 'assets', 'logs', 'media', 'users'])[1 + i % 7] || '-' || md5(i::text), i::text, 'team-' || (i % ${projects}::int % 100),
      (ARRAY['ready', 'ready', 'ready', 'ready', 'ready', 'ready', 'progressing', 'failed', 'unknown', 'ready'])[1 + (i / 7) % 10], 'It is so.', i::text,
      now() - i * interval '1 minute', now() - i * interval '7 seconds'
    FROM generate_series(0, ${resources - 1}::int) i`
  await database.$executeRaw`
    INSERT INTO "resource_reference" ("resourceId", "ordinal", "cluster", "relation", "path", "targetKinds", "targetPlace", "targetName")
    SELECT r."id", n, 'demo', 'reference', '["spec", "someRef"]'::jsonb, ARRAY[o."kindName"], o."namespace", o."name"
    FROM "resource" r CROSS JOIN generate_series(0, ${references - 1}::int) n
    JOIN "resource" o ON o."uid" = (CASE WHEN n = 0 AND r."uid"::int % 5 = 0 THEN 0 ELSE (r."uid"::int * 7 + n * 13 + 1) % ${resources}::int END)::text`
  await database.$executeRawUnsafe('VACUUM ANALYZE')
}

/** The resource of a number, as the relations want it. */
async function related(database: Database, uid: number): Promise<RelatedResource> {
  const { id, cluster, namespace, kind, kindName, name, state } = await database.resource.findFirstOrThrow({ where: { uid: `${uid}` } })
  return { id, cluster, namespace, kind, kindName, name, state, referencesOf: '', object: {} }
}

async function measure(what: string, rounds: number, work: () => Promise<unknown>, goal?: string): Promise<BenchRow> {
  for (let warm = 0; warm < 3; warm++) await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const at = (share: number): string => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
  return { what, value: `${at(0.5)} / ${at(0.95)}`, unit: 'ms p50 / p95', ...(goal ? { goal } : {}) }
}

/** Fills a database of its own and measures, so many rounds each. */
export async function run(rounds = 40): Promise<{ name: string; rows: BenchRow[] }> {
  const fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const database = connectDatabase(fresh.url)
  try {
    await fill(database)
    const list = (query: Record<string, unknown>, grants: Parameters<typeof pageOf>[2] = everything) => {
      const parsed = ResourceQuery.parse(query)
      return () => pageOf(database, parsed, grants)
    }
    let deep = await pageOf(database, ResourceQuery.parse({ limit: 200 }), everything)
    for (let page = 0; page < 50 && deep.nextCursor; page++)
      deep = await pageOf(database, ResourceQuery.parse({ limit: 200, cursor: deep.nextCursor }), everything)
    const facet = (query: Record<string, unknown>, grants: Parameters<typeof pageOf>[2] = everything) => {
      const parsed = ResourceQuery.parse(query)
      return () => facetsOf(database, parsed, grants)
    }
    const [popular, ordinary] = [await related(database, 0), await related(database, 4711)]
    const rows: BenchRow[] = [
      { what: 'resources / projects / kinds', value: `${resources} / ${projects} / ${kinds}`, unit: '' },
      await measure('list, first page by name', rounds, list({})),
      await measure('list, after 10,000 rows', rounds, list({ cursor: deep.nextCursor ?? undefined })),
      await measure('list, newest changes first', rounds, list({ sort: '-updated' })),
      await measure('list, by state', rounds, list({ sort: 'state' })),
      await measure('list, failed of one team', rounds, list({ state: ['failed'], team: ['team-7'] })),
      await measure('list, text in name, kind or project', rounds, list({ q: 'orders kind1' })),
      await measure('list, of three projects', rounds, list({}, ownProjects)),
      await measure('facets, of everything', rounds, facet({})),
      await measure('facets, failed', rounds, facet({ state: ['failed'] })),
      await measure('facets, of three projects', rounds, facet({}, ownProjects)),
      await measure('search, beginning of a name', rounds, () => searchWithin(database, 'orders-ab', everything, somebody), '≤ 20'),
      await measure('search, nothing found', rounds, () => searchWithin(database, 'zzzz', everything, somebody), '≤ 20'),
      await measure('search, two words', rounds, () => searchWithin(database, 'media project-0042', everything, somebody), '≤ 20'),
      { what: 'references', value: `${resources * references}`, unit: '' },
      await measure('relations of a resource', rounds, () => relationsWithin(database, ordinary, everything, 50), '≤ 20'),
      await measure('relations of one that 10,000 refer to', rounds, () => relationsWithin(database, popular, everything, 50), '≤ 100'),
      await measure('relations, seen by a team', rounds, () => relationsWithin(database, popular, ownProjects, 50), '≤ 100'),
      ...(await storing(database)),
    ]
    return { name: 'inventory', rows }
  } finally {
    await database.$disconnect()
    await fresh.drop()
  }
}

async function storing(database: Database): Promise<BenchRow[]> {
  const count = 5_000
  const batch = 250
  const change = (index: number, version: number) => ({
    type: 'seen' as const,
    kind: 'Kind0.storage.cnrm.cloud.google.com',
    kindName: 'Kind0',
    raw: {
      apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
      kind: 'Kind0',
      metadata: {
        name: `stored-${index}`,
        namespace: `project-${String(index % 50).padStart(4, '0')}`,
        uid: `u${index}`,
        resourceVersion: `${version}`,
        generation: version,
        labels: { team: 'x' },
      },
      spec: { location: 'EU', version, lifecycleRule: [{ action: { type: 'Delete' }, condition: { age: 30 } }] },
      status: {
        observedGeneration: version,
        conditions: [{ type: 'Ready', status: 'True', reason: 'UpToDate', message: 'The resource is up to date' }],
      },
    },
  })
  const store = async (version: number): Promise<number> => {
    const start = performance.now()
    for (let from = 0; from < count; from += batch)
      await storeChanges(
        database,
        'demo',
        Array.from({ length: batch }, (_, index) => change(from + index, version)),
        new Map(),
      )
    return Math.round(count / ((performance.now() - start) / 1000))
  }
  return [
    { what: 'store new resources', value: await store(1), unit: 'per s' },
    { what: 'store changes with revisions', value: await store(2), unit: 'per s' },
    { what: 'pass over what is stored already', value: await store(2), unit: 'per s' },
  ]
}
