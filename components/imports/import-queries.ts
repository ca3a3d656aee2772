/** What the import pages read: keys and query options. Every key begins with `imports`. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { fetchJson } from '#components/data/fetch-json.ts'
import type {
  AdoptionReport,
  ImportDetail,
  ImportFacets,
  ImportLayout,
  ImportPlan,
  ImportPlanRequest,
  ImportRowPage,
  ImportRowQuery,
  ImportRun,
  ImportRunList,
  ImportState,
  ImportTargets,
  UnmanagedView,
} from '#lib/imports/contract.ts'
import { importApi } from './import-paths.ts'

export const importKeys = {
  targets: () => ['imports', 'targets'] as const,
  runs: () => ['imports', 'runs'] as const,
  unmanaged: () => ['imports', 'unmanaged'] as const,
  run: (id: string) => ['imports', 'run', id] as const,
  rows: (id: string) => ['imports', 'rows', id] as const,
  facets: (id: string) => ['imports', 'facets', id] as const,
  detail: (id: string, rowId: string) => ['imports', 'detail', id, rowId] as const,
  plans: (id: string) => ['imports', 'plan', id] as const,
  adoption: (id: string) => ['imports', 'adoption', id] as const,
}

/** Whether the run still changes by itself. */
export const isUnderWay = (state: ImportState): boolean => state === 'waiting' || state === 'scanning'

/** Rows of one request; the server gives no more. */
export const rowsAtOnce = 500

export const importQueries = {
  targets: () =>
    queryOptions({ queryKey: importKeys.targets(), queryFn: ({ signal }) => fetchJson<ImportTargets>(importApi.targets, { signal }) }),
  runs: () =>
    queryOptions({
      queryKey: importKeys.runs(),
      queryFn: ({ signal }) => fetchJson<ImportRunList>(importApi.runs, { signal }),
      refetchInterval: ({ state }) => (state.data?.items.some((each) => isUnderWay(each.state)) ? 2000 : 30_000),
    }),
  unmanaged: () =>
    queryOptions({
      queryKey: importKeys.unmanaged(),
      queryFn: ({ signal }) => fetchJson<UnmanagedView>(importApi.unmanaged, { signal }),
      staleTime: 60_000,
    }),
  run: (id: string) =>
    queryOptions({
      queryKey: importKeys.run(id),
      queryFn: ({ signal }) => fetchJson<ImportRun>(importApi.run(id), { signal }),
      // no event tells of a scan's progress; another tab may have chosen since
      refetchInterval: ({ state }) => (state.data && isUnderWay(state.data.state) ? 1000 : 30_000),
    }),
  rows: (id: string, query: Partial<ImportRowQuery>) =>
    infiniteQueryOptions({
      queryKey: [...importKeys.rows(id), query] as const,
      queryFn: ({ signal, pageParam }) =>
        fetchJson<ImportRowPage>(importApi.rows(id, { limit: rowsAtOnce, ...query, ...(pageParam ? { cursor: pageParam } : {}) }), {
          signal,
        }),
      initialPageParam: null as string | null, // the type of later cursors, which the first one (null) does not show
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  facets: (id: string) =>
    queryOptions({ queryKey: importKeys.facets(id), queryFn: ({ signal }) => fetchJson<ImportFacets>(importApi.facets(id), { signal }) }),
  detail: (id: string, rowId: string) =>
    queryOptions({
      queryKey: importKeys.detail(id, rowId),
      queryFn: ({ signal }) => fetchJson<ImportDetail>(importApi.row(id, rowId), { signal }),
      staleTime: 60_000,
    }),
  /** `layout` is kept by the run; as part of the key it makes another layout another answer. */
  plan: (id: string, request: ImportPlanRequest, layout: ImportLayout) =>
    queryOptions({
      queryKey: [...importKeys.plans(id), request, layout] as const,
      queryFn: ({ signal }) => fetchJson<ImportPlan>(importApi.plan(id), { method: 'POST', body: request, signal }),
      staleTime: 10_000,
      placeholderData: keepPreviousData,
    }),
  adoption: (id: string) =>
    infiniteQueryOptions({
      queryKey: importKeys.adoption(id),
      queryFn: ({ signal, pageParam }) => fetchJson<AdoptionReport>(importApi.adoption(id, pageParam), { signal }),
      initialPageParam: null as string | null, // as above
      getNextPageParam: (page) => page.nextCursor,
      refetchInterval: ({ state }) => ((state.data?.pages[0]?.counts.waiting ?? 0) > 0 ? 5000 : 60_000),
    }),
}
