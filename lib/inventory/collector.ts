/**
 * The collector: keeps the index in step with one cluster.
 *
 * Leader. Of all workers one collects a cluster: the holder of the lease `collector/<cluster>` in PostgreSQL (15 s, renewed
 * every 4). A holder that cannot renew stops; every batch is written under the lease, so a slow holder cannot write after
 * another took over. A worker that dies is replaced within about 18 s.
 *
 * What is followed, each by list and watch with bookmarks:
 *   definitions  → `kind` rows; each offered kind gets a collection of its own, started, restarted and ended as its definition
 *                  comes, changes and goes
 *   namespaces   → `project` rows, and the team of every resource
 *   each kind    → `resource`, `resource_object`, `revision`
 *
 * One kind: pending → (list in chunks of 500, at most 6 kinds at a time) → synced ⇄ watching. Changes go to the batch writer,
 * which stores them in order, together with the revision from which the watch goes on: killed at any point, the next run
 * goes on from what is stored. 410 Gone → list again, and what is missing from the list is marked deleted. 403 → the kind is
 * `forbidden`, tried again every 30 s; other refusals → `failed`, with growing pauses; the other kinds go on. Out of reach →
 * the rows stay as they are, the cluster's row says since when.
 *
 * Cluster row: `state` by asking /version every 5 s; `syncedAt` moves while the definitions, the namespaces and every kind
 * that may be read are in step.
 *
 * Database away: nothing is lost, watches stop reading when 2,000 changes wait; the lease runs out, collecting stops, and
 * starts again from what is stored.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '#lib/cluster/client.ts'
import { type Database, isDatabaseUnreachable, notify } from '#lib/database/client.ts'
import { Forbidden, Unauthenticated } from '#lib/errors.ts'
import { batchWriter } from './batch-writer.ts'
import { collectDefinitions } from './collect-definitions.ts'
import { collectProjects } from './collect-projects.ts'
import { releaseLease, takeLease } from './lease.ts'

export interface CollectorOptions {
  cluster: Cluster
  database: Database
  /** Groups of the kinds offered, e.g. `*.cnrm.cloud.google.com`. */
  kindPatterns: string[]
  log: {
    info: (details: Record<string, unknown>, message: string) => void
    warn: (details: Record<string, unknown>, message: string) => void
  }
}

export interface Collector {
  /** Whether this process collects the cluster now. */
  leads: () => boolean
  /** Stores what was seen, gives the lease back. */
  stop: () => Promise<void>
}

const leaseSeconds = 15
const renewMs = 4_000
const waitMs = 3_000
const checkMs = 5_000
const listsAtOnce = 6

