import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import type { ImportRun, ImportStart } from '#lib/imports/contract.ts'
import { importApi, importPages } from './import-paths.ts'
import { importKeys } from './import-queries.ts'

/** Starts a scan and goes to its page. `starting` says which one is on its way. */
export function useStartImport() {
  const client = useQueryClient()
  const router = useRouter()
  const [starting, setStarting] = useState<string | null>(null)
  const [problem, setProblem] = useState<{ of: string; detail: string } | null>(null)
  const start = async (asked: ImportStart) => {
    const of = asked.scope ?? `${asked.cluster}/${asked.namespace}`
    setStarting(of)
    setProblem(null)
    try {
      const run = await fetchJson<ImportRun>(importApi.runs, { method: 'POST', body: asked })
      client.setQueryData(importKeys.run(run.id), run)
      void client.invalidateQueries({ queryKey: importKeys.runs() })
      void client.invalidateQueries({ queryKey: importKeys.targets() })
      router.push(importPages.run(run.id, 'scan'))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem({ of, detail: error.detail })
      setStarting(null)
    }
  }
  return { start, starting, problem }
}
