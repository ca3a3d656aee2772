/**
 * Who else could do break-glass, by RBAC: every subject of every binding is asked for every power (powers.ts). What one binding gives one
 * subject is one finding, because that is what one can take away.
 *
 * Not told: the team's own constrained impersonation in its own project; the portal's account (examine-set-up.ts has its golden list); CI's
 * accounts writing resources; the API server's own groups and controllers, which become one note.
 */
import { collected, type Grant, grantAllows, type Holder, holders } from '#lib/rbac/evaluate.ts'
import type { Policy, Role, Subject } from '#lib/rbac/policy.ts'
import type { Finding, Severity } from './contract.ts'
import { subjectWords, throughWords, withoutLabels, withoutSubject } from './fixes.ts'
import {
  acceptedAnnotation,
  accountName,
  ciNamespace,
  configConnectorNamespaces,
  isConstrained,
  type Observed,
  portalAccount,
} from './observed.ts'
import { directWrite, type Guards, gateByHand, otherPlaces, type Power, powersAt, powersEverywhere } from './powers.ts'

/** A reason shorter than this says nothing. */
const shortestReason = 12
const rank: Record<Severity, number> = { critical: 0, warning: 1, note: 2 }
const builtIn = new Set(['admin', 'edit', 'cluster-admin'])

interface Found {
  holder: Holder
  powers: Map<string, Power>
}

/** The findings about rights. Needs `policy` and `projects`; without them it can tell nothing, and the gaps say so. */
export function examineRights(observed: Observed, guards: Guards): Finding[] {
  const { policy, projects } = observed
  if (!policy || !projects) return []
  const teams = new Map(projects.map(({ namespace, team }) => [namespace, team]))
  const found = new Map<string, Found>()
  const trusted = new Set<string>()
  const [anyProject] = projects
  const atProject = (namespace: string, called?: string): Power[] => [
    ...powersAt({ namespace, account: accountName, kind: 'project', ...(called ? { called } : {}) }, guards),
    gateByHand(namespace, guards),
    directWrite(namespace, observed.kinds, called),
  ]
  const inNamespaces = new Map([
    ...otherPlaces.map((place): [string, Power[]] => [place.namespace, powersAt(place, guards)]),
    ...projects.map(({ namespace }): [string, Power[]] => [namespace, atProject(namespace)]),
  ])
  // what holds on the whole cluster holds in every project alike: one of them stands for all
  const everyPlace = [
    ...powersEverywhere(),
    ...(anyProject ? atProject(anyProject.namespace, 'every project') : []),
    ...otherPlaces.flatMap((place) => powersAt(place, guards)),
  ]

  for (const holder of holders(policy)) {
    const { subject, grant } = holder
    const powers = grant.namespace === undefined ? everyPlace : (inNamespaces.get(grant.namespace) ?? [])
    for (const power of powers) {
      if (!has(grant, power) || isMeant(holder, power, observed, guards, teams)) continue
      if (isControlPlane(holder)) {
        trusted.add(subjectWords(subject))
        break
      }
      const { kind, namespace = '', name } = grant.binding
      const key = [kind, namespace, name, subject.kind, subject.namespace ?? '', subject.name].join(' ')
      const entry = found.get(key) ?? { holder, powers: new Map() }
      entry.powers.set(power.id, power.id === 'impersonate-legacy-project' && isTeamOf(holder, observed, teams) ? leftOver(power) : power)
      found.set(key, entry)
    }
  }
  return [...[...found].map(([key, entry]) => findingOf(key, entry, policy)), ...controlPlaneNote(trusted)]
}

function has({ rule, namespace }: Pick<Grant, 'rule' | 'namespace'>, { questions, anyName }: Power): boolean {
  const anyOf = { rule: anyName ? { ...rule, names: [] } : rule, namespace }
  // what is made has no name yet when rights are asked for, so a right limited to names never lets anybody create
  return questions.some((question) => grantAllows(question.verb === 'create' ? { rule, namespace } : anyOf, question))
}

/** Whether somebody has a power because the shipped set-up means them to. */
function isMeant(
  { subject, grant }: Holder,
  { id }: Power,
  observed: Observed,
  guards: Guards,
  teams: Map<string, string | undefined>,
): boolean {
  const at = serviceAccountOf(subject)
  if (id === 'impersonate-project') return isTeamOf({ subject, grant }, observed, teams)
  if (id === 'impersonate-legacy-project')
    return isTeamOf({ subject, grant }, observed, teams) && observed.version !== undefined && !isConstrained(observed)
  if (id === 'gate-by-hand') return at?.namespace === portalAccount.namespace && at.name === portalAccount.name
  if (id === 'direct-write') {
    if (subject.kind !== 'ServiceAccount' && subject.name.startsWith(observed.prefix) && observed.prefix !== '') return guards.peopleDryRun
    if (subject.kind === 'Group') return subject.name === `system:serviceaccounts:${ciNamespace}`
    if (at?.name === accountName) return grant.namespace === at.namespace
    return at !== undefined && (at.namespace === ciNamespace || configConnectorNamespaces.includes(at.namespace))
  }
  return false
}

/** The owning team, in its own project and nowhere else. */
function isTeamOf({ subject, grant }: Holder, { prefix }: Observed, teams: Map<string, string | undefined>): boolean {
  const team = grant.namespace === undefined ? undefined : teams.get(grant.namespace)
  return subject.kind === 'Group' && team !== undefined && subject.name === prefix + team
}

