/**
 * What a break-glass change may touch: the fields of the spec, and annotations and labels by list. Everything else belongs to the API
 * server, to controllers or to Git, and is refused with a sentence that names the path.
 */
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { childrenOf } from '#lib/schema/field-tree.ts'
import { knownAnnotations } from '#lib/schema/known-annotations.ts'
import { keyProblem, labelValueProblem } from '#lib/schema/metadata-rules.ts'
import { isForbiddenKey } from './json-pointer.ts'

export interface PatchScope {
  /** Top-level fields, each with all it holds. */
  fields: readonly string[]
  /** Why an annotation may not change, as the end of a sentence; undefined where it may. */
  annotation: (key: string) => string | undefined
  /** The same for labels. */
  label: (key: string) => string | undefined
}

/** Set by whoever applies the manifest; editors need not show them, so leaving them out is no change. */
export const isApplierAnnotation = (key: string): boolean =>
  key === 'kubectl.kubernetes.io/last-applied-configuration' || key.startsWith('corbel.dev/')

const configConnector = 'cnrm.cloud.google.com/'
/** Written by Config Connector itself, to remember what it did. */
const ownOfConfigConnector = ['mutable-but-unreadable-fields', 'observed-secret-versions', 'supports-ssa'].map(
  (key) => configConnector + key,
)
/** Prefixes by which GitOps tools know their objects: a changed one makes them let go of the object, or prune it. */
const trackers = [
  'argocd.argoproj.io/',
  'kustomize.toolkit.fluxcd.io/',
  'helm.toolkit.fluxcd.io/',
  'configmanagement.gke.io/',
  'configsync.gke.io/',
  'applyset.kubernetes.io/',
]
const trackingKeys = ['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by']

function annotation(key: string): string | undefined {
  const known = knownAnnotations.find((each) => each.key === key)
  if (isForbiddenKey(key)) return 'it is no annotation'
  if (!key.startsWith(configConnector)) return 'only annotations of Config Connector can be changed here'
  // where it lives (project-id, folder-id, organization-id) and state-into-spec are fixed at creation: an admission webhook refuses them
  if (known?.immutable) return 'it is fixed when the resource is created'
  if (ownOfConfigConnector.includes(key)) return 'Config Connector writes it itself'
  // another controller could skip the check of immutable fields
  if (key === `${configConnector}reconciler`) return 'it moves the resource to another controller'
  return keyProblem(key) ? 'it is no annotation' : undefined
}

function label(key: string): string | undefined {
  if (isForbiddenKey(key) || keyProblem(key)) return 'it is no label'
  if (key.startsWith('corbel.dev/')) return 'Corbel writes it itself'
  if (key === 'managed-by-cnrm' || key.startsWith(configConnector)) return 'Config Connector writes it itself'
  if (trackingKeys.includes(key) || trackers.some((prefix) => key.startsWith(prefix))) return 'a GitOps tool knows the resource by it'
  return undefined
}

/** Spec alone: right for every kind of Config Connector. */
export const specScope: PatchScope = { fields: ['spec'], annotation, label }

/** The scope of a kind: its top-level fields beside apiVersion, kind, metadata and status. */
export function scopeOf(kind: CompiledKind): PatchScope {
  const fields = childrenOf(kind.root).map(({ key }) => key)
  return fields.length === 0 ? specScope : { fields, annotation, label }
}

/** What is wrong with the value of a label or annotation, or undefined. */
export function valueProblem(part: 'labels' | 'annotations', value: unknown): string | undefined {
  if (typeof value !== 'string') return 'its value must be text: quote it'
  return part === 'labels' && labelValueProblem(value) ? 'its value may have letters, digits, "-", "_" and ".", 63 at most' : undefined
}
