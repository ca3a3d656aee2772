import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { forgetKind } from './store-changes.ts'

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
