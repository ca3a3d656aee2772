/** What can be read, as TanStack Query options: pages use these with useQuery, and the server fills them ahead. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import type { BlueprintDetail, BlueprintList } from '#lib/catalogue/contract.ts'
import type { Me } from '#lib/identity/contract.ts'
import type {
  HistoryPage,
  KindList,
  Project,
  ProjectList,
  ResourceDetail,
  ResourceFacets,
  ResourcePage,
  ResourceQuery,
  ResourceRelations,
} from '#lib/inventory/contract.ts'
import type {
  BasketList,
  Draft,
  DraftList,
  ManifestSource,
  ManifestVersion,
  ProposalDetail,
  ProposalPage,
  ProposalQuery,
} from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { apiPaths } from './api-paths.ts'
import { fetchJson } from './fetch-json.ts'
import { queryKeys, type ResourceAddress } from './query-keys.ts'

export const queries = {
  /** Read again and again: it also says which systems are away, and of those no event may come. */
  me: () =>
    queryOptions({
      queryKey: queryKeys.me(),
      queryFn: ({ signal }) => fetchJson<Me>(apiPaths.me, { signal }),
      refetchInterval: 30_000,
    }),
  projects: () =>
    queryOptions({ queryKey: queryKeys.projects(), queryFn: ({ signal }) => fetchJson<ProjectList>(apiPaths.projects, { signal }) }),
  project: (cluster: string, namespace: string) =>
    queryOptions({
      queryKey: queryKeys.project(cluster, namespace),
      queryFn: ({ signal }) => fetchJson<Project>(apiPaths.project(cluster, namespace), { signal }),
    }),
  kinds: () => queryOptions({ queryKey: queryKeys.kinds(), queryFn: ({ signal }) => fetchJson<KindList>(apiPaths.kinds, { signal }) }),
  /** Large, and new only when the kind's definition changes (a live event says so). */
  kind: (cluster: string, kind: string) =>
    queryOptions({
      queryKey: queryKeys.kind(cluster, kind),
      queryFn: ({ signal }) => fetchJson<CompiledKind>(apiPaths.kind(cluster, kind), { signal }),
      staleTime: 10 * 60_000,
    }),
  /** What the company says about a kind; the form works without an answer. */
  kindHints: (cluster: string, kind: string) =>
    queryOptions({
      queryKey: queryKeys.kindHints(cluster, kind),
      queryFn: ({ signal }) => fetchJson<KindHints>(apiPaths.kindHints(cluster, kind), { signal, stay: true }),
      staleTime: 60_000,
    }),
  blueprints: () =>
    queryOptions({
      queryKey: queryKeys.blueprints(),
      queryFn: ({ signal }) => fetchJson<BlueprintList>(apiPaths.blueprints, { signal }),
      staleTime: 30_000,
    }),
  blueprint: (cluster: string, name: string) =>
    queryOptions({
      queryKey: queryKeys.blueprint(cluster, name),
      queryFn: ({ signal }) => fetchJson<BlueprintDetail>(apiPaths.blueprint(cluster, name), { signal }),
      staleTime: 30_000,
    }),
  resources: (query: Partial<ResourceQuery>) =>
    queryOptions({
      queryKey: queryKeys.resourceList(query),
      queryFn: ({ signal }) => fetchJson<ResourcePage>(apiPaths.resources(query), { signal }),
      placeholderData: keepPreviousData,
    }),
  facets: (query: Partial<ResourceQuery>) =>
    queryOptions({
      queryKey: queryKeys.resourceFacets(query),
      queryFn: ({ signal }) => fetchJson<ResourceFacets>(apiPaths.resourceFacets(query), { signal }),
      placeholderData: keepPreviousData,
    }),
  resource: (at: ResourceAddress) =>
    queryOptions({
      queryKey: queryKeys.resource(at),
      queryFn: ({ signal }) => fetchJson<ResourceDetail>(apiPaths.resource(at), { signal }),
    }),
  history: (at: ResourceAddress) =>
    infiniteQueryOptions({
      queryKey: queryKeys.resourceHistory(at),
      queryFn: ({ signal, pageParam }) => fetchJson<HistoryPage>(apiPaths.resourceHistory(at, pageParam), { signal }),
      initialPageParam: null as string | null, // the type of later cursors, which the first one (null) does not show
      getNextPageParam: (page) => page.nextCursor,
    }),
  /** What it refers to and what refers to it: at most `limit` of the latter. */
  relations: (at: ResourceAddress, limit = 50) =>
    queryOptions({
      queryKey: queryKeys.resourceRelations(at, limit),
      queryFn: ({ signal }) => fetchJson<ResourceRelations>(apiPaths.resourceRelations(at, limit), { signal }),
      placeholderData: keepPreviousData,
    }),
  proposals: (query: Partial<ProposalQuery>) =>
    queryOptions({
      queryKey: queryKeys.proposalList(query),
      queryFn: ({ signal }) => fetchJson<ProposalPage>(apiPaths.proposals(query), { signal }),
      placeholderData: keepPreviousData,
    }),
  proposal: (id: string) =>
    queryOptions({
      queryKey: queryKeys.proposal(id),
      queryFn: ({ signal }) => fetchJson<ProposalDetail>(apiPaths.proposal(id), { signal }),
    }),
  /** The manifest in Git; read anew whenever an editor opens. */
  manifest: (at: ResourceAddress, onto?: string) =>
    queryOptions({
      queryKey: queryKeys.manifest(at, onto),
      queryFn: ({ signal }) => fetchJson<ManifestSource>(apiPaths.manifest(at, onto), { signal }),
      staleTime: 0,
      gcTime: 0,
    }),
  /** An earlier version of the manifest; content by its hash, so it never grows old. */
  manifestVersion: (at: ResourceAddress, blob: string) =>
    queryOptions({
      queryKey: queryKeys.manifestVersion(at, blob),
      queryFn: ({ signal }) => fetchJson<ManifestVersion>(apiPaths.manifestVersion(at, blob), { signal, stay: true }),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** The draft of a page, or null where there is none; read anew whenever an editor opens. */
  draft: (key: string) =>
    queryOptions({
      queryKey: queryKeys.draft(key),
      queryFn: ({ signal }) => fetchJson<Draft | undefined>(apiPaths.draft(key), { signal }).then((draft) => draft ?? null),
      staleTime: 0,
      gcTime: 0,
    }),
  /** What the person has put aside to propose together. */
  basket: () => queryOptions({ queryKey: queryKeys.basket(), queryFn: ({ signal }) => fetchJson<BasketList>(apiPaths.basket, { signal }) }),
  drafts: () => queryOptions({ queryKey: queryKeys.drafts(), queryFn: ({ signal }) => fetchJson<DraftList>(apiPaths.drafts, { signal }) }),
}
