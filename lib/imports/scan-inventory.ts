/**
 * The job that reads the inventory for a run: page after page, each kept together with the place where reading goes on (import-life.ts tells
 * states and crashes). After some seconds it makes way for other runs and goes on as a new job. Waiting for quota holds no worker: the job ends
 * and comes back when the inventory said. What may not be read is a gap; what nobody may read at all ends the run with the sentence.
 */
import { z } from 'zod'
import { inventoryProblem, listAssets, projectOf, searchPolicies } from '#lib/assets/inventory.ts'
import { InventoryForbidden, InventoryQuota } from '#lib/assets/inventory-errors.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, Invalid, NotFound, Unavailable } from '#lib/errors.ts'
import { defineJob, type JobContext } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { log } from '#lib/telemetry/log.ts'
import { closeScan } from './close-scan.ts'
import { type ClusterCatalogue, clusterCatalogue } from './cluster-catalogue.ts'
import { convertAssets } from './convert-assets.ts'
import { beginScan, failScan, type HeldRun, sayWaiting } from './import-life.ts'
import { keepPage, keepPolicyPage } from './keep-page.ts'
import { policyKind } from './read-policies.ts'
import { placeAfter, readPlace, type ScanPlace, writePlace } from './scan-place.ts'
import { type ScanScope, scanScope } from './scan-scope.ts'
import { assetTypesOf, groupsToAsk, smallerGroups } from './types-to-ask.ts'

/** How long one run reads before others get their turn, in milliseconds. */
const turnMs = 15_000
/** How often the job looks whether somebody cancelled, in milliseconds. */
const lookMs = 1_000
/** How often one listing begins again because its page token was refused. */
const mostAgain = 3
const projectType = 'cloudresourcemanager.googleapis.com/Project'

/** Reads on until the run is ready, cancelled, failed, or has to wait. */
export const scanInventoryJob = defineJob(
  'scan-inventory',
  z.object({ run: z.uuid() }),
  ({ run }, context) => scanInventory(run, context),
  {
    retries: 12,
    retryAfterSeconds: 2,
    retryAtMostSeconds: 60,
    expireSeconds: 20 * 60,
    concurrency: 2,
    same: 'one-waiting',
  },
)

/** The work of the job; tests call it as a worker does. */
export async function scanInventory(runId: string, context: Pick<JobContext, 'signal' | 'last'>): Promise<void> {
  const db = database()
  if (!(await beginScan(db, runId))) return
  const watch = watchRun(runId, context.signal)
  try {
    const done = await readOn(runId, watch.signal)
    if (!done) await enqueue(null, scanInventoryJob, { run: runId }, { key: runId })
  } catch (error) {
    if (watch.stopped()) return
    await explainEnd(runId, error, context.last)
  } finally {
    watch.close()
  }
}

/** Aborts when the run is no longer read, so that a cancelled page ends in the middle. */
function watchRun(runId: string, outer: AbortSignal) {
  const controller = new AbortController()
  let stopped = false
  const timer = setInterval(() => {
    database()
      .importRun.findUnique({ where: { id: runId }, select: { state: true } })
      .then((row) => {
        if (row?.state === 'scanning') return
        stopped = true
        controller.abort(new Error('The run is no longer read.'))
      })
      .catch(() => {}) // the database is away: the next statement says so
  }, lookMs)
  timer.unref()
  return { signal: AbortSignal.any([outer, controller.signal]), stopped: () => stopped, close: () => clearInterval(timer) }
}

