/** Every key of the query cache. The first part is what a live event invalidates; see live-events.ts. */
import type { ResourceQuery } from '#lib/inventory/contract.ts'
import type { ProposalQuery } from '#lib/proposals/contract.ts'

export interface ResourceAddress {
  cluster: string
  namespace: string
  kind: string
  name: string
}

export const queryKeys = {
  me: () => ['me'] as const,
  projects: () => ['projects'] as const,
  project: (cluster: string, namespace: string) => ['projects', cluster, namespace] as const,
  kinds: () => ['kinds'] as const,
  kind: (cluster: string, kind: string) => ['kinds', cluster, kind] as const,
  kindHints: (cluster: string, kind: string) => ['kind-hints', cluster, kind] as const,
  blueprints: () => ['blueprints'] as const,
  blueprint: (cluster: string, name: string) => ['blueprints', cluster, name] as const,
  resources: () => ['resources'] as const,
  resourceList: (query: Partial<ResourceQuery>) => ['resources', 'list', query] as const,
  resourceFacets: (query: Partial<ResourceQuery>) => ['resources', 'facets', query] as const,
  resource: ({ cluster, namespace, kind, name }: ResourceAddress) => ['resources', 'one', cluster, namespace, kind, name] as const,
  resourceHistory: ({ cluster, namespace, kind, name }: ResourceAddress) =>
    ['resources', 'one', cluster, namespace, kind, name, 'history'] as const,
  resourceRelations: ({ cluster, namespace, kind, name }: ResourceAddress, limit: number) =>
    ['resources', 'one', cluster, namespace, kind, name, 'relations', limit] as const,
  proposals: () => ['proposals'] as const,
  proposalList: (query: Partial<ProposalQuery>) => ['proposals', 'list', query] as const,
  proposal: (id: string) => ['proposals', 'one', id] as const,
  manifest: ({ cluster, namespace, kind, name }: ResourceAddress, onto?: string) =>
    ['manifests', cluster, namespace, kind, name, ...(onto ? [onto] : [])] as const,
  manifestVersion: ({ cluster, namespace, kind, name }: ResourceAddress, blob: string) =>
    ['manifest versions', cluster, namespace, kind, name, blob] as const,
  basket: () => ['basket'] as const,
  drafts: () => ['drafts'] as const,
  draft: (key: string) => ['drafts', key] as const,
  search: (text: string) => ['search', text] as const,
}
