/** Reads what RBAC grants: which of the offered kinds somebody may list or change in a namespace. Pure. */
import type { ResourceRule } from '#lib/cluster/client.ts'

/** A kind as RBAC names it. */
export interface RbacKind {
  /** Kind.group */
  key: string
  group: string
  plural: string
}

const has = (list: string[], wanted: string): boolean => list.includes('*') || list.includes(wanted)

/** Whether the rules allow a verb on all objects of a kind; a grant limited to names does not. */
export const allows = (rules: ResourceRule[], verb: string, kind: RbacKind): boolean =>
  rules.some((rule) => rule.names.length === 0 && has(rule.verbs, verb) && has(rule.groups, kind.group) && has(rule.resources, kind.plural))

/** The keys of the kinds on which the rules allow a verb. */
export const allowedKinds = (rules: ResourceRule[], verb: string, kinds: RbacKind[]): string[] =>
  kinds.filter((kind) => allows(rules, verb, kind)).map((kind) => kind.key)

/** What a person may see of a cluster: these kinds in these namespaces. A query joins several with "or". */
export interface Grant {
  cluster: string
  namespaces: 'all' | string[]
  kinds: 'all' | string[]
}

/** Grants out of the kinds allowed per namespace: namespaces with the same kinds share one grant. `kinds` is every offered kind. */
export function groupGrants(cluster: string, perNamespace: Map<string, string[]>, kinds: RbacKind[]): Grant[] {
  const byKinds = new Map<string, Grant & { namespaces: string[] }>()
  for (const [namespace, allowed] of perNamespace) {
    if (allowed.length === 0) continue
    const complete = allowed.length === kinds.length
    const id = complete ? '*' : [...allowed].sort().join('\n')
    const grant = byKinds.get(id) ?? { cluster, namespaces: [], kinds: complete ? ('all' as const) : allowed }
    grant.namespaces.push(namespace)
    byKinds.set(id, grant)
  }
  return [...byKinds.values()]
}

/** The conditions on rows of projects: one per grant, to be joined with "or". */
export const coveredProjects = (grants: Grant[]): { cluster: string; namespace?: { in: string[] } }[] =>
  grants.map(({ cluster, namespaces }) => ({ cluster, ...(namespaces === 'all' ? {} : { namespace: { in: namespaces } }) }))

/** The conditions on rows that name a resource: one per grant, to be joined with "or". */
export const coveredResources = (grants: Grant[]): { cluster: string; namespace?: { in: string[] }; kind?: { in: string[] } }[] =>
  grants.flatMap((grant) =>
    coveredProjects([grant]).map((project) => ({ ...project, ...(grant.kinds === 'all' ? {} : { kind: { in: grant.kinds } }) })),
  )

/** Whether some grant covers a namespace, and the kind if one is named. */
export const covers = (grants: Grant[], cluster: string, namespace: string, kind?: string): boolean =>
  grants.some(
    (grant) =>
      grant.cluster === cluster &&
      (grant.namespaces === 'all' || grant.namespaces.includes(namespace)) &&
      (kind === undefined || grant.kinds === 'all' || grant.kinds.includes(kind)),
  )
