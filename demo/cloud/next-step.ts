/**
 * What the simulated operator does next with an object. Pure: everything it depends on is in the object (level-triggered), in what
 * is known about its dependencies, and in whether the pretended work is over. States of the Ready condition:
 *
 *     (none) ─ finalizer ─► creating ─ time ─► ready ─ spec changes ─► updating ─ time ─► ready
 *        └─► waiting for a dependency ─ it is ready ─► creating          └─ refused ─► failed ─ accepted ─► updating
 *
 * Killed anywhere, the next start reads the same object and goes on; only the time pretended for work begins again.
 */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** How a family of operators calls its states. */
export interface Dialect {
  finalizer: string
  creating: Words
  updating: Words
  ready: Words
  failed: { reason: string; message: (error: string) => string }
  notFound: { reason: string; message: (target: string) => string }
  notReady: { reason: string; message: (target: string) => string }
  deleting: Words
  deleteFailed: { reason: string; message: (error: string) => string }
  /** Conditions carry observedGeneration themselves. */
  generationInCondition: boolean
}

interface Words {
  reason: string
  message: string
}

/** Reasons and messages as Config Connector writes them. */
export const configConnector: Dialect = {
  finalizer: 'cnrm.cloud.google.com/finalizer',
  creating: { reason: 'Creating', message: 'Creation in progress' },
  updating: { reason: 'Updating', message: 'Update in progress' },
  ready: { reason: 'UpToDate', message: 'The resource is up to date' },
  failed: { reason: 'UpdateFailed', message: (error) => `Update call failed: error applying desired state: summary: ${error}` },
  notFound: { reason: 'DependencyNotFound', message: (target) => `reference ${target} is not found` },
  notReady: { reason: 'DependencyNotReady', message: (target) => `reference ${target} is not ready` },
  deleting: { reason: 'Deleting', message: 'Deletion in progress' },
  deleteFailed: { reason: 'DeleteFailed', message: (error) => `Delete call failed: error deleting resource: ${error}` },
  generationInCondition: false,
}

/** Reasons and messages of the platform's own kinds. */
export const platform: Dialect = {
  finalizer: 'platform.corbel.dev/finalizer',
  creating: { reason: 'Provisioning', message: 'The platform is setting this up.' },
  updating: { reason: 'Reconfiguring', message: 'The platform is changing this.' },
  ready: { reason: 'Available', message: 'Ready to use.' },
  failed: { reason: 'ProvisioningFailed', message: (error) => error },
  notFound: { reason: 'DependencyNotFound', message: (target) => `reference ${target} is not found` },
  notReady: { reason: 'DependencyNotReady', message: (target) => `reference ${target} is not ready` },
  deleting: { reason: 'Removing', message: 'The platform is taking this down.' },
  deleteFailed: { reason: 'RemovalFailed', message: (error) => error },
  generationInCondition: true,
}

/** What is known besides the object. */
export interface Circumstances {
  /** The first reference that holds the object up. */
  blockedBy: { target: string; because: 'not-found' | 'not-ready' } | undefined
  /** Who else manages the resource: it is not touched. */
  conflict: string | undefined
  /** Why the cloud would refuse the request now. */
  failure: string | undefined
  /** Why the cloud would refuse the deletion now. */
  deleteFailure: string | undefined
  /** Whether the pretended work on this generation (or on the deletion) is over. */
  workIsOver: boolean
}

export type Step =
  | { do: 'nothing' }
  /** `deleted` says that the resource goes with its object. */
  | { do: 'set-finalizers'; finalizers: string[]; deleted?: true }
  /** Write the Ready condition; `done` adds what the kind reports. `work` says to come back when the work is over. */
  | { do: 'report'; ready: 'True' | 'False'; reason: string; message: string; done: boolean; work: boolean }
  /** The condition stands; come back when the work is over. */
  | { do: 'work' }

const abandon = ['metadata', 'annotations', 'cnrm.cloud.google.com/deletion-policy']

/** The Ready condition of an object. */
export function readyCondition(object: JsonObject): JsonObject | undefined {
  const conditions: Json | undefined = valueAt(object, ['status', 'conditions'])
  return Array.isArray(conditions) ? conditions.filter(isObject).find((condition) => condition.type === 'Ready') : undefined
}

