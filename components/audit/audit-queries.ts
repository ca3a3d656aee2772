/** What the audit page reads and asks for. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { queryText } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { AuditExport, AuditFacets, AuditFilter, AuditPage, AuditQuery, AuditStatus } from '#lib/audit/contract.ts'

const base = '/api/v1/audit'

/** Where a file of what the filter leaves is downloaded. */
export const exportPath = (filter: Partial<AuditFilter>, format: AuditExport['format']): string =>
  `${base}/export${queryText({ ...filter, format })}`

export const auditQueries = {
  /** The first page is read again by itself: new entries come at its top. */
  list: (query: Partial<AuditQuery>) =>
    queryOptions({
      queryKey: ['audit', 'list', query] as const,
      queryFn: ({ signal }) => fetchJson<AuditPage>(`${base}${queryText(query)}`, { signal }),
      placeholderData: keepPreviousData,
      refetchInterval: query.cursor === undefined ? 15_000 : false,
    }),
  status: () =>
    queryOptions({
      queryKey: ['audit', 'status'] as const,
      queryFn: ({ signal }) => fetchJson<AuditStatus>(`${base}/status`, { signal }),
      refetchInterval: 15_000,
    }),
  facets: () =>
    queryOptions({
      queryKey: ['audit', 'facets'] as const,
      queryFn: ({ signal }) => fetchJson<AuditFacets>(`${base}/facets`, { signal }),
      staleTime: 60_000,
    }),
}

/** Asks for a look through the whole chain. */
export const verifyNow = (): Promise<void> => fetchJson<void>(`${base}/verification`, { method: 'POST' })
