/** Which object holds a controller back, and how. Pure. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { isObject, type Json, textAt, valueAt } from '#lib/json.ts'
import { pausedAnnotation } from '#lib/plan/paused-apply.ts'
import type { Pause } from './contract.ts'

export type Controller = Pause['controller']

/** On an object: Flux's kustomize-controller neither applies nor prunes it. https://fluxcd.io/flux/components/kustomize/kustomizations/ */
export const fluxAnnotation = 'kustomize.toolkit.fluxcd.io/reconcile'

/** The annotation that holds a controller back, where an annotation of the object does. */
export const annotationOf = (controller: Controller): string | undefined =>
  ({ flux: fluxAnnotation, corbel: pausedAnnotation, argocd: undefined })[controller]

export const controllerNames: Record<Controller, string> = { flux: 'Flux', argocd: 'Argo CD', corbel: 'corbel apply' }

/** Throws Conflict where the controller has nothing to do with the object, or is held back already. */
export function checkPausable(controller: Controller, live: Json): void {
  const annotation = (key: string): string | undefined => textAt(live, 'metadata', 'annotations', key)
  const label = (key: string): string | undefined => textAt(live, 'metadata', 'labels', key)
  if (controller === 'flux') {
    if (label('kustomize.toolkit.fluxcd.io/name') === undefined)
      throw new Conflict('No Kustomization of Flux applies this resource, so there is nothing to pause.')
    if (annotation(fluxAnnotation)?.toLowerCase() === 'disabled')
      throw new Conflict('Flux leaves this resource alone already, and not because of Corbel.')
  }
  if (controller === 'corbel' && annotation('corbel.dev/repository') === undefined)
    throw new Conflict('corbel apply has not applied this resource, so there is nothing to pause.')
}

const dnsLabel = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

/** The Application of Argo CD that tracks an object. Throws Conflict where none does. */
export function applicationOf(live: Json): { namespace: string; name: string } {
  const tracked = textAt(live, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id')?.split(':')[0]
  const named = tracked ?? textAt(live, 'metadata', 'labels', 'argocd.argoproj.io/instance')
  // an Application outside Argo CD's own namespace is tracked as namespace_name
  const [first = '', second] = (named ?? '').split('_')
  const found = second === undefined ? { namespace: 'argocd', name: first } : { namespace: first, name: second }
  if (!dnsLabel.test(found.name) || !dnsLabel.test(found.namespace))
    throw new Conflict('No Application of Argo CD tracks this resource, so there is nothing to pause.')
  return found
}

/** What an Application says about syncing by itself. Throws Conflict where it does not. */
export function automationOf(application: Json): Json {
  const automated = valueAt(application, ['spec', 'syncPolicy', 'automated'])
  if (!isObject(automated) || automated.enabled === false)
    throw new Conflict('This Application of Argo CD does not sync by itself: it puts nothing back until somebody syncs it.')
  return automated
}

/** For people whom the cluster does not let: what to run, in words for a shell. */
export function argoCommand({ namespace, name }: { namespace: string; name: string }, automated: Json | null): string {
  const patch = JSON.stringify({ spec: { syncPolicy: { automated } } })
  if (patch.includes("'")) throw new Invalid('This Application holds text that cannot stand in a command. Change it in Argo CD.')
  return `kubectl -n ${namespace} patch application ${name} --type merge -p '${patch}'`
}
