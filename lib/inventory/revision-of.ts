/** What one change of a resource was: the difference between two states of it, for its history. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, valueAt } from '#lib/json.ts'
import { diffValues, type ValueDifference } from '#lib/manifest/diff-values.ts'
import type { IndexedObject } from './indexed-object.ts'

/** An entry of a resource's history before it is stored. `fields` holds redacted values. */
export interface RevisionDraft {
  change: 'created' | 'spec' | 'condition' | 'metadata' | 'deleted'
  generation: number | null
  fields: ValueDifference[]
  manager: string | null
  state: string | null
  reason: string | null
  message: string | null
  commit: string | null
  proposalId: string | null
}

/** Metadata that moves with every write, or cannot change. */
const movingMetadata = ['resourceVersion', 'generation', 'managedFields', 'selfLink', 'uid', 'creationTimestamp', 'name', 'namespace']
const movingCondition = ['lastTransitionTime', 'lastUpdateTime', 'lastProbeTime', 'lastHeartbeatTime', 'observedGeneration']
/** Set by whoever applies from Git; told as commit and proposal of the revision, not as a changed field. */
const provenance = ['corbel.dev/commit', 'corbel.dev/proposal', 'corbel.dev/repository', 'corbel.dev/path']

/**
 * The revision between two states, or undefined where nothing a person cares about moved: resource versions, observed
 * generations and time stamps alone make no history. A change of the spec takes what else changed at once with it.
 */
export function revisionOf(before: IndexedObject | undefined, after: IndexedObject | undefined): RevisionDraft | undefined {
  if (!after) return before ? draft('deleted', before, [], null) : undefined
  if (!before) return draft('created', after, [], after.manager)
  const fields = diffValues(comparable(before.object), comparable(after.object), listKeys).filter((field) => !isClock(field))
  const change = kindOfChange(fields, before, after)
  return change && draft(change, after, fields, change === 'condition' ? (after.statusManager ?? after.manager) : after.manager)
}

function kindOfChange(fields: ValueDifference[], before: IndexedObject, after: IndexedObject): RevisionDraft['change'] | undefined {
  if (fields.some(({ path }) => path[0] !== 'metadata' && path[0] !== 'status')) return 'spec'
  if (fields.some(({ path }) => path[0] === 'status') || before.readiness.state !== after.readiness.state) return 'condition'
  if (fields.length > 0) return 'metadata'
  // the same object applied from another commit
  return before.commit !== after.commit ? 'metadata' : undefined
}

function draft(
  change: RevisionDraft['change'],
  { object, readiness, commit, proposalId }: IndexedObject,
  fields: ValueDifference[],
  manager: string | null,
) {
  const generation = valueAt(object, ['metadata', 'generation'])
  const fromGit = change === 'created' || change === 'spec' || change === 'metadata'
  return {
    change,
    generation: typeof generation === 'number' ? generation : null,
    fields,
    manager,
    state: change === 'deleted' ? null : readiness.state,
    reason: change === 'deleted' ? null : (readiness.reason ?? null),
    message: change === 'deleted' ? null : (readiness.message ?? null),
    commit: fromGit ? commit : null,
    proposalId: fromGit ? proposalId : null,
  }
}

/** Conditions are told apart by their type, whatever their order. */
const listKeys = (path: JsonPath): string[] | undefined =>
  path.length === 2 && path[0] === 'status' && path[1] === 'conditions' ? ['type'] : undefined

function comparable(object: JsonObject): JsonObject {
  const { metadata, status, ...rest } = object
  return { ...rest, metadata: comparableMetadata(metadata), ...(status === undefined ? {} : { status: comparableStatus(status) }) }
}

function comparableMetadata(metadata: Json | undefined): JsonObject {
  if (!isObject(metadata)) return {}
  const kept = without(metadata, movingMetadata)
  if (isObject(kept.annotations)) kept.annotations = without(kept.annotations, provenance)
  if (isObject(kept.annotations) && Object.keys(kept.annotations).length === 0) delete kept.annotations
  return kept
}

function comparableStatus(status: Json): Json {
  if (!isObject(status)) return status
  const kept = without(status, ['observedGeneration'])
  if (Array.isArray(kept.conditions))
    kept.conditions = kept.conditions.map((condition) => (isObject(condition) ? without(condition, movingCondition) : condition))
  return kept
}

const without = (object: JsonObject, keys: string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** A time stamp of the status that moved, such as `status.lastReconcileTime`. */
const isClock = ({ path, before, after }: ValueDifference): boolean =>
  path[0] === 'status' &&
  /(?:time|timestamp|at)$/i.test(String(path.at(-1))) &&
  typeof before === 'string' &&
  typeof after === 'string' &&
  timestamp.test(before) &&
  timestamp.test(after)
