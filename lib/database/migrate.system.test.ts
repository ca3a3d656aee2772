import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MigrationProblem, migrate } from '#lib/database/migrate.ts'
import { type EmptyDatabase, emptyDatabase } from './fresh-database.ts'

const root = join(import.meta.dirname, '..', '..')
let empty: EmptyDatabase
beforeAll(async () => {
  empty = await emptyDatabase(process.env.TEST_DATABASE_URL)
})
afterAll(() => empty.drop())

const query = async (sql: string) => {
  const client = new pg.Client({ connectionString: empty.url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('three migrations started at once apply each file once, and Prisma agrees that nothing is missing', async () => {
  const applied = await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)])
  expect(applied.flat().length).toBeGreaterThan(0)
  expect(new Set(applied.flat()).size).toBe(applied.flat().length)
  const status = execFileSync(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'migrate', 'status'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      DATABASE_URL: empty.url,
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'scripts/prisma-schema-engine.mjs'),
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  })
  expect(status).toMatch(/up to date/)
  expect(await migrate(empty.url)).toEqual([])
})

test('a migration that was applied in another form is named, and nothing is touched', async () => {
  await query("UPDATE _prisma_migrations SET checksum = repeat('0', 64)")
  await expect(migrate(empty.url)).rejects.toThrow(MigrationProblem)
  await expect(migrate(empty.url)).rejects.toThrow(/in another form/)
})
