/** What the YAML view offers as the name of a reference. Pure. */
import type { ComingResource } from '#components/forms/reference-filter.ts'
import { kindOf } from '#components/ui/format.ts'
import { lookOf } from '#components/ui/states.ts'
import type { ResourceRow } from '#lib/inventory/contract.ts'
import type { ReferencePlace } from './complete-yaml.ts'

export interface FoundReference {
  label: string
  detail: string
  /** The name, and beside it the namespace where that is another one. */
  insert: string
}

/** Whether a resource of another project can be named at a place: there is a field for its namespace, and none stands there yet. */
export const reachesOthers = ({ namespace, reference }: ReferencePlace): boolean =>
  namespace === undefined && reference.children.some(({ key }) => key === 'namespace')

/** What is offered at a place in a manifest of a namespace: of what exists, and of what comes. What is given twice stands once. */
export function foundReferences(
  place: ReferencePlace,
  namespace: string,
  rows: readonly Pick<ResourceRow, 'namespace' | 'kind' | 'name' | 'state'>[],
  coming: readonly ComingResource[],
): FoundReference[] {
  const named = place.namespace ?? namespace
  const toCome = coming.filter(
    (each) => each.action === 'create' && (each.namespace === named || reachesOthers(place)) && each.name.includes(place.typed),
  )
  const found = [
    ...toCome.map((each) => ({ ...each, state: each.from === 'basket' ? 'in your basket' : 'in this proposal' })),
    ...rows.map(({ namespace, kind, name, state }) => ({ namespace, kind, name, state: lookOf(state).word })),
  ]
  const keyOf = (each: (typeof found)[number]): string => JSON.stringify([each.namespace, each.kind, each.name])
  return found
    .filter((each, index) => found.findIndex((other) => keyOf(other) === keyOf(each)) === index)
    .map((each) => ({
      label: each.name,
      detail: [kindOf(each.kind), each.namespace === namespace ? 'this project' : each.namespace, each.state].filter(Boolean).join(' · '),
      insert: each.namespace === named ? each.name : `${each.name}\n${' '.repeat(place.column)}namespace: ${each.namespace}`,
    }))
}
