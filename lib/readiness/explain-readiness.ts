/**
 * What the conditions of a resource mean, in plain words, with what to do next. Pure: the index, the pages and the `corbel` command say the same.
 *
 * Ready means condition Ready is True and `status.observedGeneration` equals `metadata.generation`. Reasons are Config Connector's
 * (pkg/k8s/constants.go: UpToDate, Creating, UpdateFailed, DependencyNotReady, …); for other operators the conventions of the Kubernetes
 * API (types Ready, Available, Reconciling, Stalled, Progressing, Degraded, Failed) are followed.
 */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { adviceFor } from './failure-advice.ts'

export type ReadinessState = 'ready' | 'progressing' | 'failed' | 'unknown' | 'paused' | 'deleting'

export interface Readiness {
  state: ReadinessState
  /** One sentence for people. */
  headline: string
  /** The condition's reason as the operator wrote it, for filters and experts. */
  reason?: string
  /** The condition's message as the operator wrote it. */
  message?: string
  /** RFC 3339: when the deciding condition last changed, or deletion was asked for. */
  since?: string
  /** What to do, most likely first; empty when nothing is to be done. */
  advice: string[]
  /** The resource this one waits for. `namespace` is left out where the message does not name one. */
  dependency?: { kind: string; name: string; namespace?: string }
}

interface Condition {
  type: string
  status: string
  reason: string | undefined
  message: string | undefined
  since: string | undefined
  observedGeneration: number | undefined
  /** Set for conditions whose type itself says failure (Stalled, Degraded). */
  failed?: boolean
}

const readyReasons = new Set(['UpToDate', 'Created', 'Ready'])
const workingReasons: Record<string, string> = {
  Creating: 'is being created in the cloud.',
  Updating: 'is being changed in the cloud.',
  Deleting: 'is being deleted in the cloud.',
  Created: 'was created in the cloud; the operator has not confirmed it yet.',
}
const failedReasons: Record<string, string> = {
  CreateFailed: 'could not be created.',
  UpdateFailed: 'could not be created or changed.',
  DeleteFailed: 'could not be deleted.',
  DependencyInvalid: 'refers to something that does not fit.',
  ManagementConflict: 'is managed by someone else as well.',
  PreActuationTransformFailed: 'could not be prepared for the cloud.',
  PostActuationTransformFailed: 'is in the cloud, but its answer could not be read.',
}

/** Reasons after which the operator tries again by itself, yet seldom with another result. */
export const isFailureReason = (reason: string | undefined): boolean =>
  reason !== undefined &&
  (Object.hasOwn(failedReasons, reason) || /(?:Failed|Failure|Error|Invalid|Denied|Exceeded|Conflict)$/.test(reason))

/** Explains a whole resource: metadata and status are read. `now` (RFC 3339) only serves to notice a deletion that hangs. Never throws. */
export function explainReadiness(resource: JsonObject, now?: string): Readiness {
  const what = subject(resource)
  const deletedAt = textAt(resource, 'metadata', 'deletionTimestamp')
  const conditions = readConditions(valueAt(resource, ['status', 'conditions']))
  const ready = decidingCondition(conditions)
  if (deletedAt) return explainDeletion(resource, what, deletedAt, ready, now)
  if (isPaused(resource)) {
    return {
      state: 'paused',
      headline: `${what} is not reconciled: its actuation mode or an annotation pauses it.`,
      ...about(ready),
      advice: ['Remove the pausing annotation or set the actuation mode to Reconciling when changes shall reach the cloud again.'],
    }
  }
  const generation = numberAt(resource, 'metadata', 'generation')
  const observed = ready?.observedGeneration ?? numberAt(resource, 'status', 'observedGeneration')
  if (!ready) return explainWithoutCondition(resource, what, generation, observed)
  if (generation !== undefined && observed !== undefined && observed < generation) {
    return {
      state: 'progressing',
      headline: `${what} was changed, and the operator has not looked at the change yet.`,
      ...about(ready),
      advice: [],
    }
  }
  return explainCondition(what, ready)
}

