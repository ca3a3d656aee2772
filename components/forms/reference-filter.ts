/** Which resources a reference may name, as filters of the resource list. Pure. */
import type { KindSummary, ResourceQuery } from '#lib/inventory/contract.ts'
import type { BasketItem } from '#lib/proposals/contract.ts'

/** Keys of kinds; an empty filter lets every kind through. */
type KindFilter = { kind?: ResourceQuery['kind'] }

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

/** The changes of a basket that concern resources of these kinds. */
export function inBasket(items: readonly BasketItem[], cluster: string, kinds: KindFilter | undefined): BasketItem['change'][] {
  if (!kinds) return []
  return items
    .map(({ change }) => change)
    .filter((change) => change.cluster === cluster && (kinds.kind === undefined || kinds.kind.includes(change.kind)))
}
