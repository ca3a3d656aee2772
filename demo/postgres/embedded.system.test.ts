import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '#demo/supervisor/ports.ts'
import { commandOf } from '#demo/supervisor/processes.ts'
import { type Postgres, startPostgres } from './embedded.ts'
import { preparePostgres, removePostgres } from './installation.ts'

let directory: string
let started: Postgres[]
/** Where the data are: outside `directory` when PostgreSQL's account may not enter the checkout. */
const data = (): string => preparePostgres(directory).data
const start = async (port?: number): Promise<Postgres> => {
  const postgres = await startPostgres({ directory, ...(port && { port }) })
  started.push(postgres)
  return postgres
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'corbel-postgres-'))
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((postgres) => postgres.stop()))
  removePostgres(directory)
})

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('data survive a stop, and the password keeps others out', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)')
  await first.stop()
  const second = await start()
  expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }])
  await expect(query(second.url.replace(/:[^:@/]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password authentication failed')
  expect(statSync(data()).mode & 0o777).toBe(0o700)
})

test('kill -9 loses nothing that was acknowledged', async () => {
  const port = await freePort()
  const first = await start(port)
  await query(first.url, 'CREATE TABLE written (id int PRIMARY KEY)')
  const acknowledged: number[] = []
  const write = async (from: number): Promise<void> => {
    const client = new pg.Client({ connectionString: first.url })
    client.on('error', () => {})
    await client.connect()
    for (let id = from; ; id += 4) {
      await client.query('INSERT INTO written VALUES ($1)', [id])
      acknowledged.push(id)
    }
  }
  const writers = Promise.allSettled([0, 1, 2, 3].map(write))
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(200)
  process.kill(first.pid, 'SIGKILL')
  await writers
  await first.exited
  const second = await start(port)
  expect(second.url).toBe(first.url)
  const stored = new Set((await query(second.url, 'SELECT id FROM written')).map((row) => JSON.stringify(row)))
  expect(acknowledged.filter((id) => !stored.has(JSON.stringify({ id })))).toEqual([])
})

test('a server whose parent was killed is stopped, and its data taken over', async () => {
  const program = `
    const { startPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))})
    const { url, pid } = await startPostgres({ directory: ${JSON.stringify(directory)} })
    console.log(JSON.stringify({ url, pid }))
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(parent.stdout, 'data')
  const orphan: { url: string; pid: number } = JSON.parse(String(said))
  await query(orphan.url, 'CREATE TABLE inherited (id int)')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const heir = await start()
  expect(await query(heir.url, 'SELECT count(*)::int AS n FROM inherited')).toEqual([{ n: 0 }])
  expect(commandOf(orphan.pid)).toBe('')
})

test('a port that another program has is named', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(start(port)).rejects.toThrow(`PostgreSQL cannot listen on port ${port} of 127.0.0.1: another program has it.`)
  other.close()
})

test.each([
  ['an empty lock file', ''],
  ['a lock file of another program that lives', `${process.pid}\n`],
  ['a lock file of a process that is gone', '4194303\n'],
])('%s does not keep it from starting', async (_, content) => {
  await (await start()).stop()
  writeFileSync(join(data(), 'postmaster.pid'), content)
  const { url } = await start()
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a start killed while it made the data begins again', async () => {
  await (await start()).stop()
  rmSync(join(data(), 'PG_VERSION'))
  rmSync(data(), { recursive: true })
  writeFileSync(`${data()}.new`, 'half made')
  const { url } = await start()
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(lstatSync(`${data()}.new`, { throwIfNoEntry: false })).toBeUndefined()
})