const isObserved = (object: JsonObject): boolean =>
  valueAt(object, ['status', 'observedGeneration']) === valueAt(object, ['metadata', 'generation'])

/** Whether others may build on the object: ready, and for its newest generation. */
export const isReady = (object: JsonObject): boolean => readyCondition(object)?.status === 'True' && isObserved(object)

/** The next step. Calling it again after doing the step leads on to `nothing` or `work`. */
export function nextStep(object: JsonObject, dialect: Dialect, circumstances: Circumstances): Step {
  const finalizers = finalizersOf(object)
  const held = finalizers.includes(dialect.finalizer)
  if (textAt(object, 'metadata', 'deletionTimestamp') !== undefined)
    return held ? deletion(object, dialect, finalizers, circumstances) : { do: 'nothing' }
  if (!held) return { do: 'set-finalizers', finalizers: [...finalizers, dialect.finalizer] }
  if (isReady(object)) return { do: 'nothing' }

  const { blockedBy, conflict, failure, workIsOver } = circumstances
  if (blockedBy) {
    const words = blockedBy.because === 'not-found' ? dialect.notFound : dialect.notReady
    return report(object, { reason: words.reason, message: words.message(blockedBy.target) })
  }
  if (conflict !== undefined) return report(object, { reason: 'ManagementConflict', message: conflict })
  const reason = isObserved(object) ? readyCondition(object)?.reason : undefined
  const failed = failure === undefined ? undefined : { reason: dialect.failed.reason, message: dialect.failed.message(failure) }
  if (reason === dialect.failed.reason && failed) return report(object, failed)
  if (reason !== dialect.creating.reason && reason !== dialect.updating.reason) {
    const before = readyCondition(object)?.reason
    const existed = before === dialect.ready.reason || before === dialect.failed.reason || before === dialect.updating.reason
    return { do: 'report', ready: 'False', ...(existed ? dialect.updating : dialect.creating), done: false, work: true }
  }
  if (!workIsOver) return { do: 'work' }
  return failed ? report(object, failed) : { do: 'report', ready: 'True', ...dialect.ready, done: true, work: false }
}

function deletion(object: JsonObject, dialect: Dialect, finalizers: string[], { deleteFailure, workIsOver }: Circumstances): Step {
  const letGo: Step = { do: 'set-finalizers', finalizers: finalizers.filter((finalizer) => finalizer !== dialect.finalizer) }
  if (valueAt(object, abandon) === 'abandon') return letGo
  if (deleteFailure !== undefined)
    return report(object, { reason: dialect.deleteFailed.reason, message: dialect.deleteFailed.message(deleteFailure) })
  if (readyCondition(object)?.reason !== dialect.deleting.reason)
    return { do: 'report', ready: 'False', ...dialect.deleting, done: false, work: true }
  return workIsOver ? { ...letGo, deleted: true } : { do: 'work' }
}

/** Writes a standing condition, unless it stands already. */
function report(object: JsonObject, { reason, message }: Words): Step {
  const now = readyCondition(object)
  if (now?.reason === reason && now.message === message && now.status === 'False' && isObserved(object)) return { do: 'nothing' }
  return { do: 'report', ready: 'False', reason, message, done: false, work: false }
}

const finalizersOf = (object: JsonObject): string[] => {
  const found = valueAt(object, ['metadata', 'finalizers'])
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : []
}

/** The status that a report leads to; the time of a condition changes with its status or reason. */
export function statusAfter(
  object: JsonObject,
  step: Extract<Step, { do: 'report' }>,
  dialect: Dialect,
  now: string,
  reported: JsonObject,
): JsonObject {
  const generation = valueAt(object, ['metadata', 'generation']) ?? 0
  const before = readyCondition(object)
  const same = before?.status === step.ready && before.reason === step.reason
  const conditions = valueAt(object, ['status', 'conditions'])
  const others = Array.isArray(conditions) ? conditions.filter((condition) => isObject(condition) && condition.type !== 'Ready') : []
  const condition: JsonObject = {
    type: 'Ready',
    status: step.ready,
    reason: step.reason,
    message: step.message,
    lastTransitionTime: same ? (before?.lastTransitionTime ?? now) : now,
    ...(dialect.generationInCondition ? { observedGeneration: generation } : {}),
  }
  return { ...(step.done ? reported : {}), conditions: [...others, condition], observedGeneration: generation }
}
