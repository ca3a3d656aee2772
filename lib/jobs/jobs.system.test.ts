import { spawn } from 'node:child_process'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { RateLimited } from '#lib/errors.ts'
import { defineJob } from './define-job.ts'
import { enqueue } from './job-queue.ts'
import { type RunningJobs, runnable, startJobs } from './run-jobs.ts'

let fresh: FreshDatabase
let jobs: RunningJobs
const ran: string[] = []
const failures = new Map<string, Error[]>()

const note = defineJob(
  'note',
  z.object({ text: z.string() }),
  async ({ text }) => {
    const failure = failures.get(text)?.shift()
    if (failure) throw failure
    ran.push(text)
  },
  { retries: 3, retryAfterSeconds: 1, retryAtMostSeconds: 2 },
)

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settings(fresh.url))
  jobs = await startJobs({ databaseUrl: fresh.url, jobs: [runnable(note)] })
})

afterAll(async () => {
  await jobs.stop()
  await database().$disconnect()
  await fresh.drop()
})

/** Every setting, since the configuration is read as a whole. */
const settings = (url: string) => ({
  CORBEL_URL: 'http://corbel.test',
  CORBEL_SECRET: 'a secret of more than thirty-two letters',
  CORBEL_LOG_LEVEL: 'error',
  DATABASE_URL: url,
  OIDC_ISSUER: 'http://127.0.0.1:1',
  OIDC_CLIENT_ID: 'corbel',
  OIDC_CLIENT_SECRET: 'corbel',
  CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: join(import.meta.dirname, 'jobs.system.test.ts') }]),
  GITHUB_APP_ID: '1',
  GITHUB_APP_PRIVATE_KEY_FILE: join(import.meta.dirname, 'jobs.system.test.ts'), // any file that says PRIVATE KEY
  GITHUB_WEBHOOK_SECRET: 'x',
  GITHUB_CLIENT_ID: 'x',
  GITHUB_CLIENT_SECRET: 'x',
})

async function until(done: () => boolean, seconds = 30): Promise<void> {
  for (let waited = 0; waited < seconds * 10 && !done(); waited++) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(done()).toBe(true)
}
const times = (text: string): number => ran.filter((one) => one === text).length

test('a job written in a transaction runs when that commits, and never when it does not', async () => {
  await database().$transaction((transaction) => enqueue(transaction, note, { text: 'kept' }))
  const undone = database().$transaction(async (transaction) => {
    await enqueue(transaction, note, { text: 'undone' })
    throw new Error('rolled back')
  })
  await expect(undone).rejects.toThrow('rolled back')
  await until(() => times('kept') === 1)
  expect(times('undone')).toBe(0)
})

test('jobs with the same key are one job', async () => {
  await database().$transaction(async (transaction) => {
    await enqueue(transaction, note, { text: 'same' }, { key: 'k' })
    await enqueue(transaction, note, { text: 'same' }, { key: 'k' })
  })
  await enqueue(null, note, { text: 'after' })
  await until(() => times('same') > 0 && times('after') > 0)
  expect(times('same')).toBe(1)
})

test('a failed job is tried again, and one that was asked to wait waits', async () => {
  failures.set('fails', [new Error('once'), new Error('twice')])
  failures.set('waits', [new RateLimited('github', 'Slow down.', 1)])
  await enqueue(null, note, { text: 'fails' })
  await enqueue(null, note, { text: 'waits' })
  await until(() => times('fails') === 1 && times('waits') === 1)
})

test('the queue keeps nothing of what a failure carried but its sentence', async () => {
  const cause = Object.assign(new Error('cause-canary'), { request: { body: 'body-canary' } })
  const failure = () => Object.assign(new Error('GitHub refused.', { cause }), { token: 'token-canary' })
  failures.set('carries', [failure(), failure(), failure()])
  await enqueue(null, note, { text: 'carries' })
  const kept = async () =>
    JSON.stringify(await database().$queryRaw`SELECT output FROM jobs.job WHERE data->>'text' = 'carries' AND output IS NOT NULL`)
  await expect.poll(kept, { timeout: 20_000 }).toContain('GitHub refused.')
  expect(await kept()).not.toContain('canary')
  await until(() => times('carries') === 1)
})