function explainCondition(what: string, ready: Condition): Readiness {
  const base = about(ready)
  const { reason, message } = ready
  if (ready.status === 'True') return { state: 'ready', headline: `${what} is ready.`, ...base, advice: [] }
  if (reason === 'DependencyNotReady' || reason === 'DependencyNotFound') return explainDependency(what, reason, message, base)
  if (reason === 'Unmanaged') {
    return {
      state: 'paused',
      headline: `${what} is not managed: no operator works in its namespace.`,
      ...base,
      advice: ['Ask the platform team to set up the operator for this namespace (in Config Connector: a ConfigConnectorContext).'],
    }
  }
  const working = reason === undefined ? undefined : workingReasons[reason]
  if (working && Object.hasOwn(workingReasons, reason ?? ''))
    return { state: 'progressing', headline: `${what} ${working}`, ...base, advice: [] }
  if (ready.failed || isFailureReason(reason)) {
    const found = adviceFor(message ?? '')
    const said = (Object.hasOwn(failedReasons, reason ?? '') && failedReasons[reason ?? '']) || `has failed (${reason}).`
    const headline = `${what} ${found ? said.replace(/\.$/, `: ${found.cause}.`) : said}`
    return { state: 'failed', headline, ...base, advice: found?.advice ?? generalAdvice(reason) }
  }
  if (ready.status === 'Unknown')
    return { state: 'unknown', headline: `${what}: the operator does not know its state${because(reason)}.`, ...base, advice: [] }
  const found = adviceFor(message ?? '')
  if (found) return { state: 'failed', headline: `${what} is not ready: ${found.cause}.`, ...base, advice: found.advice }
  return { state: 'progressing', headline: `${what} is not ready yet${because(reason)}.`, ...base, advice: [] }
}

function generalAdvice(reason: string | undefined): string[] {
  if (reason === 'ManagementConflict') {
    return [
      'Another cluster or tool holds the lease on this cloud resource. Decide who manages it, and remove it from the other side first.',
    ]
  }
  if (reason === 'DependencyInvalid')
    return ['Check that the reference names a resource of the right kind, or an external value in the right form.']
  return [
    'Read the message below: it is what the cloud answered. Correct the manifest with a new pull request; the operator tries again by itself.',
  ]
}

function explainDependency(what: string, reason: string, message: string | undefined, base: ReturnType<typeof about>): Readiness {
  const dependency = dependencyIn(message ?? '')
  const named = dependency
    ? `${dependency.kind} ${dependency.namespace ? `${dependency.namespace}/` : ''}${dependency.name}`
    : 'a resource it refers to'
  if (reason === 'DependencyNotFound') {
    return {
      state: 'failed',
      headline: `${what} refers to ${named}, which does not exist.`,
      ...base,
      advice: [`Create ${named}, or correct the reference. It goes on by itself as soon as the resource exists.`],
      ...(dependency ? { dependency } : {}),
    }
  }
  return {
    state: 'progressing',
    headline: `${what} waits for ${named}, which is not ready.`,
    ...base,
    advice: [`See why ${named} is not ready. This one goes on by itself afterwards.`],
    ...(dependency ? { dependency } : {}),
  }
}

/** Config Connector writes: `reference PubSubTopic payments-prod/orders is not ready` (or `… is not found`), with or without namespace. */
function dependencyIn(message: string): Readiness['dependency'] {
  const match = /reference:? ([A-Z][A-Za-z0-9]*) (?:([a-z0-9][a-z0-9.-]*)\/)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)/.exec(message)
  const [, kind, namespace, name] = match ?? []
  if (!kind || !name) return undefined
  return { kind, name, ...(namespace ? { namespace } : {}) }
}

function explainDeletion(
  resource: JsonObject,
  what: string,
  since: string,
  ready: Condition | undefined,
  now: string | undefined,
): Readiness {
  const finalizers = valueAt(resource, ['metadata', 'finalizers'])
  const holding = Array.isArray(finalizers) ? finalizers.filter((item): item is string => typeof item === 'string') : []
  const told = { ...(ready?.reason ? { reason: ready.reason } : {}), ...(ready?.message ? { message: ready.message } : {}), since }
  if (ready?.reason === 'DeleteFailed') {
    const found = adviceFor(ready.message ?? '')
    return {
      state: 'failed',
      headline: `${what} is being deleted, and the cloud refuses${found ? `: ${found.cause}` : ''}.`,
      ...told,
      advice: found?.advice ?? [
        'Read the message below: often something in the cloud still uses it. Remove that, and the deletion goes on by itself.',
      ],
    }
  }
  const waited = now ? Date.parse(now) - Date.parse(since) : 0
  const slow = waited > 10 * 60 * 1000 && holding.length > 0
  return {
    state: 'deleting',
    headline: `${what} is being deleted${holding.length > 0 ? ` and waits for its finalizers (${holding.join(', ')})` : ''}.`,
    ...told,
    advice: slow
      ? ['This takes longer than usual. Check that the operator that set the finalizer is running; do not remove the finalizer by hand.']
      : [],
  }
}

