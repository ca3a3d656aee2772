/**
 * The resources a reference may name, for completing its name in the YAML: what comes with the same proposal first, then those of its
 * project, then others where the schema can name them.
 */
import type { QueryClient } from '@tanstack/react-query'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { comingResources, referenceKinds } from '#components/forms/reference-filter.ts'
import type { ResourcePage } from '#lib/inventory/contract.ts'
import type { ProposalDetail } from '#lib/proposals/contract.ts'
import type { ReferencePlace } from './complete-yaml.ts'
import { type FoundReference, foundReferences, reachesOthers } from './found-references.ts'

const most = 20

/** Where references are looked for. */
export interface ReferenceScope {
  cluster: string
  namespace: string
  /** What the open proposal changes to whose branch the manifest is added. The same array as long as nothing changes. */
  proposal?: ProposalDetail['resources']
}

const nothing: never[] = []

/** Searches the index, the basket and the open proposal for what stands at a place. */
export const referenceFinder =
  (client: QueryClient, { cluster, namespace, proposal = nothing }: ReferenceScope) =>
  async (place: ReferencePlace, signal: AbortSignal): Promise<FoundReference[]> => {
    const { items } = await client.ensureQueryData(queries.kinds())
    const offered = items.filter((kind) => kind.cluster === cluster)
    const kinds = referenceKinds(place.reference.targets, offered, place.kind)
    if (!kinds) return []
    const filter = { ...kinds, cluster: [cluster], limit: most, sort: 'name' as const, ...(place.typed ? { q: place.typed } : {}) }
    const [here, others, basket] = await Promise.all([
      fetchJson<ResourcePage>(apiPaths.resources({ ...filter, namespace: [place.namespace ?? namespace] }), { signal, stay: true }),
      reachesOthers(place) ? fetchJson<ResourcePage>(apiPaths.resources(filter), { signal, stay: true }) : undefined,
      client.ensureQueryData(queries.basket()).then(
        (list) => list.items,
        () => nothing, // without the basket what exists is found all the same
      ),
    ])
    const coming = comingResources({ cluster, basket, proposal }, kinds)
    return foundReferences(place, namespace, [...here.items, ...(others?.items ?? [])], coming)
  }
