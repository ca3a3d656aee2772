/** Which resources a reference may name: as filters of the resource list, and among those that are on their way. Pure. */
import type { KindSummary, ResourceQuery } from '#lib/inventory/contract.ts'
import type { BasketItem, ProposalDetail } from '#lib/proposals/contract.ts'

/** Keys of kinds; an empty filter lets every kind through. */
export type KindFilter = { kind?: ResourceQuery['kind'] }

/**
 * The kinds a reference may name on a cluster. A reference without targets may name any kind: then no filter is given, because the keys of
 * all kinds fill no address. `kindName` narrows it to the kind already chosen.
 */
export function referenceKinds(targets: readonly string[], offered: readonly KindSummary[], kindName?: string): KindFilter | undefined {
  if (targets.length === 0 && kindName === undefined) return {}
  const named = offered.filter(
    ({ kind }) => (targets.length === 0 || targets.includes(kind)) && (kindName === undefined || kind === kindName),
  )
  return named.length > 0 ? { kind: named.map(({ key }) => key) } : undefined
}

/** What is on its way or about to go: the person's basket, and the open proposal to whose branch the change is added. */
export interface Coming {
  cluster: string
  basket: readonly BasketItem[]
  proposal: ProposalDetail['resources']
}

export interface ComingResource {
  namespace: string
  kind: string
  name: string
  action: BasketItem['change']['action']
  from: 'basket' | 'proposal'
}

/** What the basket and the proposal do to resources of these kinds; the basket first, because it comes after. */
export function comingResources({ cluster, basket, proposal }: Coming, kinds: KindFilter | undefined): ComingResource[] {
  if (!kinds) return []
  const all = [
    ...basket.map(({ change }) => ({ ...change, from: 'basket' as const })),
    ...proposal.map((resource) => ({ ...resource, from: 'proposal' as const })),
  ]
  return all
    .filter((each) => each.cluster === cluster && (kinds.kind === undefined || kinds.kind.includes(each.kind)))
    .map(({ namespace, kind, name, action, from }) => ({ namespace, kind, name, action, from }))
}

/** What the basket or the proposal does to the resource that a reference names. */
export const comingAt = (
  coming: Coming,
  kinds: KindFilter | undefined,
  { namespace, name }: { namespace: string; name: string },
): ComingResource | undefined => comingResources(coming, kinds).find((each) => each.namespace === namespace && each.name === name)

/** The question whether the index has the resource that a reference names. Asked alike everywhere, so that it is asked once. */
export const lookUp = (cluster: string, kinds: KindFilter, { namespace, name }: { namespace: string; name: string }) => ({
  ...kinds,
  cluster: [cluster],
  namespace: [namespace],
  name,
  limit: 1,
})
