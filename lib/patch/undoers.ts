/**
 * Who will undo a break-glass change, and when: GitOps controllers and CI by the marks they leave on the object and by the fields they hold.
 * What each does with fields that changed, and with fields that were added and are not in Git, is from the projects' documentation and source.
 */
import type { JsonPath } from '#lib/json.ts'
import { configConnectorManager } from './consequences.ts'
import type { FieldChange } from './exact-diff.ts'
import { type ExactObject, exactAt } from './exact-json.ts'
import { breakGlassManager, managersOf, type OwnedPath } from './field-owners.ts'
import { textsOf } from './metadata-steps.ts'

export type Controller = 'argocd' | 'flux' | 'config-sync' | 'corbel' | 'config-connector' | 'unknown'

export interface Undoer {
  controller: Controller
  /** The Application, Kustomization or repository, where the object names one. */
  name: string | undefined
  /** One or two sentences: who, what becomes of the change, when. */
  message: string
  /** Whether it puts back what is changed. */
  undoes: boolean
  /** Whether it can be held back from here: by a mark on the object, or on the Application that is known. */
  canPause: boolean
  /** It is held back already. */
  paused: boolean
  /** Seconds until it acts at the latest, where that is known. */
  withinSeconds: number | undefined
  /** The changes it puts back, and those it leaves although Git does not have them. */
  reverts: JsonPath[]
  keeps: JsonPath[]
}

/** What is known from elsewhere; all of it may be missing. */
export interface UndoerFacts {
  /** `spec.interval` of the Kustomization. */
  fluxIntervalSeconds?: number
  /** `spec.suspend` of the Kustomization. */
  fluxSuspended?: boolean
  /** What the Application does by itself (`spec.syncPolicy.automated`): puts back whatever differs, follows commits only, or nothing. */
  argocdSync?: 'self-heal' | 'commits' | 'by hand'
  /** Who holds the Application back through Corbel, and until when, in words. */
  argocdPaused?: string
}

export interface UndoerInput {
  live: ExactObject
  changes: readonly FieldChange[]
  /** `ownersOfChanges(live, changes)`. */
  owned: readonly OwnedPath[]
  facts?: UndoerFacts
}

/** The annotation of Flux that holds one object back, and its value. */
export const fluxPause = { key: 'kustomize.toolkit.fluxcd.io/reconcile', value: 'disabled' } as const
/** The annotation that `corbel apply` honours. */
export const corbelPause = 'corbel.dev/paused'

export function undoersOf(input: UndoerInput): Undoer[] {
  const seen = {
    ...input,
    facts: input.facts ?? {},
    labels: textsOf(input.live, 'labels'),
    annotations: textsOf(input.live, 'annotations'),
  }
  return [argocd, flux, fluxHelm, configSync, corbel, configConnector, others].flatMap((detect) => detect(seen) ?? [])
}

interface Seen extends UndoerInput {
  facts: UndoerFacts
  labels: Map<string, string>
  annotations: Map<string, string>
}

const manages = ({ live }: Seen, managers: readonly string[]): boolean => managersOf(live).some(({ manager }) => managers.includes(manager))

/**
 * Splits the changes into those on fields the managers hold and the rest. With no record of the managers, what changed is theirs. What break-glass
 * holds it took from somebody: whoever applies the file will have it back.
 */
function split(seen: Seen, holders: readonly string[]): Pick<Undoer, 'reverts' | 'keeps'> {
  const recorded = manages(seen, holders)
  const managers = [...holders, breakGlassManager]
  const isTheirs = ({ kind }: FieldChange, index: number): boolean =>
    recorded ? !!seen.owned[index]?.owners.some(({ manager }) => managers.includes(manager)) : kind !== 'added'
  return {
    reverts: seen.changes.filter((change, index) => isTheirs(change, index)).map(({ path }) => path),
    keeps: seen.changes.filter((change, index) => !isTheirs(change, index)).map(({ path }) => path),
  }
}

const fields = (paths: readonly JsonPath[]): string => (paths.length === 1 ? '1 field' : `${paths.length} fields`)

interface Story {
  /** Who, as the start of a sentence. */
  who: string
  when: string
  pausedBy: string
}

/** The sentence for controllers that write what Git says. */
function tell({ reverts, keeps }: Pick<Undoer, 'reverts' | 'keeps'>, paused: boolean, { who, when, pausedBy }: Story): string {
  if (paused) return `${who} is held back for this resource (${pausedBy}) and leaves the change alone until that ends.`
  const left =
    keeps.length === 0
      ? ''
      : ` ${keeps.length === 1 ? '1 field' : `${keeps.length} fields`} it does not hold stay, though Git lacks the change.`
  if (reverts.length === 0) return `${who} holds none of these fields and leaves them as they are, though Git lacks the change.`
  return `${who} puts ${fields(reverts)} back ${when}.${left}`
}

