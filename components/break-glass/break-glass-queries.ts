/** What the break-glass pages read, as query options. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import type {
  AlertList,
  ChangeEditor,
  Difference,
  HandBackPreview,
  NoticeList,
  Offer,
  OpenSessions,
  SessionDetail,
  SessionPage,
  SessionQuery,
  TrendReport,
} from '#lib/break-glass/contract.ts'
import { breakGlassKeys } from './break-glass-keys.ts'
import { breakGlassApi } from './break-glass-paths.ts'
import { isOver } from './session-words.ts'

/** How often a session is read while something may happen in it, in milliseconds; live events tell of most of it at once. */
const followEvery = 4000

export const breakGlassQueries = {
  /** Whatever else the object given says is left out: a session has an address too. */
  offer: ({ cluster, namespace, kind, name }: ResourceAddress) => {
    const at = { cluster, namespace, kind, name }
    return queryOptions({
      queryKey: ['break-glass', 'offer', at] as const,
      queryFn: ({ signal }) => fetchJson<Offer>(breakGlassApi.offer(at), { signal }),
      staleTime: 0,
    })
  },
  /** For the bar and the mark in the navigation. */
  open: () =>
    queryOptions({
      queryKey: breakGlassKeys.open(),
      queryFn: ({ signal }) => fetchJson<OpenSessions>(breakGlassApi.open, { signal, stay: true }),
      refetchInterval: 10_000,
      staleTime: 5000,
    }),
  notices: () =>
    queryOptions({
      queryKey: breakGlassKeys.notices(),
      queryFn: ({ signal }) => fetchJson<z.infer<typeof NoticeList>>(breakGlassApi.notices, { signal }),
      refetchInterval: 30_000,
    }),
  sessions: (query: Partial<SessionQuery>) =>
    infiniteQueryOptions({
      queryKey: ['break-glass', 'list', query] as const,
      queryFn: ({ signal, pageParam }) =>
        fetchJson<SessionPage>(breakGlassApi.sessions({ ...query, ...(pageParam ? { cursor: pageParam } : {}) }), { signal }),
      initialPageParam: null as string | null, // the type of later cursors, which the first one (null) does not show
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
      refetchInterval: 10_000,
    }),
  session: (id: string) =>
    queryOptions({
      queryKey: breakGlassKeys.session(id),
      queryFn: ({ signal }) => fetchJson<SessionDetail>(breakGlassApi.session(id), { signal, stay: true }),
      refetchInterval: ({ state }) => (state.data && isOver(state.data.state) ? 30_000 : followEvery),
      staleTime: 1000,
    }),
  /** The live object and what is typed; asked once, later answers come from the saves. */
  change: (session: string, id: string) =>
    queryOptions({
      queryKey: breakGlassKeys.change(session, id),
      queryFn: ({ signal }) => fetchJson<ChangeEditor>(breakGlassApi.change(session, id), { signal, stay: true }),
      staleTime: 0,
      gcTime: 0,
    }),
  /** `revision` makes another text another answer. */
  difference: (session: string, id: string, revision: number) =>
    queryOptions({
      queryKey: ['break-glass', 'difference', session, id, revision] as const,
      queryFn: ({ signal }) => fetchJson<Difference>(breakGlassApi.difference(session, id), { signal, stay: true }),
      staleTime: 10_000,
    }),
  handBack: (session: string, id: string) =>
    queryOptions({
      queryKey: ['break-glass', 'hand-back', session, id] as const,
      queryFn: ({ signal }) => fetchJson<HandBackPreview>(breakGlassApi.changeAct(session, id, 'hand-back'), { signal, stay: true }),
      staleTime: 10_000,
    }),
  alerts: () =>
    queryOptions({
      queryKey: ['break-glass', 'alerts'] as const,
      queryFn: ({ signal }) => fetchJson<AlertList>(breakGlassApi.alerts, { signal }),
      refetchInterval: 15_000,
    }),
  report: () =>
    queryOptions({
      queryKey: ['break-glass', 'report'] as const,
      queryFn: ({ signal }) => fetchJson<TrendReport>(breakGlassApi.report, { signal }),
      staleTime: 60_000,
    }),
}
