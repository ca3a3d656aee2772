/** The worker's side of jobs: takes them, runs their handlers, says in the log what went wrong. */
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import { RateLimited } from '#lib/errors.ts'
import { redactText } from '#lib/redact/redact.ts'
import { log } from '#lib/telemetry/log.ts'
import type { Job } from './define-job.ts'
import { closeJobQueue, enqueue, ensureQueue, openBoss, sendWith } from './job-queue.ts'

/** A job whose data type is forgotten, so that jobs of several types fit into one list. */
export interface RunnableJob {
  name: string
  start: (boss: PgBoss) => Promise<void>
}

/** A job ready to be run by a worker. */
export function runnable<Data extends object>(job: Job<Data>): RunnableJob {
  return { name: job.name, start: (boss) => startJob(boss, job) }
}

export interface RunningJobs {
  /** Lets running jobs finish for up to ten seconds, then stops. */
  stop: () => Promise<void>
}

/** Starts taking jobs. A lost database is waited for. Throws when it cannot be reached at the start. */
export async function startJobs(options: { databaseUrl: string; jobs: RunnableJob[] }): Promise<RunningJobs> {
  const boss = await openBoss(options.databaseUrl, true)
  sendWith(boss)
  for (const job of options.jobs) await job.start(boss)
  return {
    stop: async () => {
      await boss.stop({ graceful: true, timeout: 10_000 })
      await closeJobQueue()
    },
  }
}

async function startJob<Data extends object>(boss: PgBoss, job: Job<Data>): Promise<void> {
  await ensureQueue(boss, job)
  const options = {
    includeMetadata: true,
    batchSize: 1,
    heartbeatRefreshSeconds: 3,
    pollingIntervalSeconds: 1,
    notifyPollingIntervalSeconds: 2,
  } as const
  for (let count = 0; count < job.options.concurrency; count++) {
    const worker: string = await boss.work(job.name, options, async (taken: JobWithMetadata<unknown>[]) => {
      // pg-boss would wait for the next poll; where one job was, more may be
      boss.notifyWorker(worker)
      for (const one of taken) await runOne(job, one)
    })
  }
  if (job.options.schedule) await boss.schedule(job.name, job.options.schedule, {})
}

async function runOne<Data extends object>(job: Job<Data>, taken: JobWithMetadata<unknown>): Promise<void> {
  const data = job.data.safeParse(taken.data ?? {})
  if (!data.success) {
    // Written by another version of Corbel: trying again would not change it.
    log().error({ job: job.name, id: taken.id, issues: data.error.issues }, 'a job has data this version does not know; it is dropped')
    return
  }
  try {
    await job.handle(data.data, { signal: taken.signal, attempt: taken.retryCount, last: taken.retryCount >= taken.retryLimit })
  } catch (error) {
    if (error instanceof RateLimited && error.retryAfterSeconds !== undefined) {
      // Waiting as asked is no failed attempt. A crash between these two lines repeats the job, which is harmless.
      log().warn({ job: job.name, id: taken.id, err: error }, 'a job waits as it was asked to')
      await enqueue(null, job, data.data, { key: laterKey(taken.singletonKey ?? taken.id), afterSeconds: error.retryAfterSeconds })
      return
    }
    log().warn({ job: job.name, id: taken.id, attempt: taken.retryCount, err: error }, 'a job failed')
    // pg-boss keeps what is thrown, with everything it carries: a request's body, a token
    throw new Error(redactText(error instanceof Error ? error.message : String(error)).slice(0, 2000))
  }
}

/** A key that does not collide with the job that still runs, and comes back to the first one the next time. */
const laterKey = (key: string): string => (key.endsWith('/later') ? key.slice(0, -'/later'.length) : `${key}/later`)
