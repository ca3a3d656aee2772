/**
 * `corbel apply`: brings the cluster to what a commit says, and waits until the operators have reconciled it.
 *
 * Server-side apply of each added or changed resource, then deletion of the removed ones that came from this repository, then looking every
 * few seconds until each has an outcome (lib/plan/apply-progress.ts). Killed at any point it can simply run again: applying the same
 * manifest twice changes nothing, and what is deleted already counts as deleted.
 *
 * An object that a break-glass session has paused (lib/plan/paused-apply.ts) is left alone until the pause ends, or until a commit brings that
 * session's change of it to Git; then the annotation goes too.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { type AppliedResource, applyResult, failDependents, giveUp, observe, unreachable } from '#lib/plan/apply-progress.ts'
import type { ManifestChange } from '#lib/plan/compare-manifests.ts'
import { type ApplyPause, pausedAnnotation, pausedBecause, pauseOf } from '#lib/plan/paused-apply.ts'
import { deletionConsequence, fieldManager, repositoryOf, withProvenance } from '#lib/plan/plan.ts'
import { type ApplyReport, renderApplyMarkdown, renderApplyText } from '#lib/plan/render-apply.ts'
import { redactText } from '#lib/redact/redact.ts'
import { clusterOf, forEachAtOnce, isNamespaced, isOutage, readLive, refTo } from './cluster-access.ts'
import { type ProposalTrailer, proposalTrailers } from './git.ts'
import type { Options } from './options.ts'
import { type Comparison, compareCommits } from './read-commits.ts'
import type { Terminal } from './terminal.ts'

/** Exit code: 0 all reconciled, 1 something refused, failed or late, 3 the cluster could not be asked about some. Throws CorbelError. */
export async function applyCommand(options: Options, terminal: Terminal): Promise<number> {
  const startedMs = Date.now()
  const comparison = await compareCommits(options)
  const report = (resources: AppliedResource[]): ApplyReport => ({
    base: comparison.base ?? null,
    head: comparison.head,
    repository: comparison.repository ?? null,
    resources,
    problems: comparison.problems,
    seconds: Math.round((Date.now() - startedMs) / 100) / 10,
  })
  const print = (done: ApplyReport) =>
    terminal.out(
      options.format === 'json'
        ? `${JSON.stringify(done, null, 2)}\n`
        : options.format === 'markdown'
          ? renderApplyMarkdown(done)
          : renderApplyText(done),
    )
  // Half a commit is worse than none: with a file that cannot be read nothing is applied.
  if (comparison.problems.some(({ severity }) => severity === 'error')) {
    print(report([]))
    return 1
  }
  const all = options.all || comparison.base === undefined
  const wanted = comparison.changes.filter((change) => change.action !== 'unchanged' || all || change.movedFrom !== undefined)
  const cluster = clusterOf(options, comparison.cluster)
  try {
    const calls = cluster.asPortal()
    const proposals = await proposalTrailers(options.directory, comparison.base, comparison.head)
    const log = progressLog(terminal)
    const outage: Outage = { message: undefined }
    const applied = await forEachAtOnce(
      wanted.filter(({ action }) => action !== 'removed'),
      (change) => unlessAway(outage, change, () => applyOne(calls, change, comparison, proposals)),
    )
    const removed = await forEachAtOnce(wanted.filter(({ action }) => action === 'removed').reverse(), (change) =>
      unlessAway(outage, change, () => deleteOne(calls, change, comparison, proposals)),
    )
    const results = await untilReconciled(
      calls,
      [...applied, ...removed],
      new Map(wanted.map((change) => [change.key, change])),
      options,
      startedMs,
      log,
    )
    print(report(results))
    const result = applyResult(results, options.wait > 0)
    return result === 'ok' ? 0 : result === 'failed' ? 1 : 3
  } finally {
    await cluster.close()
  }
}