/** The team's grant from before Kubernetes 1.36, beside the newer one. */
const leftOver = (power: Power): Power => ({
  ...power,
  severity: 'warning',
  so: 'is no longer held to what constrained impersonation allows: the API server falls back to the older way. The gate holds all the same.',
})

/** A service account, also where a binding names it as a user. */
function serviceAccountOf({ kind, name, namespace }: Subject): { namespace: string; name: string } | undefined {
  if (kind === 'ServiceAccount') return namespace === undefined ? undefined : { namespace, name }
  const [, inNamespace, called] = kind === 'User' ? (/^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? []) : []
  return inNamespace !== undefined && called !== undefined ? { namespace: inNamespace, name: called } : undefined
}

/** What Kubernetes itself sets up at its start: by a binding marked so, a subject of its own. Somebody added to such a binding is not meant. */
function isControlPlane({ subject, grant: { binding } }: Holder): boolean {
  if (binding.labels['kubernetes.io/bootstrapping'] !== 'rbac-defaults') return false
  if (subject.kind === 'ServiceAccount') return subject.namespace === 'kube-system'
  return subject.kind === 'Group'
    ? subject.name === 'system:masters' || subject.name === 'system:nodes'
    : subject.name.startsWith('system:kube-')
}

function controlPlaneNote(trusted: Set<string>): Finding[] {
  if (trusted.size === 0) return []
  return [
    {
      id: 'control-plane',
      severity: 'note',
      title: `The cluster's own administrators and controllers hold such rights (${trusted.size})`,
      subject: null,
      namespace: null,
      through: 'bindings that Kubernetes makes at its start',
      why: 'Kubernetes works this way; guard certificates of system:masters and the accounts of kube-system accordingly.',
      powers: [...trusted].sort(),
      accepted: null,
      fix: null,
    },
  ]
}

function findingOf(key: string, { holder, powers }: Found, policy: Policy): Finding {
  const { subject, grant } = holder
  const { binding, role } = grant
  const sorted = [...powers.values()].sort((a, b) => rank[a.severity] - rank[b.severity])
  const [worst] = sorted
  const reason = (binding.annotations[acceptedAnnotation] ?? '').trim()
  const accepted = reason.length >= shortestReason ? reason : null
  const isAdministrator = grant.namespace === undefined && isEverything(role)
  const severity: Severity = accepted ? 'note' : isAdministrator ? 'warning' : (worst?.severity ?? 'note')
  const words = subjectWords(subject)
  const origin = originOf(role, sorted, policy)
  const common = {
    id: key,
    severity,
    subject: words,
    namespace: grant.namespace ?? null,
    through: throughWords(holder) + (origin ? `, which collects ClusterRole ${origin.role.name}` : ''),
    powers: sorted.length > 1 || isAdministrator ? sorted.map(({ may }) => may) : [],
    accepted,
    fix: accepted ? null : (strangerFix(role, origin, sorted) ?? withoutSubject(binding, subject)),
  }
  if (isAdministrator)
    return {
      ...common,
      title: `${words} administers the whole cluster`,
      why: `Administrators can do all of this, guards included; keep it to those who hold the cluster in an emergency, and say so on the binding (annotation ${acceptedAnnotation}).`,
    }
  const applicationRole = builtIn.has(role.name) && role.kind === 'ClusterRole' ? `has the built-in role ${role.name}` : null
  return {
    ...common,
    title: applicationRole
      ? `${words} ${applicationRole} ${grant.namespace ? `in ${grant.namespace}` : 'everywhere'}`
      : `${words} may ${worst?.may ?? ''}`,
    why: applicationRole
      ? `That role is made for owners of applications: whoever has it may ${worst?.may ?? ''}, so ${worst?.so ?? ''}`
      : `Whoever may do that ${worst?.so ?? ''}`,
    powers: applicationRole ? sorted.map(({ may }) => may) : common.powers,
  }
}

/** Where a role of ours collects what is not ours, or what is left over, that is to go and not whom the role was made for. */
function strangerFix(role: Role, origin: ReturnType<typeof originOf>, powers: Power[]): Finding['fix'] {
  if (!origin || !role.name.startsWith('corbel:')) return null
  const isLeftOver = powers.every(({ id }) => id === 'impersonate-legacy-project')
  return !origin.role.name.startsWith('corbel:') || isLeftOver ? withoutLabels(origin.role.name, origin.labels) : null
}

const isEverything = ({ rules }: Role): boolean =>
  rules.some(
    ({ verbs, groups, resources, names }) => verbs.includes('*') && groups.includes('*') && resources.includes('*') && names.length === 0,
  )

/** Of a role that collects others: the one that brings the worst of it, and the labels by which it is collected. */
function originOf(role: Role, powers: Power[], { roles }: Policy): { role: Role; labels: string[] } | undefined {
  if (role.collects.length === 0) return undefined
  const [worst] = powers
  const origin = collected(roles, role).find(
    (one) => one.collects.length === 0 && worst && one.rules.some((rule) => has({ rule, namespace: undefined }, worst)),
  )
  if (!origin) return undefined
  return {
    role: origin,
    labels: Object.keys(origin.labels).filter((label) => role.collects.some(({ labels }) => Object.hasOwn(labels, label))),
  }
}
