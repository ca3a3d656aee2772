import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendAudit, chainEntryOf, findBreak } from '#lib/audit/append-audit.ts'
import { type ChainEntry, chainStart, contentOf, hashOf } from '#lib/audit-format/audit-entry.ts'
import vectors from '#lib/audit-format/golden-vectors.json' with { type: 'json' }
import { emptyDatabase, type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { migrate } from '#lib/database/migrate.ts'
import { newId } from '#lib/ids.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { sha256 } from './audit-crypto.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
})
afterAll(() => fresh.drop())

const record = (number: number) => ({
  requestId: `r${number}`,
  actor: 'alice',
  action: 'proposal.submitted',
  outcome: 'intent' as const,
  target: { name: `n${number}`, b: 1, a: 2 },
  details: { nested: { z: [1, 'x'], a: null } },
})
const entries = () => fresh.database.auditEntry.findMany({ orderBy: { seq: 'asc' } })
const append = (told: Parameters<typeof appendAudit>[1]) => fresh.database.$transaction((transaction) => appendAudit(transaction, told))

test('entries written at the same moment form one unbroken chain without gaps', async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, number) =>
      fresh.database.$transaction((transaction) => appendAudit(transaction, record(number)), { maxWait: 20_000, timeout: 20_000 }),
    ),
  )
  const all = await entries()
  expect(all.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  expect(findBreak(all)).toBeUndefined()
  expect(all.map(({ at }) => at.getTime())).toEqual(all.map(({ at }) => at.getTime()).sort((a, b) => a - b))
})

test('a changed, removed or moved entry breaks the chain at its place', async () => {
  const all = await entries()
  const changed = all.map((entry, index) => (index === 7 ? { ...entry, actor: 'mallory' } : entry))
  expect(findBreak(changed)?.seq).toBe(all[7]?.seq)
  expect(findBreak(all.filter((_, index) => index !== 4))?.seq).toBe(all[5]?.seq)
})

test('the database refuses to change or remove entries, checkpoints and the head, its superuser included', async () => {
  await expect(fresh.database.auditEntry.updateMany({ data: { actor: 'mallory' } })).rejects.toThrow(/never changed or removed/)
  await expect(fresh.database.auditEntry.deleteMany()).rejects.toThrow(/never changed or removed/)
  const last = (await entries()).at(-1)
  await fresh.database.$queryRaw`SELECT corbel_audit.keep_checkpoint(${last?.seq}::bigint, ${last?.hash}, 'a note')`
  for (const sql of [
    'TRUNCATE corbel_audit.entry',
    'TRUNCATE corbel_audit.head',
    'TRUNCATE corbel_audit.checkpoint',
    'UPDATE corbel_audit.checkpoint SET note = $$x$$',
    'DELETE FROM corbel_audit.checkpoint',
    'DELETE FROM corbel_audit.head',
    'UPDATE corbel_audit.head SET seq = seq - 1',
    'UPDATE corbel_audit.head SET hash = repeat($$a$$, 64)',
    'SET session_replication_role = replica; DELETE FROM corbel_audit.entry',
  ])
    await expect(onServer(fresh.url, sql), sql).rejects.toThrow(/never changed or removed|only moves on/)
})

test('an entry whose transaction is rolled back was never told, and leaves no gap', async () => {
  const before = await entries()
  await expect(
    fresh.database.$transaction(async (transaction) => {
      await appendAudit(transaction, record(99))
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await entries()).toHaveLength(before.length)
  const receipt = await append(record(100))
  expect(receipt.seq).toBe((before.at(-1)?.seq ?? 0n) + 1n)
  expect(receipt).toMatchObject(
    await fresh.database.auditEntry.findUniqueOrThrow({ where: { id: receipt.id }, select: { hash: true, at: true } }),
  )
})

describe('SQL and TypeScript agree byte for byte', () => {
  test.each(vectors.map((vector) => [vector.why, vector] as const))('%s', async (_, { seq, at, previous, content, hash }) => {
    const [row] = await fresh.database.$queryRaw<{ hash: string }[]>`
      SELECT corbel_audit.entry_hash(${seq}::bigint, ${at}::timestamptz, ${previous}, ${content}) AS hash`
    expect(row?.hash).toBe(hash)
  })

  test('any JSON comes back from the database as it was hashed', async () => {
    const json = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }), { maxKeys: 5 })
    const text = fc.string({ unit: 'binary' })
    await fc.assert(
      fc.asyncProperty(json, json, text, async (target, details, actor) => {
        // Proof of the casts: fast-check's JSON values are JSON.
        await append({ ...record(0), actor, target: target as JsonObject, details: details as JsonObject })
      }),
      { numRuns: 120 },
    )
    const odd: Json = JSON.parse(
      '{"__proto__":{"x":1},"e":[1e21,1e-7,-0,5e-324,123456789012345680000,0.1,1.7976931348623157e308],"n":null}',
    )
    await append({ ...record(0), details: { odd, nul: 'a\0b', half: '\ud800', bidi: '\u202egnp.exe\u2066' } })
    expect(findBreak(await entries())).toBeUndefined()
  })
})

