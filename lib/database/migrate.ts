/**
 * Brings a database to the schema of this version: the files of prisma/migrations, in order, each in a transaction of its
 * own together with its record. It keeps the same table, checksums and lock as `prisma migrate deploy`, which can be used
 * in its place; this one needs nothing but the database driver, so the image can do it.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { newId } from '#lib/ids.ts'

const folder = join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
/** The advisory lock of Prisma's own migration engine: whoever migrates waits for whoever migrates. */
const prismaLock = 72707369

/** Why a database cannot be migrated: sentences for the operator. */
export class MigrationProblem extends Error {}

interface Migration {
  name: string
  sql: string
  checksum: string
}

function migrationFiles(): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Applies what is missing. Gives the names of the migrations it applied. Throws MigrationProblem with the next step. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock])
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
      logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`)
    const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
      'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    )
    const done = new Map(rows.map((row) => [row.migration_name, row]))
    const applied: string[] = []
    for (const migration of migrationFiles()) {
      const record = done.get(migration.name)
      if (record && !record.finished_at) {
        throw new MigrationProblem(
          `Migration ${migration.name} was begun by another tool and did not finish. Look at the table _prisma_migrations, mend the database, then run "prisma migrate resolve".`,
        )
      }
      if (record && record.checksum !== migration.checksum) {
        throw new MigrationProblem(
          `Migration ${migration.name} was applied to this database in another form than this version has. Is it a database of another version of Corbel? Restore a backup, or take an empty database.`,
        )
      }
      if (record) continue
      await apply(client, migration)
      applied.push(migration.name)
    }
    return applied
  } finally {
    await client.end() // gives the lock back too
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [newId(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // the connection may be gone; the transaction is then too
    throw new MigrationProblem(`Migration ${name} failed and was taken back: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}