/** What an error means for the run: wait as asked, try again, or give up with the sentence. Throws what the queue has to know. */
async function explainEnd(runId: string, error: unknown, last: boolean): Promise<void> {
  const db = database()
  if (error instanceof InventoryQuota) {
    const at = new Date(Date.now() + error.retryAfterMs).toISOString().slice(11, 19)
    await sayWaiting(db, runId, `The inventory’s quota of calls is used up for the moment. Reading goes on by itself at ${at} UTC.`)
    throw error
  }
  if (error instanceof Unavailable && error.system === 'asset-inventory' && inventoryProblem() === null && !last) {
    await sayWaiting(db, runId, `${error.message.replace(/ Try again in a moment\.$/, '')} Corbel tries again by itself.`)
    throw error
  }
  const final = error instanceof InventoryForbidden || error instanceof NotFound || error instanceof Invalid
  if (!final && !last) throw error
  const sentence =
    error instanceof CorbelError ? error.message : 'Corbel failed to read the inventory. Tell the operator: the log has the details.'
  if (!(error instanceof CorbelError)) log().error({ err: error, run: runId }, 'a scan failed for good')
  await failScan(db, runId, sentence)
}

interface Reading {
  runId: string
  scope: ScanScope
  catalogue: ClusterCatalogue
  signal: AbortSignal
}

/** Reads pages until the run is ready or no longer ours (true), or the turn is over (false). */
async function readOn(runId: string, signal: AbortSignal): Promise<boolean> {
  const db = database()
  const run = await db.importRun.findUniqueOrThrow({ where: { id: runId } })
  const scope = await scanScope(run, (project) => projectOf(project, signal))
  if (scope.number !== null && run.cloudProjectNumber !== scope.number)
    await db.importRun.update({ where: { id: runId }, data: { cloudProjectNumber: scope.number } })
  const reading: Reading = { runId, scope, catalogue: await clusterCatalogue(run.cluster), signal }
  const until = Date.now() + turnMs
  let stored = run.pageToken
  let snapshotAt = run.snapshotAt
  for (;;) {
    signal.throwIfAborted()
    const place = readPlace(stored, scope.wide)
    if (place.step === 'close') {
      await closeScan(db, { runId, catalogue: reading.catalogue, question: scope.managed(), conversion: scope.conversion(), signal })
      return true
    }
    const next = await readPage(reading, place, stored, snapshotAt)
    if (next === undefined) return true
    stored = next.place
    snapshotAt ??= next.snapshotAt
    if (Date.now() > until && readPlace(stored, scope.wide).step !== 'close') return false
  }
}

interface Read {
  place: string
  snapshotAt: Date | null
}

/** Reads and keeps one page. Undefined: the run is no longer ours to read. */
async function readPage(
  reading: Reading,
  place: Exclude<ScanPlace, { step: 'close' }>,
  stored: string,
  snapshotAt: Date | null,
): Promise<Read | undefined> {
  const { runId, catalogue, scope, signal } = reading
  const keep = async (to: ScanPlace, gaps: HeldRun['gaps'] = []): Promise<Read | undefined> =>
    (await keepPage(database(), runId, { rows: [], from: stored, to: writePlace(to), gaps }))
      ? { place: writePlace(to), snapshotAt }
      : undefined
  try {
    if (place.step === 'policies') {
      if (catalogue.keyOf(policyKind) === undefined) return keep(placeAfter(place, ''))
      const page = await searchPolicies({ scope: scope.scope, ...(place.token ? { pageToken: place.token } : {}), signal })
      const to = writePlace(placeAfter(place, page.nextPageToken))
      const kept = await keepPolicyPage(database(), runId, { policies: page.policies, catalogue, from: stored, to })
      return kept ? { place: to, snapshotAt } : undefined
    }
    const group = place.step === 'types' ? place.types[0] : undefined
    const page = await listAssets({
      scope: scope.scope,
      ...(snapshotAt ? { readTime: snapshotAt.toISOString() } : {}),
      ...(place.token ? { pageToken: place.token } : {}),
      ...(group === undefined ? {} : { assetTypes: assetTypesOf(group) }),
      ...(place.step === 'projects' ? { assetTypes: [projectType] } : {}),
      signal,
    })
    const rows = await convertAssets(page.assets, { catalogue, ...scope.conversion() }, signal)
    const to = writePlace(placeAfter(place, page.nextPageToken))
    const read = snapshotAt ?? new Date(page.readTime)
    const gaps = snapshotAt ? [] : catalogue.problems.map((message) => ({ assetType: null, message }))
    const kept = await keepPage(database(), runId, { rows, from: stored, to, snapshotAt: read, gaps })
    return kept ? { place: to, snapshotAt: read } : undefined
  } catch (error) {
    const around = error instanceof CorbelError ? await wayAround(error, place, reading) : undefined
    if (!around) throw error
    return keep(around.to, around.gaps)
  }
}

