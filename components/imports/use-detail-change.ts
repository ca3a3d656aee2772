import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { ImportDetail, ImportRowPage } from '#lib/imports/contract.ts'
import { importApi } from './import-paths.ts'
import { importKeys } from './import-queries.ts'

type Change =
  | { type: 'dry-run' }
  | { type: 'save'; manifest: number; text: string }
  /** Back to what was converted. */
  | { type: 'original'; manifest: number }

/** Puts a new detail, and its row in every list, in place of what was known. */
export function useKeepDetail(runId: string): (detail: ImportDetail) => void {
  const client = useQueryClient()
  return (detail) => {
    client.setQueryData(importKeys.detail(runId, detail.row.id), detail)
    client.setQueriesData<InfiniteData<ImportRowPage>>({ queryKey: importKeys.rows(runId) }, (data) =>
      data
        ? {
            ...data,
            pages: data.pages.map((page) =>
              page.items.some(({ id }) => id === detail.row.id)
                ? { ...page, items: page.items.map((row) => (row.id === detail.row.id ? detail.row : row)) }
                : page,
            ),
          }
        : data,
    )
  }
}

/** Changes one asset's manifests, or asks the API server about them. Gives whether it went well; `problem` says why not. */
export function useDetailChange(runId: string, rowId: string) {
  const client = useQueryClient()
  const keep = useKeepDetail(runId)
  const [busy, setBusy] = useState<Change['type'] | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const change = async (asked: Change): Promise<boolean> => {
    setBusy(asked.type)
    setProblem(null)
    try {
      keep(
        asked.type === 'dry-run'
          ? await fetchJson<ImportDetail>(importApi.dryRun(runId, rowId), { method: 'POST', stay: true })
          : asked.type === 'save'
            ? await fetchJson<ImportDetail>(importApi.manifest(runId, rowId), {
                method: 'PUT',
                body: { manifest: asked.manifest, text: asked.text },
                stay: true,
              })
            : await fetchJson<ImportDetail>(importApi.manifest(runId, rowId, asked.manifest), { method: 'DELETE', stay: true }),
      )
      if (asked.type !== 'dry-run') void client.invalidateQueries({ queryKey: importKeys.plans(runId) })
      return true
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      return false
    } finally {
      setBusy(null)
    }
  }
  return { change, busy, problem }
}