function explainWithoutCondition(
  resource: JsonObject,
  what: string,
  generation: number | undefined,
  observed: number | undefined,
): Readiness {
  const phase = textAt(resource, 'status', 'phase') ?? textAt(resource, 'status', 'state')
  if (phase && /^(?:ready|active|running|bound|succeeded|healthy|available)$/i.test(phase)) {
    return { state: 'ready', headline: `${what} is ready (${phase}).`, reason: phase, advice: [] }
  }
  if (phase && /fail|error/i.test(phase)) {
    const message = textAt(resource, 'status', 'message')
    return {
      state: 'failed',
      headline: `${what} has failed (${phase}).`,
      reason: phase,
      ...(message ? { message } : {}),
      advice: generalAdvice(undefined),
    }
  }
  if (generation !== undefined && observed !== undefined && observed >= generation) {
    return { state: 'unknown', headline: `${what} was seen by its operator, which reports no readiness.`, advice: [] }
  }
  return {
    state: 'unknown',
    headline: `${what} has no status yet: no operator has looked at it.`,
    reason: 'NoCondition',
    advice: ['If this stays so for more than a few minutes, check that the operator for this kind runs.'],
  }
}

/** Whether a resource has any condition or status an operator would report readiness with. */
export function reportsReadiness(resource: JsonObject): boolean {
  return readConditions(valueAt(resource, ['status', 'conditions'])).length > 0 || textAt(resource, 'status', 'phase') !== undefined
}

/** Ready decides; else a failure, else progress, else availability. Negative types are turned round, so that True always means good. */
function decidingCondition(conditions: Condition[]): Condition | undefined {
  const find = (type: string) => conditions.find((condition) => condition.type === type)
  const ready = find('Ready')
  const bad = ['Stalled', 'Failed', 'Degraded'].map(find).find((condition) => condition?.status === 'True')
  if (ready && !(bad && ready.status !== 'True')) return ready
  if (bad) return { ...bad, status: 'False', reason: bad.reason ?? bad.type, failed: true }
  const busy = ['Reconciling', 'Progressing'].map(find).find((condition) => condition?.status === 'True')
  const good = ['Available', 'Synced', 'Succeeded', 'Healthy', 'Established'].map(find).find((condition) => condition !== undefined)
  // A finished rollout keeps Progressing=True beside Available=True (Deployment's convention).
  if (good?.status === 'True') return good
  if (busy) return { ...busy, status: 'False', reason: busy.reason ?? 'Reconciling' }
  return good
}

function readConditions(value: Json | undefined): Condition[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).flatMap((condition) => {
    const type = textAt(condition, 'type')
    if (!type) return []
    return [
      {
        type,
        status: textAt(condition, 'status') ?? 'Unknown',
        reason: textAt(condition, 'reason') || undefined,
        message: textAt(condition, 'message') || undefined,
        since: textAt(condition, 'lastTransitionTime') || undefined,
        observedGeneration: numberAt(condition, 'observedGeneration'),
      },
    ]
  })
}

function isPaused(resource: JsonObject): boolean {
  const annotations = valueAt(resource, ['metadata', 'annotations'])
  if (!isObject(annotations)) return false
  return Object.entries(annotations).some(
    ([key, value]) =>
      (/(?:^|[./])(?:paused|pause-reconciliation)$/.test(key) && value === 'true') ||
      (key === 'cnrm.cloud.google.com/actuation-mode' && value === 'Paused'),
  )
}

function subject(resource: JsonObject): string {
  return `${textAt(resource, 'kind') ?? 'The resource'} ${textAt(resource, 'metadata', 'name') ?? ''}`.trim()
}

function about(condition: Condition | undefined): { reason?: string; message?: string; since?: string } {
  return {
    ...(condition?.reason ? { reason: condition.reason } : {}),
    ...(condition?.message ? { message: condition.message } : {}),
    ...(condition?.since ? { since: condition.since } : {}),
  }
}

const because = (reason: string | undefined) => (reason && !readyReasons.has(reason) ? ` (${reason})` : '')

function numberAt(value: Json | undefined, ...path: string[]): number | undefined {
  const found = valueAt(value, path)
  return typeof found === 'number' ? found : undefined
}
