/** For tests: a database of one's own on the server that TEST_DATABASE_URL names, with every migration applied. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { connectDatabase, type Database } from './client.ts'

export interface FreshDatabase {
  url: string
  database: Database
  /** Disconnects and removes it. */
  drop: () => Promise<void>
}

const migrations = join(import.meta.dirname, '..', '..', 'prisma', 'migrations')

/** Makes it; the process's own `database()` uses it when the test sets DATABASE_URL to `url` before its first call. */
export async function freshDatabase(serverUrl: string | undefined): Promise<FreshDatabase> {
  if (!serverUrl)
    throw new Error('TEST_DATABASE_URL is not set: system tests are run by `npm test`, which starts a PostgreSQL server and names it.')
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE "${name}"`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  for (const migration of readdirSync(migrations, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    await onServer(url.href, readFileSync(join(migrations, migration.name, 'migration.sql'), 'utf8'))
  }
  const database = connectDatabase(url.href)
  return {
    url: url.href,
    database,
    drop: async () => {
      await database.$disconnect()
      await onServer(serverUrl, `DROP DATABASE "${name}" WITH (FORCE)`)
    },
  }
}

async function onServer(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(statements)
  } finally {
    await client.end()
  }
}
