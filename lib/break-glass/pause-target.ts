/** Which object holds a controller back, and how. Pure. */
import type { ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import { Conflict, Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import type { ExactObject } from '#lib/patch/exact-json.ts'
import { textsOf } from '#lib/patch/metadata-steps.ts'
import { argocdApplication } from '#lib/patch/undoers.ts'
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

/** The Application of Argo CD that tracks an object, and how the API server has it; undefined where none does. */
export function trackingApplication(live: ExactObject): (ObjectRef & { namespace: string }) | undefined {
  const found = argocdApplication(textsOf(live, 'annotations'), textsOf(live, 'labels'))
  if (!found || !dnsLabel.test(found.name) || !dnsLabel.test(found.namespace)) return undefined
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: found.namespace, name: found.name }
}

/** The Kustomization of Flux that applies an object, by its labels. */
export function applyingKustomization(live: ExactObject): (ObjectRef & { namespace: string }) | undefined {
  const labels = textsOf(live, 'labels')
  const [namespace = '', name = ''] = ['namespace', 'name'].map((part) => labels.get(`kustomize.toolkit.fluxcd.io/${part}`))
  if (!dnsLabel.test(name) || !dnsLabel.test(namespace)) return undefined
  return { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace, name }
}

/** `spec.syncPolicy.automated` of an Application, where that makes it sync by itself. */
export function automationAt(application: Json): JsonObject | undefined {
  const automated = valueAt(application, ['spec', 'syncPolicy', 'automated'])
  return isObject(automated) && automated.enabled !== false ? automated : undefined
}

/** What an Application says about syncing by itself. Throws Conflict where it does not. */
export function automationOf(application: Json): JsonObject {
  const automated = automationAt(application)
  if (!automated) throw new Conflict('This Application of Argo CD does not sync by itself: it puts nothing back until somebody syncs it.')
  return automated
}

/** For people whom the cluster does not let: what to run, in words for a shell. */
export function argoCommand({ namespace, name }: { namespace: string; name: string }, automated: Json | null): string {
  const patch = JSON.stringify({ spec: { syncPolicy: { automated } } })
  if (patch.includes("'")) throw new Invalid('This Application holds text that cannot stand in a command. Change it in Argo CD.')
  return `kubectl -n ${namespace} patch application ${name} --type merge -p '${patch}'`
}