function resourceOf(change: ManifestChange): AppliedResource {
  const identity = (change.after ?? change.before)?.identity
  return {
    key: change.key,
    kind: identity?.kind ?? '',
    group: identity?.group ?? '',
    namespace: identity?.namespace ?? null,
    name: identity?.name ?? '',
    action: change.action,
    outcome: 'waiting',
    headline: change.action === 'removed' ? 'Deletion was asked for.' : 'It was applied.',
    reason: null,
    message: null,
    since: null,
    advice: [],
    seconds: null,
    generation: null,
    failingSince: null,
  }
}

async function applyOne(
  calls: ClusterCalls,
  change: ManifestChange,
  comparison: Comparison,
  proposals: ProposalTrailer[],
): Promise<AppliedResource> {
  const resource = resourceOf(change)
  const declared = change.after
  if (!declared) return resource
  const object = withProvenance(declared.object, {
    repository: comparison.repository,
    path: declared.file,
    commit: comparison.head,
    proposal: proposalFor(change.key, proposals),
  })
  try {
    if (!declared.identity.namespace && (await isNamespaced(calls, declared.object))) {
      return {
        ...resource,
        outcome: 'refused',
        headline: 'It names no namespace.',
        advice: [`Add metadata.namespace in ${declared.file}: the project it belongs to.`],
      }
    }
    const live = await retrying(() => readLive(calls, declared.identity))
    const { pause, over } = pausedNow(live, change.key, proposals)
    if (pause) return pausedResource(resource, pause)
    // first taken over, whoever wrote it, then left out: what an applier no longer names goes
    if (over) await retrying(() => calls.applyServerSide(withAnnotation(object, pausedAnnotation, ''), { fieldManager, force: true }))
    const { value } = await retrying(() => calls.applyServerSide(object, { fieldManager, force: true }))
    const generation = valueAt(value, ['metadata', 'generation'])
    return { ...resource, generation: typeof generation === 'number' ? generation : null }
  } catch (error) {
    return refusedBy(resource, error, declared.file)
  }
}

/** The pause that holds an object back, or that one is over: by time, or because a commit brings its session's change of the object to Git. */
function pausedNow(live: JsonObject | undefined, key: string, proposals: ProposalTrailer[]): { pause?: ApplyPause; over: boolean } {
  const { annotated, pause } = pauseOf(live, Date.now())
  const lifted = proposals.some(({ sessions, resources }) => pause && sessions.includes(pause.session) && names(resources, key))
  return pause && !lifted ? { pause, over: false } : { over: annotated }
}

const pausedResource = (resource: AppliedResource, pause: ApplyPause): AppliedResource => ({
  ...resource,
  outcome: 'paused',
  headline: pausedBecause(pause),
  advice: ['It follows by itself: a later apply takes it up when the change came back to Git, or when the time is over.'],
})

function withAnnotation(object: JsonObject, key: string, value: string): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {}
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {}
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [key]: value } } }
}

/** The outage that was still there after all tries, once there is one. */
interface Outage {
  message: string | undefined
}

/** Works on a resource. After an outage the others are not tried: each would wait as long, only to hear the same. */
async function unlessAway(outage: Outage, change: ManifestChange, work: () => Promise<AppliedResource>): Promise<AppliedResource> {
  if (outage.message !== undefined) return unreachable(resourceOf(change), `It was not tried. ${outage.message}`)
  const resource = await work()
  if (resource.outcome === 'unreachable') outage.message = resource.headline
  return resource
}

function refusedBy(resource: AppliedResource, error: unknown, file: string): AppliedResource {
  if (!(error instanceof CorbelError)) throw error
  const headline = redactText(error.message)
  if (isOutage(error)) return unreachable(resource, headline)
  return { ...resource, outcome: 'refused', headline, advice: [`Correct ${file} with a new pull request.`] }
}

/** A short outage must not fail a merge: applying is safe to repeat. */
async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of [500, 2000, 5000]) {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
      await sleep(pauseMs)
    }
  }
  return work()
}

