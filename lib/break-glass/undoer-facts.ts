/**
 * What the controllers of GitOps say themselves about when they put a change back: Argo CD's Application and Flux's Kustomization, read with the
 * person's own token; and Corbel's own pause of the Application. What cannot be read in a moment is not known, and nothing waits for it.
 */
import { clusterNamed } from '#lib/cluster/clusters.ts'
import type { KindRef, ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import type { ExactObject } from '#lib/patch/exact-json.ts'
import type { UndoerFacts } from '#lib/patch/undoers.ts'
import { log } from '#lib/telemetry/log.ts'
import { activePauses, samePlace, targetOfPause } from './pause-row.ts'
import { applyingKustomization, automationAt, trackingApplication } from './pause-target.ts'

/** The difference is waited for, so a controller's object that does not come within this time stays unknown. */
const patienceMs = 1_500

/** Never throws for what the cluster says: what is not known is left out. */
export async function undoerFacts(live: ExactObject, cluster: string, actor: Pick<Actor, 'loginId'>): Promise<UndoerFacts> {
  const [application, kustomization] = [trackingApplication(live), applyingKustomization(live)]
  const [automation, pause, flux] = await Promise.all([
    application && readSoon(cluster, { ...application, ...served.Application }, actor),
    application && pauseOf(cluster, application),
    kustomization && readSoon(cluster, { ...kustomization, ...served.Kustomization }, actor),
  ])
  const seconds = flux && secondsOf(textAt(flux, 'spec', 'interval') ?? '')
  return {
    ...(automation ? { argocdSync: syncOf(automation) } : {}),
    ...(pause === undefined ? {} : { argocdPaused: pause }),
    ...(seconds === undefined ? {} : { fluxIntervalSeconds: seconds }),
    ...(flux ? { fluxSuspended: valueAt(flux, ['spec', 'suspend']) === true } : {}),
  }
}

/** Said here, so that discovery is not asked for kinds that most clusters do not have. */
const served = {
  Application: { plural: 'applications', namespaced: true },
  Kustomization: { plural: 'kustomizations', namespaced: true },
} satisfies Record<string, Pick<KindRef, 'plural' | 'namespaced'>>

async function readSoon(cluster: string, ref: ObjectRef, actor: Pick<Actor, 'loginId'>): Promise<JsonObject | undefined> {
  try {
    const calls = clusterNamed(cluster).as({ token: await clusterToken(actor) })
    return (await calls.get(ref, { signal: AbortSignal.timeout(patienceMs) })).value
  } catch (error) {
    log().debug({ err: error, cluster, kind: ref.kind }, 'what a controller says of itself could not be read')
    return undefined
  }
}

function syncOf(application: JsonObject): UndoerFacts['argocdSync'] {
  const automated = automationAt(application)
  return !automated ? 'by hand' : automated.selfHeal === true ? 'self-heal' : 'commits'
}

async function pauseOf(cluster: string, application: ObjectRef & { namespace: string }): Promise<string | undefined> {
  const rows = await database().breakGlassPause.findMany({
    where: { controller: 'argocd', state: { in: activePauses }, session: { cluster } },
  })
  const row = rows.find((each) => samePlace(targetOfPause(each), application))
  return row && `by ${row.owner} until ${row.until.toISOString()}`
}

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** Seconds of a duration as Go writes it ("1h30m", "10m0s"); undefined where it is none. */
export function secondsOf(duration: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(duration)) return undefined
  let seconds = 0
  for (const [, number, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) seconds += Number(number) * (unitSeconds[unit ?? ''] ?? 0)
  return Math.round(seconds)
}
