/** For tests: a database of one's own on the server that TEST_DATABASE_URL names, with every migration applied. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { connectDatabase, type Database } from './client.ts'
import { migrate } from './migrate.ts'

export interface FreshDatabase {
  url: string
  database: Database
  /** Disconnects and removes it. */
  drop: () => Promise<void>
}

export interface EmptyDatabase {
  url: string
  /** Removes it, whoever is connected. */
  drop: () => Promise<void>
}

/** Makes an empty database. */
export async function emptyDatabase(serverUrl: string | undefined): Promise<EmptyDatabase> {
  if (!serverUrl)
    throw new Error('TEST_DATABASE_URL is not set: system tests are run by `npm test`, which starts a PostgreSQL server and names it.')
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE "${name}"`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(serverUrl, `DROP DATABASE "${name}" WITH (FORCE)`) }
}

/** Makes it; the process's own `database()` uses it when the test sets DATABASE_URL to `url` before its first call. */
export async function freshDatabase(serverUrl: string | undefined): Promise<FreshDatabase> {
  const { url, drop } = await emptyDatabase(serverUrl)
  await migrate(url)
  const database = connectDatabase(url)
  return {
    url,
    database,
    drop: async () => {
      await database.$disconnect()
      await drop()
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
