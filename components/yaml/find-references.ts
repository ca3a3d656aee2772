/** The resources a reference may name, for completing its name in the YAML: those of its project, and others where the schema can name them. */
import type { QueryClient } from '@tanstack/react-query'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { referenceKinds } from '#components/forms/reference-filter.ts'
import { lookOf } from '#components/ui/states.ts'
import type { ResourcePage } from '#lib/inventory/contract.ts'
import type { ReferencePlace } from './complete-yaml.ts'

export interface FoundReference {
  label: string
  detail: string
  /** The name, and beside it the namespace where that is another one. */
  insert: string
}

const most = 20

/** Searches the index for what stands at a place. */
export const referenceFinder =
  (client: QueryClient, cluster: string, namespace: string) =>
  async (place: ReferencePlace, signal: AbortSignal): Promise<FoundReference[]> => {
    const { items } = await client.ensureQueryData(queries.kinds())
    const offered = items.filter((kind) => kind.cluster === cluster)
    const kinds = referenceKinds(place.reference.targets, offered, place.kind)
    if (!kinds) return []
    const filter = { ...kinds, cluster: [cluster], limit: most, sort: 'name' as const, ...(place.typed ? { q: place.typed } : {}) }
    const named = place.namespace ?? namespace
    const elsewhere = place.namespace === undefined && place.reference.children.some(({ key }) => key === 'namespace')
    const [here, others] = await Promise.all([
      fetchJson<ResourcePage>(apiPaths.resources({ ...filter, namespace: [named] }), { signal, stay: true }),
      elsewhere ? fetchJson<ResourcePage>(apiPaths.resources(filter), { signal, stay: true }) : undefined,
    ])
    const rows = [...here.items, ...(others?.items ?? []).filter((row) => row.namespace !== named)]
    return rows.slice(0, 2 * most).map((row) => ({
      label: row.name,
      detail: [row.kindName, row.namespace === namespace ? 'this project' : row.namespace, lookOf(row.state).word]
        .filter(Boolean)
        .join(' · '),
      insert: row.namespace === named ? row.name : `${row.name}\n${' '.repeat(place.column)}namespace: ${row.namespace}`,
    }))
  }