test('many jobs run one after another without waiting for a poll', async () => {
  const texts = Array.from({ length: 40 }, (_, index) => `many-${index}`)
  await database().$transaction(async (transaction) => {
    for (const text of texts) await enqueue(transaction, note, { text })
  })
  await until(() => texts.every((text) => times(text) === 1), 15)
})

test('data the job does not take are refused where they are written', async () => {
  // @ts-expect-error the compiler refuses it too
  await expect(enqueue(null, note, { words: 1 })).rejects.toThrow()
})

test('a database that drops every connection is found again', async () => {
  await database()
    .$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'corbel-%'`
  // a pool learns of each of its dead connections by using it
  let sent = false
  for (let attempt = 0; attempt < 10 && !sent; attempt++) {
    sent = await enqueue(null, note, { text: 'after the break' }).then(
      () => true,
      () => false,
    )
  }
  await until(() => times('after the break') > 0)
})

/** A way to the database that can be cut. */
async function wayTo(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl)
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const onward = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          other.destroy()
        })
        .pipe(other)
    }
  })
  const listen = (at: number): Promise<void> => new Promise((done) => server.listen(at, '127.0.0.1', done))
  await listen(0)
  // Proof of the cast: a server that listens on TCP has an AddressInfo.
  const { port: own } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.port = String(own)
  url.hostname = '127.0.0.1'
  return {
    url: url.href,
    cut: async (): Promise<void> => {
      const closed = new Promise((done) => server.close(done))
      for (const socket of open) socket.destroy()
      await closed
    },
    mend: () => listen(own),
  }
}

test('an outage of the database is told twice: when it begins and when it has ended; then waiting jobs run', async () => {
  const way = await wayTo(fresh.url)
  const worker = `
    import { z } from 'zod'
    import { defineJob } from '#lib/jobs/define-job.ts'
    import { runnable, startJobs } from '#lib/jobs/run-jobs.ts'
    const job = defineJob('after-outage', z.object({}), async () => console.log('ran'))
    await startJobs({ databaseUrl: process.env.DATABASE_URL, jobs: [runnable(job)] })
    console.log('started')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', worker], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, ...settings(way.url), CORBEL_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let said = ''
    child.stdout.on('data', (text: Buffer) => (said += text))
    const times = (words: string): number => said.split(words).length - 1
    await until(() => times('started') === 1)
    await way.cut()
    await until(() => times('cannot reach the database') > 0)
    // long enough for every poller to fail several times
    await new Promise((resolve) => setTimeout(resolve, 6000))
    await enqueue(
      null,
      defineJob('after-outage', z.object({}), async () => {}),
      {},
    )
    expect(times('ran')).toBe(0)
    await way.mend()
    await until(() => times('ran') === 1 && times('reaches the database again') === 1, 60)
    expect(said.split('\n').filter((line) => line.includes('"level":40') || line.includes('"level":50'))).toHaveLength(1)
  } finally {
    child.kill('SIGKILL')
    await way.cut()
  }
})

test('a job of a worker killed with -9 is taken over within seconds', async () => {
  const worker = `
    import { z } from 'zod'
    import { defineJob } from '#lib/jobs/define-job.ts'
    import { runnable, startJobs } from '#lib/jobs/run-jobs.ts'
    const job = defineJob('taken-over', z.object({}), async () => { console.log('working'); await new Promise((done) => setTimeout(done, 600_000)) })
    await startJobs({ databaseUrl: process.env.DATABASE_URL, jobs: [runnable(job)] })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', worker], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, ...settings(fresh.url) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const working = new Promise<void>((resolve) => child.stdout.on('data', (text: Buffer) => text.includes('working') && resolve()))
  let done = 0
  const same = defineJob('taken-over', z.object({}), async () => void done++)
  await enqueue(null, same, {})
  await working
  child.kill('SIGKILL')
  const second = await startJobs({ databaseUrl: fresh.url, jobs: [runnable(same)] })
  await until(() => done === 1, 40)
  await second.stop()
})
