/**
 * How an apply goes on, resource by resource. Pure: the `corbel` command applies, reads the cluster and hands in what it saw and when.
 *
 *   waiting ──► ready      Ready is True for the generation applied
 *      │  ├───► applied    its operator reports no readiness, or is paused: being stored is all there is to wait for
 *      │  ├───► failed     a failure that stayed for the settling time, or a dependency of this apply that failed
 *      │  └───► late       the time to wait is over
 *   waiting ──► deleted    (removed resources) gone from the cluster
 *   refused                the API server did not take it        kept     removed from Git, not ours to delete
 *   paused                 held back by a break-glass session: left as it is, and no failure
 *   unreachable            the API server could not be asked: nobody knows whether it took it, and applying again is safe
 */
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { explainReadiness, type Readiness, reportsReadiness } from '#lib/readiness/explain-readiness.ts'
import { redactText } from '#lib/redact/redact.ts'

export type ApplyOutcome = 'waiting' | 'ready' | 'applied' | 'deleted' | 'kept' | 'failed' | 'late' | 'refused' | 'paused' | 'unreachable'

export interface AppliedResource {
  key: string
  kind: string
  group: string
  namespace: string | null
  name: string
  action: 'added' | 'changed' | 'unchanged' | 'removed'
  outcome: ApplyOutcome
  /** One sentence. */
  headline: string
  reason: string | null
  message: string | null
  /** RFC 3339; since when the condition stands. */
  since: string | null
  advice: string[]
  /** From apply to the end, in seconds. */
  seconds: number | null
  /** The generation that was applied; an older status says nothing. */
  generation: number | null
  /** When the failure was first seen, milliseconds. */
  failingSince: number | null
}

export interface Patience {
  /** How long a failure must stay before it counts, in milliseconds. */
  settleMs: number
  startedMs: number
}

/** What a look at the cluster says about a resource that waits; `live` is undefined when it does not exist. `nowMs` in epoch milliseconds. */
export function observe(
  resource: AppliedResource,
  live: JsonObject | undefined,
  nowMs: number,
  { settleMs, startedMs }: Patience,
): AppliedResource {
  const seconds = Math.round((nowMs - startedMs) / 100) / 10
  if (!live) {
    if (resource.action === 'removed') return { ...resource, ...nothing, outcome: 'deleted', headline: 'It is deleted.', seconds }
    return {
      ...resource,
      ...nothing,
      outcome: 'failed',
      headline: 'Somebody deleted it from the cluster while it was being applied.',
      seconds,
    }
  }
  const readiness = explainReadiness(live, new Date(nowMs).toISOString())
  const seen = { ...resource, ...told(readiness) }
  if (resource.action === 'removed') {
    return readiness.state === 'failed' ? settle(seen, nowMs, settleMs, seconds) : { ...seen, failingSince: null }
  }
  switch (readiness.state) {
    case 'ready':
      return behind(resource, live) ? { ...seen, failingSince: null } : { ...seen, outcome: 'ready', failingSince: null, seconds }
    case 'paused':
      return { ...seen, outcome: 'applied', failingSince: null, seconds }
    case 'failed':
      return settle(seen, nowMs, settleMs, seconds)
    case 'unknown':
      if (!reportsNothing(live) || nowMs - startedMs < settleMs) return { ...seen, failingSince: null }
      return {
        ...seen,
        outcome: 'applied',
        headline: 'It is stored; its kind reports no readiness.',
        advice: [],
        failingSince: null,
        seconds,
      }
    case 'progressing':
    case 'deleting':
      return { ...seen, failingSince: null }
    default:
      return readiness.state satisfies never
  }
}

/** Whether the status is about an older generation, for objects that tell no observedGeneration of their own. */
function behind(resource: AppliedResource, live: JsonObject): boolean {
  const generation = valueAt(live, ['metadata', 'generation'])
  return resource.generation !== null && typeof generation === 'number' && generation < resource.generation
}

/** Config Connector's kinds always report; others that have no status at all after the settling time never will. */
function reportsNothing(live: JsonObject): boolean {
  if ((textAt(live, 'apiVersion') ?? '').split('/')[0]?.endsWith('cnrm.cloud.google.com')) return false
  return !reportsReadiness(live)
}

function settle(resource: AppliedResource, nowMs: number, settleMs: number, seconds: number): AppliedResource {
  const failingSince = resource.failingSince ?? nowMs
  return nowMs - failingSince >= settleMs ? { ...resource, failingSince, outcome: 'failed', seconds } : { ...resource, failingSince }
}

const nothing = { reason: null, message: null, since: null, advice: [] as string[], failingSince: null }

function told(readiness: Readiness) {
  return {
    headline: redactText(readiness.headline),
    reason: readiness.reason ?? null,
    message: readiness.message ? redactText(readiness.message) : null,
    since: readiness.since ?? null,
    advice: readiness.advice,
  }
}

/** Ends waiting for resources whose dependency failed in this same apply: they cannot become ready. */
export function failDependents(resources: AppliedResource[], lives: Map<string, JsonObject>): AppliedResource[] {
  const failed = resources.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused')
  return resources.map((resource) => {
    const live = lives.get(resource.key)
    if (resource.outcome !== 'waiting' || !isObject(live)) return resource
    const dependency = explainReadiness(live).dependency
    const cause =
      dependency &&
      failed.find(
        ({ kind, name, namespace }) =>
          kind === dependency.kind && name === dependency.name && (dependency.namespace ?? resource.namespace) === namespace,
      )
    if (!cause) return resource
    return {
      ...resource,
      outcome: 'failed',
      headline: `${resource.headline} That one has failed here too.`,
      advice: [`Mend ${cause.kind} ${cause.name} first; this one follows by itself.`],
    }
  })
}

/** Ends the waiting of all that still wait; `away` has the keys of those that could not be looked at the last time. */
export function giveUp(resources: AppliedResource[], waitedMs: number, away: ReadonlySet<string> = new Set()): AppliedResource[] {
  return resources.map((resource) => {
    if (resource.outcome !== 'waiting') return resource
    if (away.has(resource.key)) return unreachable(resource, resource.headline)
    const advice = resource.advice.length > 0 ? resource.advice : ['The operator goes on by itself. Look at the resource in Corbel later.']
    return { ...resource, outcome: 'late', advice, seconds: Math.round(waitedMs / 100) / 10 }
  })
}

/** A resource about which the cluster could not be asked. */
export const unreachable = (resource: AppliedResource, headline: string): AppliedResource => ({
  ...resource,
  outcome: 'unreachable',
  headline,
  advice: ['Run the command again when the cluster can be reached: applying twice changes nothing.'],
})

export type ApplyResult = 'ok' | 'failed' | 'unreachable'

/** What came of the apply. A resource still waiting when nobody was to wait (`waits` false) is applied, and that is all there was to do. */
export function applyResult(resources: AppliedResource[], waits: boolean): ApplyResult {
  const outcomes = new Set(resources.map(({ outcome }) => outcome))
  if (outcomes.has('failed') || outcomes.has('refused') || outcomes.has('late') || (waits && outcomes.has('waiting'))) return 'failed'
  return outcomes.has('unreachable') ? 'unreachable' : 'ok'
}
