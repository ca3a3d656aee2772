import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type EmptyDatabase, emptyDatabase } from '#lib/database/fresh-database.ts'
import { migrate } from '#lib/database/migrate.ts'
import { appendAudit, findBreak } from './append-audit.ts'
import { guardProblems } from './chain-guards.ts'

const script = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'database', 'separate-audit-owner.sql'), 'utf8')
/** An ordinary account: may make tables in its own database and nothing else. */
const account = `audit_test_${Date.now().toString(36)}`
const record = { requestId: 'r', actor: 'alice', action: 'a.b', outcome: 'succeeded' as const, target: {}, details: {} }
let empty: EmptyDatabase
let portal: Database
let url: string

beforeAll(async () => {
  empty = await emptyDatabase(process.env.TEST_DATABASE_URL)
  await asAdmin(`CREATE ROLE ${account} LOGIN PASSWORD 'x' NOSUPERUSER NOCREATEROLE NOCREATEDB`)
  await asAdmin(`ALTER DATABASE "${new URL(empty.url).pathname.slice(1)}" OWNER TO ${account}`)
  const own = new URL(empty.url)
  own.username = account
  own.password = 'x'
  url = own.href
  await migrate(url)
  portal = connectDatabase(url, 2)
})
afterAll(async () => {
  await portal.$disconnect()
  await empty.drop()
  await asAdmin(`DROP ROLE ${account}`, process.env.TEST_DATABASE_URL)
})

const refusals = [
  'ALTER TABLE corbel_audit.entry DISABLE TRIGGER ALL',
  'DROP TRIGGER entry_only_grows ON corbel_audit.entry',
  'DROP TABLE corbel_audit.entry CASCADE',
  'DROP SCHEMA corbel_audit CASCADE',
  'ALTER SCHEMA corbel_audit RENAME TO gone',
  'CREATE OR REPLACE FUNCTION corbel_audit.only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  `INSERT INTO corbel_audit.checkpoint VALUES (1, 'x', now(), 'x')`,
  `INSERT INTO audit_entry SELECT * FROM audit_entry`,
  'UPDATE corbel_audit.entry SET actor = $$mallory$$',
  'DELETE FROM corbel_audit.entry',
  'TRUNCATE corbel_audit.entry',
  'UPDATE corbel_audit.head SET seq = seq + 1',
  'SET ROLE corbel_audit_owner',
  'GRANT corbel_audit_owner TO CURRENT_USER',
  'SET session_replication_role = replica',
]

test('an ordinary account migrates and appends; that it owns the chain is told', async () => {
  await portal.$transaction((transaction) => appendAudit(transaction, record))
  expect(await guardProblems(portal)).toEqual([expect.stringContaining(`"${account}" owns the audit chain`)])
})

test('given away by the script, twice, the account appends and reads and can do nothing else', async () => {
  await asAdmin(script)
  await asAdmin(script)
  expect(await guardProblems(portal)).toEqual([])
  await portal.$transaction((transaction) => appendAudit(transaction, record))
  const entries = await portal.auditEntry.findMany({ orderBy: { seq: 'asc' } })
  expect(entries).toHaveLength(2)
  expect(findBreak(entries)).toBeUndefined()
  expect(await migrate(url)).toEqual([])
})

test.each(refusals)('refused: %s', async (sql) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await expect(client.query(sql)).rejects.toThrow(/permission denied|must be owner|never changed|cannot|not permitted/)
  } finally {
    await client.end()
  }
})

test('triggers that somebody switched off are told', async () => {
  await asAdmin('ALTER TABLE corbel_audit.entry DISABLE TRIGGER entry_only_grows')
  expect(await guardProblems(portal)).toEqual([expect.stringMatching(/^1 of the 7 triggers/)])
  await asAdmin('ALTER TABLE corbel_audit.entry ENABLE ALWAYS TRIGGER entry_only_grows')
})

async function asAdmin(sql: string, connectionString: string | undefined = empty.url): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
