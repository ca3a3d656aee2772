/** What can be read, as TanStack Query options: pages use these with useQuery, and the server fills them ahead. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
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
} from '#lib/inventory/contract.ts'
import type { DraftList, ProposalPage, ProposalQuery } from '#lib/proposals/contract.ts'
import { apiPaths } from './api-paths.ts'
import { fetchJson } from './fetch-json.ts'
import { queryKeys, type ResourceAddress } from './query-keys.ts'

export const queries = {
  me: () => queryOptions({ queryKey: queryKeys.me(), queryFn: ({ signal }) => fetchJson<Me>(apiPaths.me, { signal }) }),
  projects: () =>
    queryOptions({ queryKey: queryKeys.projects(), queryFn: ({ signal }) => fetchJson<ProjectList>(apiPaths.projects, { signal }) }),
  project: (cluster: string, namespace: string) =>
    queryOptions({
      queryKey: queryKeys.project(cluster, namespace),
      queryFn: ({ signal }) => fetchJson<Project>(apiPaths.project(cluster, namespace), { signal }),
    }),
  kinds: () => queryOptions({ queryKey: queryKeys.kinds(), queryFn: ({ signal }) => fetchJson<KindList>(apiPaths.kinds, { signal }) }),
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
  proposals: (query: Partial<ProposalQuery>) =>
    queryOptions({
      queryKey: queryKeys.proposalList(query),
      queryFn: ({ signal }) => fetchJson<ProposalPage>(apiPaths.proposals(query), { signal }),
      placeholderData: keepPreviousData,
    }),
  drafts: () => queryOptions({ queryKey: queryKeys.drafts(), queryFn: ({ signal }) => fetchJson<DraftList>(apiPaths.drafts, { signal }) }),
}
