/** References of a manifest that lead to nothing: wherever they stand in the form, open or not. Pure. */
import { inBasket, referenceKinds } from '#components/forms/reference-filter.ts'
import type { KindSummary } from '#lib/inventory/contract.ts'
import type { JsonObject, JsonPath } from '#lib/json.ts'
import type { BasketItem, ProposalDetail } from '#lib/proposals/contract.ts'
import { type ReferenceTree, referencesIn } from '#lib/schema/reference-tree.ts'

/** More references of one manifest are not looked up. */
const mostAsked = 25

/** A reference by name that can be looked up: its kind is offered. */
export interface AskedReference {
  path: JsonPath
  name: string
  namespace: string
  /** Keys of the kinds it may mean; undefined: any. */
  kinds: string[] | undefined
  /** Those kinds in words. */
  words: string
}

/** The references to look up; those to kinds the cluster does not offer (Secret, say) tell nothing. */
export function askedReferences(
  tree: ReferenceTree | undefined,
  value: JsonObject,
  namespace: string,
  offered: readonly KindSummary[],
): AskedReference[] {
  return referencesIn(tree, value)
    .flatMap(({ path, kinds, name, namespace: there }): AskedReference[] => {
      const filter = name === undefined ? undefined : referenceKinds(kinds, offered)
      if (name === undefined || !filter) return []
      return [{ path, name, namespace: there ?? namespace, kinds: filter.kind, words: kinds.length > 0 ? kinds.join(' or ') : 'resource' }]
    })
    .slice(0, mostAsked)
}

/** What else is on its way or known to go: the person's basket, and the proposal that the change is added to. */
export interface Coming {
  cluster: string
  basket: readonly BasketItem[]
  proposal: ProposalDetail['resources']
}

/** Whether a reference leads to nothing; `names`: what the index has of its kinds in its namespace, undefined while that is asked. */
export function isDangling(
  reference: AskedReference,
  names: readonly string[] | undefined,
  { cluster, basket, proposal }: Coming,
): boolean {
  const { name, namespace, kinds } = reference
  const wanted = (other: { cluster: string; namespace: string; kind: string; name: string }): boolean =>
    other.cluster === cluster && other.name === name && other.namespace === namespace && (kinds === undefined || kinds.includes(other.kind))
  const aside = inBasket(basket, cluster, kinds === undefined ? {} : { kind: kinds }).find(wanted)
  if (aside) return aside.action === 'delete'
  const proposed = proposal.find(wanted)
  if (proposed) return proposed.action === 'delete'
  return names !== undefined && !names.includes(name)
}
