import { useEffect, useRef, useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { ImportDetail, ImportRowPage } from '#lib/imports/contract.ts'
import { importApi } from './import-paths.ts'
import { rowsAtOnce } from './import-queries.ts'
import { useKeepDetail } from './use-detail-change.ts'

interface DryRuns {
  state: 'idle' | 'running' | 'done' | 'stopped'
  done: number
  total: number
  refused: number
  problem: string | null
}

const idle: DryRuns = { state: 'idle', done: 0, total: 0, refused: 0, problem: null }

/** As many at once as leave the API server and everybody else room. */
const atOnce = 3

/** Asks the API server about every chosen asset that it was not asked about yet, a few at once; leaving the page ends it. */
export function useDryRunAll(runId: string) {
  const keep = useKeepDetail(runId)
  const [runs, setRuns] = useState(idle)
  const under = useRef<AbortController>(null)
  useEffect(() => () => under.current?.abort(), [])

  const start = async () => {
    const abort = new AbortController()
    under.current = abort
    const { signal } = abort
    setRuns({ ...idle, state: 'running' })
    try {
      const waiting: string[] = []
      for (let cursor: string | null = null, first = true; first || cursor; first = false) {
        const page: ImportRowPage = await fetchJson(
          importApi.rows(runId, { chosen: 'true', limit: rowsAtOnce, ...(cursor ? { cursor } : {}) }),
          { signal, stay: true },
        )
        waiting.push(...page.items.filter((row) => row.accepted === null && row.manifests > 0).map(({ id }) => id))
        cursor = page.nextCursor
      }
      setRuns((now) => ({ ...now, total: waiting.length }))
      const next = async (): Promise<void> => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
          const detail = await fetchJson<ImportDetail>(importApi.dryRun(runId, id), { method: 'POST', signal, stay: true })
          keep(detail)
          setRuns((now) => ({ ...now, done: now.done + 1, refused: now.refused + (detail.row.accepted === false ? 1 : 0) }))
        }
      }
      await Promise.all(Array.from({ length: atOnce }, next))
      setRuns((now) => ({ ...now, state: 'done' }))
    } catch (error) {
      abort.abort()
      if (signal.aborted && !(error instanceof ApiProblem)) return
      setRuns((now) => ({ ...now, state: 'stopped', problem: error instanceof ApiProblem ? error.detail : null }))
    }
  }
  const stop = () => {
    under.current?.abort()
    setRuns((now) => ({ ...now, state: 'stopped' }))
  }
  return { runs, start: () => void start(), stop }
}
