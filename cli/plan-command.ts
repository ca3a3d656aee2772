/** `corbel plan`: what applying a commit would do. Reads the cluster and dry-runs; writes nothing. */
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { CorbelError } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import type { ManifestChange } from '#lib/plan/compare-manifests.ts'
import {
  deletionConsequence,
  notAsked,
  notesOnLive,
  type Plan,
  type PlannedResource,
  plannedResource,
  planResult,
  type Verdict,
} from '#lib/plan/plan.ts'
import type { FileProblem } from '#lib/plan/read-manifests.ts'
import { renderPlanMarkdown, renderPlanText } from '#lib/plan/render-plan.ts'
import { clusterOf, forEachAtOnce, readLive, verdictOf, verdictOn } from './cluster-access.ts'
import type { Options } from './options.ts'
import { compareCommits } from './read-commits.ts'
import type { Terminal } from './terminal.ts'

/** Exit code: 0 fine, 1 refused, 3 the cluster could not be asked. Throws CorbelError. */
export async function planCommand(options: Options, terminal: Terminal): Promise<number> {
  const { base, head, repository, cluster: name, changes, problems } = await compareCommits(options)
  const cluster = options.offline ? undefined : clusterOf(options, name)
  try {
    const calls = cluster?.asPortal()
    const resources = await forEachAtOnce(changes, (change) => planOne(change, calls, repository))
    const plan: Plan = {
      base: base ?? '',
      head,
      repository: repository ?? null,
      resources,
      problems: problems.filter(concernsChanges(changes)),
    }
    terminal.out(
      options.format === 'json'
        ? `${JSON.stringify(plan, null, 2)}\n`
        : options.format === 'markdown'
          ? renderPlanMarkdown(plan)
          : renderPlanText(plan),
    )
    const result = planResult(plan)
    return result === 'ok' ? 0 : result === 'refused' ? 1 : 3
  } finally {
    await cluster?.close()
  }
}

/** Errors anywhere stop the apply; warnings matter to a reviewer only in files whose resources change. */
function concernsChanges(changes: ManifestChange[]): (problem: FileProblem) => boolean {
  const touched = new Set(changes.filter(({ action }) => action !== 'unchanged').map(({ after }) => after?.file))
  return ({ severity, file }) => severity === 'error' || touched.has(file)
}

async function planOne(change: ManifestChange, calls: ClusterCalls | undefined, repository: string | undefined): Promise<PlannedResource> {
  const planned = plannedResource(change)
  const declared = change.after ?? change.before
  if (!calls || change.action === 'unchanged' || !declared) return planned
  let live: JsonObject | undefined
  let unread: Verdict | undefined
  try {
    live = await readLive(calls, declared.identity)
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    unread = verdictOf(error)
  }
  if (change.action === 'removed') {
    if (unread) return { ...planned, verdict: unread }
    return { ...planned, verdict: notAsked, notes: [...planned.notes, deletionConsequence(live, repository)] }
  }
  const verdict = await verdictOn(calls, declared.object, declared.identity.namespace)
  return { ...planned, verdict, notes: [...planned.notes, ...(unread ? [] : notesOnLive(change, live, repository))] }
}
