/**
 * The ClusterRoles that give Corbel's roles their rules about offered kinds: collected by aggregation (roles.yaml). Run as a program it reads a list of definitions (`kubectl get crd -o json`) and prints them.
 */
import { text } from 'node:stream/consumers'
import { isOffered } from '#lib/cluster/kind-patterns.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'

const roles: Record<string, string[]> = {
  portal: ['get', 'list', 'watch'],
  read: ['get', 'list', 'watch'],
  propose: ['create', 'patch', 'update', 'delete'],
  apply: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  'break-glass': ['get', 'patch', 'delete'],
  'break-glass-user': ['get', 'patch', 'delete'].map((verb) => `impersonate-on:serviceaccount:${verb}`),
}

/** Which Google account Config Connector uses stands in resources of this group: never a matter of break-glass. */
const neverByBreakGlass = 'core.cnrm.cloud.google.com'

/** The plurals of the offered kinds by API group, both sorted. `patterns` are those of CORBEL_KIND_PATTERNS. */
export function offeredGroups(definitions: JsonObject[], patterns: string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const definition of definitions.filter((one) => isOffered(one, patterns))) {
    const group = textAt(definition, 'spec', 'group')
    const plural = textAt(definition, 'spec', 'names', 'plural')
    if (group !== undefined && plural !== undefined) groups.set(group, [...(groups.get(group) ?? []), plural])
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, plurals]) => [group, plurals.sort()]))
}

/** The ClusterRoles for these groups: one for each role, with a rule for each group. */
export function offeredGroupRoles(groups: Map<string, string[]>): JsonObject[] {
  return Object.entries(roles).map(([role, verbs]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `corbel:${role}:offered`, labels: { [`corbel.dev/aggregate-to-${role}`]: 'true' } },
    rules: [...groups]
      .filter(([group]) => !(role.startsWith('break-glass') && group === neverByBreakGlass))
      .map(([group, plurals]) => ({ apiGroups: [group], resources: plurals, verbs })),
  }))
}

if (import.meta.main) {
  const list: unknown = JSON.parse(await text(process.stdin))
  const items = isObject(list) ? valueAt(list, ['items']) : undefined
  const patterns = (process.env.CORBEL_KIND_PATTERNS ?? '*.cnrm.cloud.google.com').split(',').map((pattern) => pattern.trim())
  const made = offeredGroupRoles(offeredGroups(Array.isArray(items) ? items.filter(isObject) : [], patterns))
  process.stdout.write(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: made }, null, 2)}\n`)
}
