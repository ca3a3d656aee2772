/** Errors of the database as people meet them. Needs TEST_DATABASE_URL: a server where databases may be created. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Unavailable } from '#lib/errors.ts'
import { connectDatabase, translateDatabaseError } from './client.ts'
import { type FreshDatabase, freshDatabase } from './fresh-database.ts'

let fresh: FreshDatabase
let other: pg.Client
beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  other = new pg.Client({ connectionString: fresh.url })
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await fresh.drop()
})

/** Lets a question wait for a lock, and ends its connection meanwhile. */
async function cutOff(ask: () => Promise<unknown>): Promise<unknown> {
  await other.query('BEGIN; LOCK TABLE "login" IN ACCESS EXCLUSIVE MODE')
  try {
    const failed = ask().then(
      () => undefined,
      (error: unknown) => error,
    )
    const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    const ended = async () => {
      await other.query('SELECT pg_stat_clear_snapshot()') // else a transaction sees what it saw first
      return (await other.query(waiting)).rowCount
    }
    await expect.poll(ended).toBeGreaterThan(0)
    return await failed
  } finally {
    await other.query('ROLLBACK')
  }
}

test.each([
  ['in the middle of a question', () => fresh.database.login.findMany()],
  ['in the middle of a question of our own', () => fresh.database.$queryRaw`SELECT * FROM "login"`],
  ['in the middle of a transaction', () => fresh.database.$transaction((transaction) => transaction.login.count())],
])('a server that ends a connection %s cannot be reached', async (_, ask) => {
  expect(translateDatabaseError(await cutOff(ask))).toBeInstanceOf(Unavailable)
  await fresh.database.login.count() // and is asked again on another one
})

test('nor can one that is not there', async () => {
  const nobody = connectDatabase('postgresql://corbel@127.0.0.1:1/corbel')
  const failed = await nobody.login.count().catch((error: unknown) => error)
  expect(translateDatabaseError(failed)).toBeInstanceOf(Unavailable)
  await nobody.$disconnect()
})

test('what it refuses stays what it is', async () => {
  const refused = await fresh.database.$queryRaw`SELECT * FROM "no_such_table"`.catch((error: unknown) => error)
  expect(translateDatabaseError(refused)).toBe(refused)
})
