/**
 * What RBAC answers, worked out from roles and bindings as the API server does it (kubernetes: plugin/pkg/auth/authorizer/rbac). Rights only
 * add up; a system test lets the API server judge the same questions. Other authorizers (webhooks, the cloud's own access control) can allow
 * more, and no list of bindings shows that.
 */
import type { Binding, Policy, Role, Rule, Selector, Subject } from './policy.ts'

/** Who asks, as the API server knows them after authentication. */
export interface Identity {
  username: string
  groups: string[]
}

/** What somebody wants to do. Without `namespace` it is about the whole cluster; without `name` about no object in particular. */
export interface Question {
  verb: string
  group: string
  /** The plural. */
  resource: string
  subresource?: string
  namespace?: string
  name?: string
}

/** One rule that somebody has, by which binding and role, and where it holds. */
export interface Grant {
  rule: Rule
  binding: Binding
  role: Role
  /** The namespace it holds in; undefined for the whole cluster. */
  namespace: string | undefined
}

/** Who has a grant. */
export interface Holder {
  subject: Subject
  grant: Grant
}

/** The identity of a service account. */
export const serviceAccountIdentity = (namespace: string, name: string): Identity => ({
  username: serviceAccountUsername(namespace, name),
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
})

const serviceAccountUsername = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`

/** Whether a subject of a binding is this identity, or a group it is in. Names are compared byte by byte. */
export function isSubject({ kind, name, namespace }: Subject, { username, groups }: Identity): boolean {
  if (kind === 'User') return username === name
  if (kind === 'Group') return groups.includes(name)
  return namespace !== undefined && username === serviceAccountUsername(namespace, name)
}

/** Whether one rule allows what is asked, wherever it holds. */
export function ruleAllows({ verbs, groups, resources, names }: Rule, question: Question): boolean {
  return (
    (verbs.includes('*') || verbs.includes(question.verb)) &&
    (groups.includes('*') || groups.includes(question.group)) &&
    resources.some((resource) => resourceMatches(resource, question)) &&
    (names.length === 0 || names.includes(question.name ?? ''))
  )
}

/** `*` is every resource with every subresource, `pods` has none of them, and of patterns there is only a star before a subresource. */
function resourceMatches(inRule: string, { resource, subresource }: Question): boolean {
  if (inRule === '*') return true
  return subresource ? inRule === `${resource}/${subresource}` || inRule === `*/${subresource}` : inRule === resource
}

/** Every rule of the bindings that are about a subject for which `isMeant` is true. A binding to a role that does not exist gives nothing. */
export function holders({ roles, bindings }: Policy, isMeant: (subject: Subject) => boolean = () => true): Holder[] {
  const known = new Map(roles.map((role) => [keyOf(role), role]))
  return bindings.flatMap((binding) => {
    const role = known.get(keyOf({ ...binding.role, namespace: binding.role.kind === 'Role' ? binding.namespace : undefined }))
    if (!role) return []
    return binding.subjects
      .filter(isMeant)
      .flatMap((subject) => role.rules.map((rule): Holder => ({ subject, grant: { rule, binding, role, namespace: binding.namespace } })))
  })
}

const keyOf = ({ kind, name, namespace }: { kind: string; name: string; namespace: string | undefined }): string =>
  `${kind} ${namespace ?? ''} ${name}`

/** Everything an identity has by RBAC, its groups included. */
export const grantsOf = (policy: Policy, identity: Identity): Grant[] =>
  holders(policy, (subject) => isSubject(subject, identity)).map(({ grant }) => grant)

/** Whether a grant allows what is asked, where it is asked. */
export const grantAllows = ({ rule, namespace }: Pick<Grant, 'rule' | 'namespace'>, question: Question): boolean =>
  (namespace === undefined || namespace === question.namespace) && ruleAllows(rule, question)

/** Whether RBAC lets an identity do something. */
export const isAllowed = (policy: Policy, identity: Identity, question: Question): boolean =>
  grantsOf(policy, identity).some((grant) => grantAllows(grant, question))

/** Who may do something, by which grants: of `among`, which is `holders(policy)` where many questions are asked of one policy. */
export const whoMay = (among: Holder[], question: Question): Holder[] => among.filter(({ grant }) => grantAllows(grant, question))

/** The ClusterRoles whose rules end up in a ClusterRole that collects others, those it collects through others included. */
export function collected(roles: Role[], into: Role): Role[] {
  const found = new Set<Role>()
  const look = ({ collects }: Role): void => {
    for (const role of roles) {
      if (role.kind !== 'ClusterRole' || role === into || found.has(role)) continue
      if (!collects.some((selector) => selects(selector, role.labels))) continue
      found.add(role)
      look(role)
    }
  }
  look(into)
  return [...found]
}

/** Whether a label selector matches; one that says nothing matches everything, one that is not understood nothing. */
export function selects({ labels, expressions }: Selector, of: Record<string, string>): boolean {
  const has = (key: string) => Object.hasOwn(of, key)
  return (
    Object.entries(labels).every(([key, value]) => has(key) && of[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      const value = has(key) ? (of[key] ?? '') : undefined
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      if (operator === 'In') return value !== undefined && values.includes(value)
      if (operator === 'NotIn') return value === undefined || !values.includes(value)
      return false
    })
  )
}
