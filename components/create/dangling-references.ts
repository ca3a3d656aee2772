/** References of a manifest that lead to nothing: wherever they stand in the form, open or not. Pure. */
import { type Coming, comingAt, type KindFilter, referenceKinds } from '#components/forms/reference-filter.ts'
import type { KindSummary } from '#lib/inventory/contract.ts'
import type { JsonObject, JsonPath } from '#lib/json.ts'
import { type ReferenceTree, referencesIn } from '#lib/schema/reference-tree.ts'

/** More resources are not looked up for one manifest. */
export const mostAsked = 25

/** A resource that references name, and that can be looked up: its kind is offered. */
export interface AskedResource {
  name: string
  namespace: string
  kinds: KindFilter
  /** Its kinds in words. */
  words: string
  /** The references that name it. */
  paths: JsonPath[]
}

export interface AskedReferences {
  resources: AskedResource[]
  /** How many references name something beyond those. */
  more: number
}

/** What to look up, each resource once; references to kinds the cluster does not offer (Secret, say) tell nothing. */
export function askedReferences(
  tree: ReferenceTree | undefined,
  value: JsonObject,
  namespace: string,
  offered: readonly KindSummary[],
): AskedReferences {
  const asked = new Map<string, AskedResource>()
  for (const { path, kinds, name, namespace: there = namespace } of referencesIn(tree, value)) {
    const filter = name === undefined ? undefined : referenceKinds(kinds, offered)
    if (name === undefined || !filter) continue
    const key = JSON.stringify([filter.kind, there, name])
    const known = asked.get(key)
    if (known) known.paths.push(path)
    else asked.set(key, { name, namespace: there, kinds: filter, words: kinds.length > 0 ? kinds.join(' or ') : 'resource', paths: [path] })
  }
  const all = [...asked.values()]
  return { resources: all.slice(0, mostAsked), more: all.slice(mostAsked).reduce((sum, { paths }) => sum + paths.length, 0) }
}

/** Whether a resource is nowhere; `found`: whether the index has it, undefined while that is asked. */
export function isDangling(resource: AskedResource, found: boolean | undefined, coming: Coming): boolean {
  const change = comingAt(coming, resource.kinds, resource)
  return change ? change.action === 'delete' : found === false
}