const argocdManagers = ['argocd-controller', 'argocd-application-controller']

/** The Application of Argo CD that tracks an object. `certain` where nothing but Argo CD leaves such a mark. */
export interface TrackedBy {
  namespace: string
  name: string
  certain: boolean
}

/** https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ */
export function argocdApplication(annotations: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): TrackedBy | undefined {
  const own = annotations.get('argocd.argoproj.io/tracking-id')?.split(':')[0] || labels.get('argocd.argoproj.io/instance')
  // charts set this label too: then it says nothing about Argo CD
  const instance = labels.get('app.kubernetes.io/managed-by') === 'Helm' ? undefined : labels.get('app.kubernetes.io/instance')
  const tracked = own || instance
  if (!tracked) return undefined
  // an Application outside Argo CD's own namespace is tracked as namespace_name
  const [first = '', second] = tracked.split('_')
  const certain = Boolean(own)
  return second === undefined ? { namespace: 'argocd', name: first, certain } : { namespace: first, name: second, certain }
}

const argocdWhen = {
  'self-heal': 'within seconds (self-heal is on)',
  commits: 'at the next commit or sync (self-heal is off)',
  'by hand': 'when somebody syncs it (it does not sync by itself)',
}

function argocd(seen: Seen): Undoer | undefined {
  const { annotations, labels, facts } = seen
  const application = argocdApplication(annotations, labels)
  const recorded = manages(seen, argocdManagers)
  if (!application && !recorded) return undefined
  const name = application && (application.namespace === 'argocd' ? application.name : `${application.namespace}/${application.name}`)
  const parts = split(seen, argocdManagers)
  const { argocdSync: sync, argocdPaused } = facts
  const when = sync ? argocdWhen[sync] : 'within seconds if self-heal is on, else at the next commit or sync'
  const certain = recorded || sync !== undefined || application?.certain
  const who = `${certain ? 'Argo CD' : 'Argo CD, if it is what the label app.kubernetes.io/instance stands for,'}${name ? ` (Application ${name})` : ''}`
  const paused = argocdPaused !== undefined
  return {
    controller: 'argocd',
    name,
    message: paused
      ? `${who} is held back ${argocdPaused} and syncs nothing by itself until that ends.`
      : tell(parts, false, { who, when, pausedBy: '' }),
    undoes: !paused && parts.reverts.length > 0,
    // its pause stands in the Application, so that must be known, and do something that can be held back
    canPause: application !== undefined && sync !== 'by hand',
    paused,
    withinSeconds: sync === 'self-heal' && !paused ? 5 : undefined,
    ...parts,
  }
}

const namespaced = (labels: Map<string, string>, prefix: string): string | undefined => {
  const [namespace, name] = [labels.get(`${prefix}namespace`), labels.get(`${prefix}name`)]
  return name === undefined ? undefined : namespace === undefined ? name : `${namespace}/${name}`
}

