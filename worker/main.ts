/**
 * The worker: collects every configured cluster into the index and runs the jobs. Keeps no state of its own, so several
 * may run; leases and the job queue share the work out. A database that is away, at the start or later, is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { keepCheckpoints } from '#lib/audit/keep-checkpoints.ts'
import { verifyAuditJob } from '#lib/audit/verify-whole-chain.ts'
import { settleChangesJob } from '#lib/break-glass/change-settle.ts'
import { handBackJobs, watchHandBacks } from '#lib/break-glass/residue-watch.ts'
import { watchSessions } from '#lib/break-glass/session-watch.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import { followClusterAudit } from '#lib/cluster-audit/follow-logs.ts'
import { checkAtStart } from '#lib/config/check-at-start.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { deliverEvents } from '#lib/event-sinks/deliver-events.ts'
import { importJobs } from '#lib/imports/import-jobs.ts'
import { startCollector } from '#lib/inventory/collector.ts'
import { runnable, startJobs } from '#lib/jobs/run-jobs.ts'
import { followIndex } from '#lib/proposals/follow-proposals.ts'
import { proposalJobs } from '#lib/proposals/proposal-jobs.ts'
import { log } from '#lib/telemetry/log.ts'
import { serveHealth } from '#worker/health-server.ts'

const longestPauseMs = 3_000

async function main(): Promise<void> {
  const { databaseUrl, workerPort, demo, kindPatterns } = config()
  const opened = clusters()
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(signal))

  const answers = async (): Promise<boolean> => (await database().$queryRaw<unknown[]>`SELECT 1 FROM "lease" LIMIT 1`) !== undefined
  let doing: () => Record<string, unknown> = () => ({ waitingFor: 'the database' })
  // the demo listens on nothing but loopback; in a cluster the orchestrator asks from outside
  const health = await serveHealth(workerPort, demo ? '127.0.0.1' : '0.0.0.0', { ready: answers, describe: () => doing() })

  if (await waitForDatabase(answers, stopping.signal)) {
    const collectors = opened.map((cluster) => ({
      name: cluster.name,
      collector: startCollector({ cluster, database: database(), kindPatterns, log: log() }),
    }))
    doing = () => ({ collects: collectors.filter(({ collector }) => collector.leads()).map(({ name }) => name) })
    const jobs = await untilDone(
      'the jobs',
      () =>
        startJobs({
          databaseUrl,
          jobs: [...proposalJobs, ...importJobs, ...handBackJobs, runnable(verifyAuditJob), runnable(settleChangesJob)],
        }),
      stopping.signal,
    )
    const sessions = watchSessions(stopping.signal)
    const handBacks = watchHandBacks(stopping.signal)
    const following = followIndex(stopping.signal)
    const checkpoints = keepCheckpoints(stopping.signal)
    const clusterAudit = followClusterAudit(stopping.signal)
    const sinks = deliverEvents(stopping.signal)
    log().info({ port: health.port }, 'ready')
    await aborted(stopping.signal)
    log().info('stopping')
    await Promise.all([
      ...collectors.map(({ collector }) => collector.stop()),
      jobs?.stop(),
      following,
      sessions,
      handBacks,
      checkpoints,
      clusterAudit,
      sinks,
    ])
  }
  await health.close()
  await Promise.all([database().$disconnect(), ...opened.map((cluster) => cluster.close())])
}

/** Waits until the database answers and has our tables. Gives false when the worker is stopped before. */
async function waitForDatabase(answers: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  return (await untilDone('the database', answers, signal)) === true
}

/** Tries until it works, saying so once and every minute; undefined when the worker is stopped before. */
async function untilDone<T>(what: string, work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let toldAt = 0
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() - toldAt > 60_000) {
        log().warn({ err: error }, `${what} cannot be reached or is not migrated yet; the worker waits and tries again`)
        toldAt = Date.now()
      }
      await sleep(Math.min(250 * 2 ** attempt, longestPauseMs), undefined, { signal }).catch(() => {})
    }
  }
  return undefined
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

checkAtStart()
main().then(
  () => process.exit(0),
  (error: unknown) => {
    const told = error instanceof CorbelError
    process.stderr.write(`${told || !(error instanceof Error) ? String(error instanceof Error ? error.message : error) : error.stack}\n`)
    process.exit(1)
  },
)