interface WayAround {
  to: ScanPlace
  gaps: HeldRun['gaps']
}

/** How reading goes on where a part of the inventory is refused; undefined where it does not. */
async function wayAround(error: CorbelError, place: ScanPlace, { runId, scope, catalogue }: Reading): Promise<WayAround | undefined> {
  const refused = error instanceof InventoryForbidden && error.reason === 'not-permitted'
  // a token may outlive its welcome; what was kept already is passed over
  if (error instanceof Invalid && 'token' in place && place.token !== '' && place.step !== 'projects') {
    const again = 'again' in place ? place.again + 1 : mostAgain
    return again <= mostAgain && 'again' in place ? { to: { ...place, token: '', again }, gaps: [] } : undefined
  }
  switch (place.step) {
    case 'projects':
      return refused || error instanceof Invalid
        ? {
            to: placeAfter(place, ''),
            gaps: [{ assetType: projectType, message: `${error.message} Cloud projects are known by number only.` }],
          }
        : undefined
    case 'policies':
      return refused || error instanceof Invalid
        ? { to: { step: 'close' }, gaps: [{ assetType: null, message: `Access policies were not read. ${error.message}` }] }
        : undefined
    case 'assets': {
      // the right to list anything at all: without it there is nothing to try
      const nothing = !refused || error.permission === undefined || error.permission === 'cloudasset.assets.listResource'
      if (nothing) return undefined
      const types = groupsToAsk(catalogue.heads, await seenTypes())
      const message = `Not everything in ${scope.scope} may be listed, so Corbel asked service by service and type by type. ${error.message}`
      return types.length === 0 ? undefined : { to: { step: 'types', token: '', again: 0, types }, gaps: [{ assetType: null, message }] }
    }
    case 'types': {
      if (!refused && !(error instanceof Invalid)) return undefined
      const [group = '', ...rest] = place.types
      const smaller = error instanceof Invalid && group.endsWith('/.*') ? [] : smallerGroups(group, catalogue.heads, await seenTypes())
      const types = [...smaller, ...rest]
      const to: ScanPlace = types.length > 0 ? { step: 'types', token: '', again: 0, types } : { step: 'policies', token: '' }
      const gaps = refused && smaller.length === 0 ? [{ assetType: group.endsWith('/.*') ? null : group, message: error.message }] : []
      if (to.step === 'policies') await refuseNothing(runId, error)
      return { to, gaps }
    }
    case 'close':
      return undefined
    default:
      return place satisfies never
  }
}

/** Where every single type was refused, the run has failed. @throws the refusal. */
async function refuseNothing(runId: string, error: CorbelError): Promise<void> {
  const { assetsRead } = await database().importRun.findUniqueOrThrow({ where: { id: runId }, select: { assetsRead: true } })
  if (assetsRead === 0) throw error
}

/** Types that any run has met: what kinds cannot tell. */
async function seenTypes(): Promise<string[]> {
  const rows = await database().importRun.findMany({ select: { readByType: true }, orderBy: { createdAt: 'desc' }, take: 50 })
  const types = rows.flatMap(({ readByType }) => (typeof readByType === 'object' && readByType !== null ? Object.keys(readByType) : []))
  return [...new Set(types)].filter((type) => /^[a-z0-9.-]+\.googleapis\.com\/[A-Za-z0-9]+$/.test(type))
}