/** Starts collecting a cluster, or waiting for its lease. Never fails: what goes wrong is logged and tried again. */
export function startCollector(options: CollectorOptions): Collector {
  const { cluster, database, log } = options
  const lease = { lease: `collector/${cluster.name}`, holder: randomUUID() }
  const stopping = new AbortController()
  let leading = false

  const run = async (): Promise<void> => {
    let away = false
    while (!stopping.signal.aborted) {
      try {
        const ours = await takeLease(database, lease.lease, lease.holder, leaseSeconds)
        if (away) log.info({ cluster: cluster.name }, 'the database is back')
        away = false
        if (ours) {
          log.info({ cluster: cluster.name }, 'collecting the cluster')
          leading = true
          await lead(options, lease, stopping.signal)
        }
      } catch (error) {
        if (!away) log.warn({ cluster: cluster.name, err: error }, troubleOf(leading, error))
        away = true
      }
      leading = false
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
    await releaseLease(database, lease.lease, lease.holder).catch(() => {}) // it runs out by itself
  }
  const done = run()
  return {
    leads: () => leading,
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}

function troubleOf(leading: boolean, error: unknown): string {
  if (isDatabaseUnreachable(error)) return 'the database cannot be reached; waiting for it'
  return leading ? 'collecting the cluster failed; beginning anew' : 'the database refused to give the lease; trying again'
}

/** Collects until the lease is lost or the process stops. */
async function lead(options: CollectorOptions, lease: { lease: string; holder: string }, stopping: AbortSignal): Promise<void> {
  const { cluster, database, log } = options
  const term = new AbortController()
  const signal = AbortSignal.any([stopping, term.signal])
  const calls = cluster.asPortal()
  const teams = new Map<string, string | null>()
  const steps = new Map<string, boolean>([
    ['definitions', false],
    ['namespaces', false],
  ])
  let trouble: unknown
  const logged = (message: string, details: Record<string, unknown>): void => log.warn({ cluster: cluster.name, ...details }, message)
  const writer = batchWriter({
    database,
    cluster: cluster.name,
    teams,
    lease,
    signal,
    onTrouble: (error) => logged('changes cannot be stored; trying again', { err: error }),
    onLeaseLost: () => term.abort(),
  })
  const following = {
    cluster: cluster.name,
    calls,
    database,
    signal,
    onStep: (what: string, inStep: boolean, error?: unknown) => {
      steps.set(what, inStep)
      if (what === 'definitions') trouble = error
    },
    log: logged,
  }
  for (const { namespace, team } of await database.project.findMany({ where: { cluster: cluster.name } })) teams.set(namespace, team)
  const listing = atMost(listsAtOnce)
  try {
    await Promise.all([
      renew(database, lease, term, signal),
      watchCluster(options, steps, () => trouble, signal),
      collectProjects(following, teams),
      collectDefinitions(following, options.kindPatterns, {
        cluster: cluster.name,
        calls,
        database,
        writer,
        listing,
        onStep: (key, inStep) => steps.set(key, inStep),
        log: logged,
      }),
    ])
  } finally {
    term.abort()
  }
}

async function renew(
  database: Database,
  lease: { lease: string; holder: string },
  term: AbortController,
  signal: AbortSignal,
): Promise<void> {
  let renewedAt = Date.now()
  while (!signal.aborted) {
    await sleep(renewMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    const asked = Date.now()
    const ours = await takeLease(database, lease.lease, lease.holder, leaseSeconds).catch(() => undefined)
    if (ours) renewedAt = asked
    if (ours === false || Date.now() - renewedAt > (leaseSeconds - 2) * 1000) term.abort()
  }
}

/** Keeps the cluster's own row: is it there, does it know us, is everything in step. */
async function watchCluster(
  { cluster, database }: CollectorOptions,
  steps: Map<string, boolean>,
  trouble: () => unknown,
  signal: AbortSignal,
): Promise<void> {
  let told: string | undefined
  while (!signal.aborted) {
    const { state, message, version } = await examine(cluster, trouble())
    if (signal.aborted) return
    const inStep = state === 'ok' && [...steps.values()].every(Boolean)
    const now = new Date()
    const columns = { state, message, checkedAt: now, ...(version ? { version } : {}), ...(inStep ? { syncedAt: now } : {}) }
    try {
      await database.cluster.upsert({ where: { name: cluster.name }, create: { name: cluster.name, ...columns }, update: columns })
      if (told !== state) await notify(database, { scope: 'cluster', cluster: cluster.name })
      told = state
    } catch (error) {
      if (!isDatabaseUnreachable(error)) throw error // away: the lease says so
    }
    await sleep(inStep ? checkMs : 1_000, undefined, { signal }).catch(() => {})
  }
}

async function examine(cluster: Cluster, trouble: unknown): Promise<{ state: string; message: string | null; version?: string }> {
  try {
    const version = await cluster.asPortal().version()
    if (trouble instanceof Forbidden) return { state: 'forbidden', message: trouble.message, version }
    if (trouble instanceof Unauthenticated) return { state: 'unauthorized', message: trouble.message, version }
    return { state: 'ok', message: null, version }
  } catch (error) {
    const message = error instanceof Error ? error.message : null
    if (error instanceof Unauthenticated) return { state: 'unauthorized', message }
    if (error instanceof Forbidden) return { state: 'forbidden', message }
    return { state: 'unreachable', message }
  }
}

/** Lets at most so many pieces of work run at once; the others wait in order. */
function atMost(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places
  const queue: (() => void)[] = []
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free++
    }
  }
}
