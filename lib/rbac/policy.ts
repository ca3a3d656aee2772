/** Roles and bindings of a cluster as plain values, read from what the API server lists. Nothing here judges: see lib/rbac/evaluate.ts. */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** Any of the verbs on any of the resources of any of the groups; `*` stands for all. Rules about URLs are left out. */
export interface Rule {
  verbs: string[]
  groups: string[]
  /** Plurals, with a subresource as `pods/exec`. */
  resources: string[]
  /** Empty where the rule holds for every name. */
  names: string[]
}

export interface Role {
  kind: 'Role' | 'ClusterRole'
  name: string
  /** Of a Role; undefined for a ClusterRole. */
  namespace: string | undefined
  /** As the cluster has them now: those of a ClusterRole that aggregates were put there by a controller. */
  rules: Rule[]
  labels: Record<string, string>
  /** Label selectors of the ClusterRoles whose rules a ClusterRole collects; empty where it collects none. */
  collects: Selector[]
}

/** As in metav1.LabelSelector: all of it must hold. */
export interface Selector {
  labels: Record<string, string>
  expressions: { key: string; operator: string; values: string[] }[]
}

export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount'
  name: string
  /** Of a service account. */
  namespace?: string
}

export interface Binding {
  kind: 'RoleBinding' | 'ClusterRoleBinding'
  name: string
  /** Of a RoleBinding; undefined for a ClusterRoleBinding. */
  namespace: string | undefined
  role: { kind: 'Role' | 'ClusterRole'; name: string }
  subjects: Subject[]
  labels: Record<string, string>
  annotations: Record<string, string>
}

/** What RBAC of one cluster consists of. */
export interface Policy {
  roles: Role[]
  bindings: Binding[]
}

/** The policy in a list of objects; objects of other kinds are passed over. */
export function readPolicy(objects: JsonObject[]): Policy {
  const policy: Policy = { roles: [], bindings: [] }
  for (const object of objects) {
    const kind = textAt(object, 'kind')
    const name = textAt(object, 'metadata', 'name') ?? ''
    const namespace = textAt(object, 'metadata', 'namespace')
    const labels = textsIn(valueAt(object, ['metadata', 'labels']))
    if (kind === 'Role' || kind === 'ClusterRole') {
      policy.roles.push({ kind, name, namespace, rules: readRules(object), labels, collects: readSelectors(object) })
    } else if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') {
      policy.bindings.push({
        kind,
        name,
        namespace,
        role: {
          kind: textAt(object, 'roleRef', 'kind') === 'Role' ? 'Role' : 'ClusterRole',
          name: textAt(object, 'roleRef', 'name') ?? '',
        },
        subjects: itemsOf(object.subjects).flatMap((subject) => readSubject(subject, namespace)),
        labels,
        annotations: textsIn(valueAt(object, ['metadata', 'annotations'])),
      })
    }
  }
  return policy
}

function readRules(object: JsonObject): Rule[] {
  return itemsOf(object.rules)
    .filter(isObject)
    .map((rule) => ({
      verbs: texts(rule.verbs),
      groups: texts(rule.apiGroups),
      resources: texts(rule.resources),
      names: texts(rule.resourceNames),
    }))
    .filter(({ resources }) => resources.length > 0)
}

function readSelectors(object: JsonObject): Selector[] {
  return itemsOf(valueAt(object, ['aggregationRule', 'clusterRoleSelectors']))
    .filter(isObject)
    .map((selector) => ({
      labels: textsIn(selector.matchLabels),
      expressions: itemsOf(selector.matchExpressions).map((expression) => ({
        key: textAt(expression, 'key') ?? '',
        operator: textAt(expression, 'operator') ?? '',
        values: isObject(expression) ? texts(expression.values) : [],
      })),
    }))
}

/** A service account without a namespace is that of the binding. */
function readSubject(subject: Json, bindingNamespace: string | undefined): Subject[] {
  const kind = textAt(subject, 'kind')
  const name = textAt(subject, 'name') ?? ''
  if (kind === 'User' || kind === 'Group') return [{ kind, name }]
  if (kind !== 'ServiceAccount') return []
  const namespace = textAt(subject, 'namespace') || bindingNamespace
  return namespace ? [{ kind, name, namespace }] : []
}

const itemsOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const texts = (value: Json | undefined): string[] => itemsOf(value).filter((item) => typeof item === 'string')
const textsIn = (value: Json | undefined): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
    : {}
