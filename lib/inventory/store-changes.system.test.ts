import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { JsonObject } from '#lib/json.ts'
import { forgetKind, storeChanges } from './store-changes.ts'

const kind = 'Probe.probes.example.com'
let fresh: FreshDatabase
let database: Database

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  database = connectDatabase(fresh.url)
})
afterAll(async () => {
  await database?.$disconnect()
  await fresh?.drop()
})

test('a kind of more rows than one transaction takes is forgotten whole, each row with its revision', async () => {
  const rows = 1_203
  const column = { cluster: 'test', group: 'probes.example.com', kind: 'Probe', plural: 'probes', version: 'v1', namespaced: true }
  await database.kind.create({ data: { ...column, key: kind, definition: {}, hash: 'x', state: 'synced', count: rows } })
  await database.$executeRaw`
    INSERT INTO "resource" ("id", "cluster", "namespace", "kind", "kindName", "name", "uid", "state", "headline", "resourceVersion", "createdAt", "updatedAt")
    SELECT gen_random_uuid(), 'test', 'shop', k, 'Probe', 'probe-' || n, n::text, 'ready', '', '1', now(), now()
    FROM generate_series(1, ${rows}) AS n, (VALUES (${kind}), ('Other.example.com')) AS kinds(k)`
  await forgetKind(database, 'test', kind)
  expect(await database.resource.count({ where: { kind, deletedAt: null } })).toBe(0)
  expect(await database.resource.count({ where: { deletedAt: null } })).toBe(rows)
  expect(await database.revision.count({ where: { change: 'deleted', resource: { kind } } })).toBe(rows)
  expect(await database.kind.findFirstOrThrow({ where: { key: kind } })).toMatchObject({ state: 'gone', count: 0 })
})

test('keys such as __proto__ are stored and compared like all others', async () => {
  const at = (resourceVersion: string, extra: string): { type: 'seen'; kind: string; kindName: string; raw: JsonObject } => ({
    type: 'seen',
    kind: 'Odd.probes.example.com',
    kindName: 'Odd',
    raw: JSON.parse(
      `{"metadata":{"namespace":"shop","name":"odd","uid":"u","resourceVersion":"${resourceVersion}"},"spec":{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}${extra}}}`,
    ),
  })
  const fields = async () => {
    const revisions = await database.revision.findMany({
      where: { resource: { name: 'odd' } },
      orderBy: { id: 'asc' },
      select: { fields: true },
    })
    return JSON.stringify(revisions.map((revision) => revision.fields))
  }
  await storeChanges(database, 'test', [at('1', '')], new Map())
  await storeChanges(database, 'test', [at('2', '')], new Map())
  expect(await fields()).toBe('[[]]')
  await storeChanges(database, 'test', [at('3', ',"toString":"c"')], new Map())
  expect(await fields()).toBe('[[],[{"path":["spec","toString"],"after":"c"}]]')
  const [stored] = await database.$queryRaw<{ spec: string }[]>`
    SELECT "object"#>>'{spec,__proto__,a}' AS "spec" FROM "resource_object" o JOIN "resource" r ON r."id" = o."resourceId" WHERE r."name" = 'odd'`
  expect(stored?.spec).toBe('1')
  expect(Object.prototype).not.toHaveProperty('a')
})
