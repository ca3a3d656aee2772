/** The queue of this process: one pg-boss, in PostgreSQL's schema `jobs`. Web processes write jobs, workers take them. */
import { fromPrisma, PgBoss, type QueuePolicy } from 'pg-boss'
import { config } from '#lib/config/config.ts'
import { isDatabaseUnreachable, type Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import type { Job, JobOptions } from './define-job.ts'

/** Seconds without a sign of life after which a job is taken from its worker; the least pg-boss allows. */
export const heartbeatSeconds = 10

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelJobs?: { boss: Promise<PgBoss>; queues: Map<string, Promise<void>> } }

/** A pg-boss on a database. `worker`: also takes jobs, runs schedules and looks after dead workers. */
export async function openBoss(databaseUrl: string, worker: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: 'jobs',
    application_name: worker ? 'corbel-worker-jobs' : 'corbel-web-jobs',
    max: worker ? 8 : 2,
    useListenNotify: worker,
    supervise: worker,
    schedule: worker,
    superviseIntervalSeconds: 3,
    monitorIntervalSeconds: 3,
    cronMonitorIntervalSeconds: 15,
    cronWorkerIntervalSeconds: 2,
  })
  // Without a listener a lost connection would end the process; pg-boss connects anew by itself.
  tellErrors(boss)
  boss.on('warning', (warning) => log().warn({ warning }, 'the job queue warns'))
  return boss.start()
}

/** How often a lost database is asked whether it is back, in milliseconds. */
const askAgainMs = 2_000

/** Tells the log of a lost database once, however many pollers meet it, and once that it is back; of anything else, once while it lasts. */
function tellErrors(boss: PgBoss): void {
  const away = outage()
  const refused = outage()
  let asking: NodeJS.Timeout | undefined
  let stopped = false
  const askAgain = (): void => {
    if (stopped) return
    asking = setTimeout(async () => {
      asking = undefined
      try {
        await boss.getDb().executeSql('SELECT 1')
        const lasted = away.ends()
        if (lasted !== undefined) log().info({ seconds: Math.round(lasted / 1000) }, 'the job queue reaches the database again')
      } catch {
        askAgain()
      }
    }, askAgainMs)
    asking.unref()
  }
  boss.on('error', (told: unknown) => {
    const error = errorOf(told)
    if (!isDatabaseUnreachable(error)) {
      if (refused.begins(error.message)) log().warn({ err: error }, 'the job queue met an error')
      return
    }
    if (away.begins())
      log().warn({ err: error }, 'the job queue cannot reach the database; jobs wait there and go on by themselves when it is back')
    if (!asking) askAgain()
  })
  boss.on('stopped', () => {
    stopped = true
    clearTimeout(asking)
  })
}

/** pg-boss tells of its pollers with a copy of the error that is no Error, their names behind the message: one outage, many texts. */
function errorOf(told: unknown): Error {
  if (told instanceof Error || typeof told !== 'object' || told === null) return told instanceof Error ? told : new Error(String(told))
  const { message = '', code, stack } = { message: undefined, code: undefined, stack: undefined, ...told }
  const error = new Error(String(message).replace(/ \(Queue: [^)]*\)$/, ''))
  return Object.assign(error, { ...(code === undefined ? {} : { code }), ...(typeof stack === 'string' ? { stack } : {}) })
}

const policies: Record<JobOptions['same'], QueuePolicy> = { one: 'exclusive', 'one-waiting': 'short' }

/** Makes a job's queue, or brings its settings up to date. */
export async function ensureQueue<Data extends object>(boss: PgBoss, job: Job<Data>): Promise<void> {
  const { options } = job
  const settings = {
    retryLimit: options.retries,
    retryDelay: options.retryAfterSeconds,
    retryBackoff: true,
    retryDelayMax: options.retryAtMostSeconds,
    expireInSeconds: options.expireSeconds,
    heartbeatSeconds,
    deleteAfterSeconds: 24 * 3600,
    notify: true,
  }
  if (await boss.getQueue(job.name)) await boss.updateQueue(job.name, settings)
  else await boss.createQueue(job.name, { ...settings, policy: policies[options.same] })
}

/** The boss with which this process writes jobs. A failed start is forgotten, so the next caller tries again. */
function sender(): NonNullable<typeof held.corbelJobs> {
  if (!held.corbelJobs) {
    const opened = { boss: openBoss(config().databaseUrl, false), queues: new Map<string, Promise<void>>() }
    opened.boss.catch(() => {
      if (held.corbelJobs === opened) held.corbelJobs = undefined
    })
    held.corbelJobs = opened
  }
  return held.corbelJobs
}

/** Lets the given boss write jobs too, so that a worker needs only one. */
export function sendWith(boss: PgBoss): void {
  held.corbelJobs = { boss: Promise.resolve(boss), queues: new Map() }
}

export interface EnqueueOptions {
  /** Jobs of one name and key are the same job: see JobOptions.same. Without a key every job is its own. */
  key?: string
  /** Not before this many seconds from now. */
  afterSeconds?: number
}

/**
 * Writes a job, inside the caller's transaction where one is given: the job is there exactly when the transaction commits. Nothing happens
 * where the same job waits already. Throws when the data are not what the job takes.
 */
export async function enqueue<Data extends object>(
  transaction: Transaction | null,
  job: Job<Data>,
  data: Data,
  { key, afterSeconds }: EnqueueOptions = {},
): Promise<void> {
  const checked = job.data.parse(data)
  const { boss: opening, queues } = sender()
  const boss = await opening
  let queue = queues.get(job.name)
  if (!queue) {
    queue = ensureQueue(boss, job)
    queues.set(job.name, queue)
    queue.catch(() => queues.delete(job.name))
  }
  await queue
  await boss.send(job.name, checked, {
    singletonKey: key ?? newId(),
    ...(afterSeconds === undefined ? {} : { startAfter: Math.max(1, Math.ceil(afterSeconds)) }),
    ...(transaction ? { db: fromPrisma(transaction) } : {}),
  })
}

/** Closes what `enqueue` opened. */
export async function closeJobQueue(): Promise<void> {
  const opened = held.corbelJobs
  held.corbelJobs = undefined
  if (opened) await (await opened.boss).stop({ graceful: false })
}