const minutes = (seconds: number): string => (seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`)

function flux(seen: Seen): Undoer | undefined {
  const managers = ['kustomize-controller']
  const name = namespaced(seen.labels, 'kustomize.toolkit.fluxcd.io/')
  if (!name && !manages(seen, managers)) return undefined
  const parts = split(seen, managers)
  const marked = [seen.annotations, seen.labels].some((map) => map.get(fluxPause.key)?.toLowerCase() === fluxPause.value)
  const { fluxIntervalSeconds: seconds, fluxSuspended: suspended = false } = seen.facts
  const paused = marked || suspended
  const when = seconds === undefined ? 'at its next interval' : `within ${minutes(seconds)} (its interval)`
  const who = `Flux${name ? ` (Kustomization ${name})` : ''}`
  return {
    controller: 'flux',
    name,
    message: tell(parts, paused, {
      who,
      when,
      pausedBy: marked ? `${fluxPause.key}: ${fluxPause.value}` : 'the Kustomization is suspended',
    }),
    undoes: !paused && parts.reverts.length > 0,
    canPause: true,
    paused,
    withinSeconds: seconds,
    ...parts,
  }
}

function fluxHelm(seen: Seen): Undoer | undefined {
  const managers = ['helm-controller']
  const name = namespaced(seen.labels, 'helm.toolkit.fluxcd.io/')
  if (!name && !manages(seen, managers)) return undefined
  const parts = split(seen, managers)
  const who = `Flux${name ? ` (HelmRelease ${name})` : ''}`
  const when = 'at its next upgrade, or at its next interval if it corrects drift'
  return {
    controller: 'flux',
    name,
    message: tell(parts, false, { who, when, pausedBy: '' }),
    undoes: parts.reverts.length > 0,
    canPause: false,
    paused: false,
    withinSeconds: undefined,
    ...parts,
  }
}

function configSync(seen: Seen): Undoer | undefined {
  const managers = ['configsync']
  const marks = [...seen.annotations.keys(), ...seen.labels.keys()].filter((key) => /^config(?:sync|management)\.gke\.io\//.test(key))
  if (marks.length === 0 && !manages(seen, managers)) return undefined
  const disabled = seen.annotations.get('configmanagement.gke.io/managed') === 'disabled'
  const paused = disabled || seen.annotations.get('client.lifecycle.config.k8s.io/mutation') === 'ignore'
  const parts = split(seen, managers)
  const pausedBy = disabled ? 'configmanagement.gke.io/managed: disabled' : 'client.lifecycle.config.k8s.io/mutation: ignore'
  return {
    controller: 'config-sync',
    name: undefined,
    message: tell(parts, paused, { who: 'Config Sync', when: 'at once', pausedBy }),
    undoes: !paused && parts.reverts.length > 0,
    // its marks must stand in the source; set on the object they are put back too
    canPause: false,
    paused,
    withinSeconds: 0,
    ...parts,
  }
}

/** `corbel apply` goes over what a merge changed; over every resource only when it is told to (cli/apply-command.ts). */
const ciWhen = "when a merge changes this resource's manifest, or when it applies everything (corbel apply --all)"

function corbel(seen: Seen): Undoer | undefined {
  const managers = ['corbel']
  const name = seen.annotations.get('corbel.dev/repository')
  if (!name && !manages(seen, managers)) return undefined
  const parts = split(seen, managers)
  const paused = seen.annotations.has(corbelPause)
  const who = `CI${name ? ` of ${name}` : ''}`
  return {
    controller: 'corbel',
    name,
    message: tell(parts, paused, { who, when: ciWhen, pausedBy: corbelPause }),
    undoes: !paused && parts.reverts.length > 0,
    canPause: true,
    paused,
    withinSeconds: undefined,
    ...parts,
  }
}

const intervalKey = 'cnrm.cloud.google.com/reconcile-interval-in-seconds'
/** Config Connector's own pass, with a jitter of 0.5 to 1.5. */
const meanIntervalSeconds = 600

function configConnector(seen: Seen): Undoer | undefined {
  const apiVersion = exactAt(seen.live, ['apiVersion'])
  if (typeof apiVersion !== 'string' || !/(?:^|\.)cnrm\.cloud\.google\.com\//.test(apiVersion)) return undefined
  const said = seen.annotations.get(intervalKey)
  const seconds = said !== undefined && /^\d{1,9}$/.test(said) ? Number(said) : meanIntervalSeconds
  const again =
    seconds === 0 ? 'It looks again only when the resource changes' : `It compares with the cloud again about every ${minutes(seconds)}`
  return {
    controller: 'config-connector',
    name: undefined,
    message: `Config Connector carries the change out in the cloud at once. ${again}.`,
    undoes: false,
    canPause: false,
    paused: false,
    withinSeconds: undefined,
    reverts: [],
    keeps: [],
  }
}

/** Managers that are people at a terminal or controllers told of above. */
const isKnown = (manager: string): boolean =>
  /^(?:kubectl|corbel|argocd-|configsync$|kustomize-controller$|helm-controller$)/.test(manager) || manager === configConnectorManager

function others({ changes, owned }: Seen): Undoer[] {
  const found = new Map<string, JsonPath[]>()
  for (const [index, { path }] of changes.entries())
    for (const { manager, subresource } of owned[index]?.owners ?? [])
      if (!subresource && !isKnown(manager)) found.set(manager, [...(found.get(manager) ?? []), path])
  return [...found].map(([manager, reverts]) => ({
    controller: 'unknown',
    name: manager,
    message: `"${manager}" has set ${fields(reverts)} of these and may put ${reverts.length === 1 ? 'it' : 'them'} back. Corbel does not know it.`,
    undoes: true,
    canPause: false,
    paused: false,
    withinSeconds: undefined,
    reverts,
    keeps: [],
  }))
}