test('an outcome names its intent, and both can be read back', async () => {
  const intent = await append({ ...record(1), awaits: true })
  const outcome = await append({ ...record(2), outcome: 'unknown', intent: intent.id })
  expect(await fresh.database.auditEntry.findUnique({ where: { id: outcome.id } })).toMatchObject({ intent: intent.id, outcome: 'unknown' })
  expect(findBreak(await entries())).toBeUndefined()
})

test('what looks like a secret is hidden before it is hashed', async () => {
  const { id } = await append({
    ...record(1),
    details: { message: 'Bearer canary0canary0canary0', password: 'canary', nested: [{ name: 'DB_PASSWORD', value: 'canary' }] },
  })
  expect(
    JSON.stringify(await fresh.database.auditEntry.findUnique({ where: { id } }), (_, value) => (typeof value === 'bigint' ? 0 : value)),
  ).not.toContain('canary')
})

test.each([
  ['no JSON', 'x'],
  ['a list', '[]'],
  ['no target', '{"id":"01890a5d-ac96-774b-bcce-b30200000001","details":{}}'],
  ['an outcome nobody knows', content({ outcome: 'great' })],
  ['nobody who acted', content({ actor: null })],
  ['more than a mebibyte', content({ details: { text: 'x'.repeat(1 << 20) } })],
])('the function refuses %s and the chain stays as it is', async (_, text) => {
  const before = await entries()
  await expect(fresh.database.$queryRaw`SELECT * FROM corbel_audit.append(${text})`).rejects.toThrow()
  expect(await entries()).toHaveLength(before.length)
})
function content(change: Record<string, unknown>): string {
  return JSON.stringify({ ...record(1), id: newId(), ...change })
}

test('a checkpoint of an entry that is not in the chain is refused', async () => {
  await expect(fresh.database.$queryRaw`SELECT corbel_audit.keep_checkpoint(1, ${'a'.repeat(64)}, 'a note')`).rejects.toThrow(/no entry 1/)
})

test('the chain of the version before goes on: its entries keep their format and hold, gaps and all', async () => {
  const empty = await emptyDatabase(process.env.TEST_DATABASE_URL)
  try {
    const folder = join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
    const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    const before = names.filter((name) => name < '20261123080000_audit').sort()
    for (const name of before) await onServer(empty.url, readFileSync(join(folder, name, 'migration.sql'), 'utf8'))
    let previous = chainStart
    for (const seq of [1, 2, 5]) {
      const at = new Date(Date.UTC(2026, 10, 23, 2, 0, seq, 7)).toISOString()
      const entry = { ...record(seq), seq, format: 1 as const, id: newId(), at, previous }
      const hash = hashOf(entry, sha256)
      const { id, requestId, actor, action, outcome, target, details } = entry
      await onServer(empty.url, 'INSERT INTO audit_entry VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
        ...[seq, id, at, requestId, actor, action, outcome, target, details, previous, hash],
      ])
      previous = hash
    }
    await onServer(
      empty.url,
      `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`,
    )
    for (const name of before)
      await onServer(empty.url, `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ($1, $2, $3, now())`, [
        newId(),
        Buffer.from(sha256(readFileSync(join(folder, name, 'migration.sql')))).toString('hex'),
        name,
      ])
    expect(await migrate(empty.url)).toContain('20261123080000_audit')
    await onServer(empty.url, 'SELECT * FROM corbel_audit.append($1)', [contentOf({ ...record(6), id: newId() })])
    const rows = (await onServer(empty.url, 'SELECT * FROM audit_entry ORDER BY seq')).rows as Parameters<typeof chainEntryOf>[0][] // the view's columns
    const all: ChainEntry[] = rows.map(chainEntryOf)
    expect(all.map(({ seq, format }) => [seq, format])).toEqual([
      [1, 1],
      [2, 1],
      [5, 1],
      [6, 2],
    ])
    for (const [index, entry] of all.entries()) {
      expect(entry.previous).toBe(all[index - 1]?.hash ?? chainStart)
      expect(hashOf(entry, sha256)).toBe(entry.hash)
    }
  } finally {
    await empty.drop()
  }
})

async function onServer(connectionString: string, sql: string, values?: unknown[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