/** The newest proposal whose trailers name the resource. Names in trailers start with the cluster. */
function proposalFor(key: string, proposals: ProposalTrailer[]): string | undefined {
  return proposals.find(({ resources }) => names(resources, key))?.proposal
}

const names = (resources: string[], key: string): boolean => resources.some((resource) => resource.slice(resource.indexOf('/') + 1) === key)

async function deleteOne(
  calls: ClusterCalls,
  change: ManifestChange,
  { repository }: Comparison,
  proposals: ProposalTrailer[],
): Promise<AppliedResource> {
  const resource = resourceOf(change)
  const declared = change.before
  if (!declared) return resource
  try {
    const live = await retrying(() => readLive(calls, declared.identity))
    if (!live) return { ...resource, outcome: 'deleted', headline: 'It was gone already.', seconds: 0 }
    if (!repository || repositoryOf(live) !== repository) {
      return {
        ...resource,
        outcome: 'kept',
        headline: repository ? deletionConsequence(live, repository) : 'It stays: the name of this repository is not known (--repository).',
      }
    }
    const { pause } = pausedNow(live, change.key, proposals)
    if (pause) return pausedResource(resource, pause)
    const uid = textAt(live, 'metadata', 'uid')
    await calls.delete(refTo(declared.identity), uid ? { preconditions: { uid } } : {})
    return resource
  } catch (error) {
    if (error instanceof NotFound) return { ...resource, outcome: 'deleted', headline: 'It was gone already.', seconds: 0 }
    return refusedBy(resource, error, declared.file)
  }
}

async function untilReconciled(
  calls: ClusterCalls,
  applied: AppliedResource[],
  changes: Map<string, ManifestChange>,
  options: Options,
  startedMs: number,
  log: (resources: AppliedResource[]) => void,
): Promise<AppliedResource[]> {
  const lives = new Map<string, JsonObject>()
  const away = new Set<string>()
  let resources = applied
  log(resources)
  while (options.wait > 0 && resources.some(({ outcome }) => outcome === 'waiting')) {
    const left = startedMs + options.wait - Date.now()
    if (left <= 0) return finish(giveUp(resources, options.wait, away), log)
    resources = await forEachAtOnce(resources, async (resource) => {
      const change = changes.get(resource.key)
      const identity = (change?.after ?? change?.before)?.identity
      if (resource.outcome !== 'waiting' || !identity) return resource
      try {
        const live = await readLive(calls, identity)
        away.delete(resource.key)
        if (live) lives.set(resource.key, live)
        return observe(resource, live, Date.now(), { settleMs: options.settle, startedMs })
      } catch (error) {
        // The cluster may be away for a moment; the time to wait bounds this.
        if (!(error instanceof CorbelError)) throw error
        if (isOutage(error)) away.add(resource.key)
        return { ...resource, headline: redactText(error.message) }
      }
    })
    resources = failDependents(resources, lives)
    log(resources)
    if (resources.some(({ outcome }) => outcome === 'waiting')) await sleep(Math.min(options.poll, Math.max(1, left)))
  }
  return resources
}

function finish(resources: AppliedResource[], log: (resources: AppliedResource[]) => void): AppliedResource[] {
  log(resources)
  return resources
}

/** Prints a line whenever what is known about a resource changes: `12:01:02  StorageBucket payments-prod/orders  waiting: DependencyNotReady: …`. */
function progressLog(terminal: Terminal): (resources: AppliedResource[]) => void {
  const told = new Map<string, string>()
  return (resources) => {
    for (const { key, kind, namespace, name, outcome, reason, headline } of resources) {
      const state = `${outcome}: ${reason ? `${reason}: ` : ''}${headline}`.replace(/\s+/g, ' ')
      if (told.get(key) === state) continue
      told.set(key, state)
      terminal.err(`${new Date().toISOString().slice(11, 19)}  ${kind} ${namespace ? `${namespace}/` : ''}${name}  ${state}\n`)
    }
  }
}
