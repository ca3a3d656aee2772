/**
 * The plan: what applying a commit would do, resource by resource, with the API server's verdict. Pure parts; the `corbel` command asks the
 * cluster and fills them in.
 */
import { isObject, type JsonObject, type JsonPath, sameJson, textAt } from '#lib/json.ts'
import { deletionEffect } from '#lib/manifest/deletion-effect.ts'
import { unifiedDiff } from '#lib/manifest/diff-lines.ts'
import { diffValues } from '#lib/manifest/diff-values.ts'
import type { ResourceIdentity } from '#lib/manifest/parse-manifest.ts'
import { redactManifests } from '#lib/redact/redact.ts'
import type { ChangeAction, ManifestChange } from './compare-manifests.ts'
import type { FileProblem } from './read-manifests.ts'

export const repositoryAnnotation = 'corbel.dev/repository'
const pathAnnotation = 'corbel.dev/path'
const commitAnnotation = 'corbel.dev/commit'
const proposalAnnotation = 'corbel.dev/proposal'
/** The field manager of everything `corbel apply` writes. */
export const fieldManager = 'corbel'

/** What the API server said to a dry run. `unavailable`: it could not be asked. */
export interface Verdict {
  state: 'accepted' | 'refused' | 'unavailable' | 'not asked'
  message: string | null
  fields: { path: JsonPath; message: string }[]
  warnings: string[]
}

export interface PlannedResource {
  key: string
  kind: string
  group: string
  namespace: string | null
  name: string
  action: ChangeAction
  file: string
  movedFrom: string | null
  /** Unified diff of the manifest, without secrets. */
  diff: string
  verdict: Verdict
  /** Sentences a reviewer should know: adoption, drift, what a deletion does. */
  notes: string[]
}

export interface Plan {
  base: string
  head: string
  repository: string | null
  resources: PlannedResource[]
  problems: FileProblem[]
}

export const notAsked: Verdict = { state: 'not asked', message: null, fields: [], warnings: [] }

/** A change as the plan shows it, before the cluster was asked. */
export function plannedResource(change: ManifestChange): PlannedResource {
  const declared = change.after ?? change.before
  const identity: ResourceIdentity = declared?.identity ?? {
    apiVersion: '',
    group: '',
    version: '',
    kind: '',
    namespace: undefined,
    name: '',
  }
  const shown = redactManifests(trimmed(change.before?.text), trimmed(change.after?.text))
  return {
    key: change.key,
    kind: identity.kind,
    group: identity.group,
    namespace: identity.namespace ?? null,
    name: identity.name,
    action: change.action,
    file: declared?.file ?? '',
    movedFrom: change.movedFrom ?? null,
    diff: change.action === 'unchanged' ? '' : unifiedDiff(shown.before, shown.after),
    verdict: notAsked,
    notes: change.movedFrom ? [`Moved here from ${change.movedFrom}.`] : [],
  }
}

/** A document's text without its mark and the blank lines around it, so that a move within a file is no difference. */
function trimmed(text: string | undefined): string {
  if (text === undefined) return ''
  const body = text.replace(/^---[ \t]*\r?\n/, '').trim()
  return body === '' ? '' : `${body}\n`
}

/** The object as it is applied: the manifest with annotations that say where it came from. */
export function withProvenance(
  object: JsonObject,
  provenance: { repository: string | undefined; path: string; commit: string; proposal: string | undefined },
): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {}
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {}
  return {
    ...object,
    metadata: {
      ...metadata,
      annotations: {
        ...annotations,
        ...(provenance.repository ? { [repositoryAnnotation]: provenance.repository } : {}),
        [pathAnnotation]: provenance.path,
        [commitAnnotation]: provenance.commit,
        ...(provenance.proposal ? { [proposalAnnotation]: provenance.proposal } : {}),
      },
    },
  }
}

/** The repository a live object says it comes from. */
export const repositoryOf = (live: JsonObject): string | undefined => textAt(live, 'metadata', 'annotations', repositoryAnnotation)

/** What a reviewer should know about the live object that an added or changed manifest meets. */
export function notesOnLive(change: ManifestChange, live: JsonObject | undefined, repository: string | undefined): string[] {
  const notes: string[] = []
  if (!live) {
    if (change.action === 'changed') notes.push('It does not exist in the cluster: applying creates it.')
    return notes
  }
  const owner = repositoryOf(live)
  if (owner && repository && owner !== repository) notes.push(`It is managed from ${owner} until now: applying takes it over.`)
  else if (change.action === 'added') notes.push('It exists in the cluster already: applying takes its fields over.')
  if (textAt(live, 'metadata', 'deletionTimestamp'))
    notes.push('It is being deleted right now: applying will fail or create it anew. Wait until it is gone.')
  const drifted = driftedFields(change.before?.object, live)
  if (drifted.length > 0) {
    notes.push(`The cluster differs from Git in ${listed(drifted.map((path) => path.join('.')))}: applying sets what the manifest says.`)
  }
  return notes
}

/** Fields of the manifest's spec that the live object holds otherwise. Fields only the live object has are defaults or others' business. */
export function driftedFields(declared: JsonObject | undefined, live: JsonObject): JsonPath[] {
  if (!declared) return []
  return diffValues(declared.spec, live.spec)
    .filter(({ before, after }) => before !== undefined && !sameJson(before, after))
    .map(({ path }) => ['spec', ...path])
}

/** Up to five names, then how many more. */
export function listed(names: string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

/** What deleting a live object does, in a sentence; who may delete it decides `corbel apply` by the same annotation. */
export function deletionConsequence(live: JsonObject | undefined, repository: string | undefined): string {
  if (!live) return 'It is gone from the cluster already: nothing happens.'
  const owner = repositoryOf(live)
  if (!owner)
    return 'It was not applied from a repository, so it stays in the cluster. Delete it by hand, or apply it from here once before removing it.'
  if (repository && owner !== repository) return `It is managed from ${owner}, so it stays as it is.`
  return `It will be deleted from the cluster. ${deletionEffect(live)}`
}

/** How many resources a plan adds, changes, removes and leaves. */
export function countActions(resources: { action: ChangeAction }[]): Record<ChangeAction, number> {
  const counts: Record<ChangeAction, number> = { added: 0, changed: 0, removed: 0, unchanged: 0 }
  for (const { action } of resources) counts[action]++
  return counts
}

export type PlanResult = 'ok' | 'refused' | 'unavailable'

/** Whether a plan may be merged. */
export function planResult(plan: Plan): PlanResult {
  if (plan.problems.some((problem) => problem.severity === 'error')) return 'refused'
  if (plan.resources.some(({ verdict }) => verdict.state === 'refused')) return 'refused'
  return plan.resources.some(({ verdict }) => verdict.state === 'unavailable') ? 'unavailable' : 'ok'
}
