import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { showToast } from '#components/ui/toast.tsx'
import type { ImportChoice, ImportDetail, ImportRow, ImportRowPage, ImportRun } from '#lib/imports/contract.ts'
import { importApi } from './import-paths.ts'
import { importKeys } from './import-queries.ts'

/** Whether a row can be chosen: it has manifests, and no pull request yet. */
export const canChoose = (row: ImportRow): boolean => row.manifests > 0 && row.proposalId === null

/** Puts a run as a change has answered it in place of what was known. A reading that began before would bring the old one back. */
export async function keepRun(client: QueryClient, run: ImportRun): Promise<void> {
  const queryKey = importKeys.run(run.id)
  await client.cancelQueries({ queryKey })
  client.setQueryData(queryKey, run)
}

/** Chooses and leaves out, on the server. Rows named one by one show it at once; of a condition the server says which ones it met. */
export function useChoice(runId: string) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const last = useRef(0)

  const showChosen = (ids: ReadonlySet<string>, chosen: boolean) => {
    for (const id of ids)
      client.setQueryData<ImportDetail>(importKeys.detail(runId, id), (detail) => detail && { ...detail, row: { ...detail.row, chosen } })
    client.setQueriesData<InfiniteData<ImportRowPage>>({ queryKey: importKeys.rows(runId) }, (data) =>
      data
        ? {
            ...data,
            pages: data.pages.map((page) =>
              page.items.some(({ id }) => ids.has(id))
                ? { ...page, items: page.items.map((row) => (ids.has(row.id) && row.chosen !== chosen ? { ...row, chosen } : row)) }
                : page,
            ),
          }
        : data,
    )
  }

  const choose = async (choice: ImportChoice): Promise<void> => {
    const mine = ++last.current
    const ids = new Set(choice.rows)
    if (choice.rows) showChosen(ids, choice.chosen)
    setBusy(true)
    try {
      const run = await fetchJson<ImportRun>(importApi.choice(runId), { method: 'POST', body: choice })
      // an answer that a later click has overtaken tells of a moment that is gone
      if (mine === last.current) await keepRun(client, run)
      // rows named one by one stay where they are seen; lists seen before are read anew when they are shown again
      await client.invalidateQueries({ queryKey: importKeys.rows(runId), refetchType: choice.rows ? 'none' : 'active' })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
      if (choice.rows) showChosen(ids, !choice.chosen)
    } finally {
      if (mine === last.current) setBusy(false)
      for (const queryKey of [importKeys.facets(runId), importKeys.plans(runId)]) void client.invalidateQueries({ queryKey })
    }
  }
  return { choose, busy }
}
