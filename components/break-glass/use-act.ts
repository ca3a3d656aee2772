'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { breakGlassKeys } from './break-glass-keys.ts'

/** Acts of break-glass one at a time: which is under way, and why the last one was refused. Everything break-glass is read again after each. */
export function useAct() {
  const client = useQueryClient()
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  /** Gives the answer, or undefined when it was refused. */
  const act = async <Reply>(
    name: string,
    path: string,
    body: unknown = {},
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<Reply | undefined> => {
    setBusy(name)
    setProblem(null)
    try {
      return await fetchJson<Reply>(path, { method, body, stay: true })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      return undefined
    } finally {
      setBusy(null)
      void client.invalidateQueries({ queryKey: breakGlassKeys.all, predicate: ({ queryKey }) => queryKey[1] !== 'change' })
    }
  }
  return { busy, problem, act, clear: () => setProblem(null) }
}
