/** What can be said about filled manifests: whether a name is taken, and what the API server says. */
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { useSettled } from '#components/ui/use-settled.ts'
import type { FilledManifest } from '#lib/blueprint/fill-blueprint.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'

export type FilledVerdict =
  /** It cannot be sent yet; says why. */
  | { state: 'unfinished'; message: string }
  | { state: 'asking' }
  | { state: 'accepted'; warnings: string[] }
  | { state: 'refused'; message: string | null; fields: DryRunResult['fields'] }
  | { state: 'unavailable'; message: string }
  /** The project has one of this kind and name: `shared` ones are left as they are. */
  | { state: 'taken'; shared: boolean }

export interface JudgedManifest {
  manifest: FilledManifest
  text: string
  verdict: FilledVerdict
}

const pause = 600

/** Filled manifests with their verdicts. What did not change is not asked about again. */
export function useFilledVerdicts(
  at: { cluster: string; namespace: string },
  manifests: readonly FilledManifest[],
  ready: boolean,
): JudgedManifest[] {
  const printed = useMemo(() => manifests.map((manifest) => ({ manifest, text: printResource(manifest.value) })), [manifests])
  const settled = useSettled(printed.map(({ text }) => text).join('---\n'), pause)
  const asked = printed.map(({ manifest, text }) => ({
    manifest,
    text,
    complete: ready && manifest.problems.length === 0 && manifest.name !== '' && settled.includes(text),
  }))
  // only complete ones are asked about: each has a name of its own then, and no two questions are the same
  const complete = asked.filter((each) => each.complete)
  const taken = useQueries({
    queries: complete.map(({ manifest }) => ({
      ...queries.resources({ cluster: [at.cluster], namespace: [at.namespace], kind: [manifest.kind], name: manifest.name, limit: 1 }),
      placeholderData: undefined,
    })),
  })
  const dryRuns = useQueries({
    queries: complete.map(({ manifest, text }) => ({
      queryKey: ['dry-run', at.cluster, at.namespace, text],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        fetchJson<DryRunResult>(apiPaths.dryRun, {
          method: 'POST',
          body: { ...at, kind: manifest.kind, action: 'create', text },
          signal,
          stay: true,
        }),
      staleTime: 60_000,
      retry: false,
    })),
  })
  return asked.map((each) => {
    const { manifest, text } = each
    const index = complete.indexOf(each)
    const [problem] = manifest.problems
    const found = (taken[index]?.data?.items.length ?? 0) > 0
    return {
      manifest,
      text,
      verdict: problem
        ? { state: 'unfinished', message: problem }
        : found
          ? { state: 'taken', shared: manifest.shared }
          : said(dryRuns[index], each.complete, ready),
    }
  })
}

function said(
  dryRun: { data?: DryRunResult | undefined; error: Error | null } | undefined,
  complete: boolean,
  ready: boolean,
): FilledVerdict {
  if (!ready) return { state: 'unfinished', message: 'Questions are not answered yet.' }
  if (!complete) return { state: 'asking' }
  if (dryRun?.error) return { state: 'unavailable', message: dryRun.error.message }
  const result = dryRun?.data
  if (!result) return { state: 'asking' }
  if (result.unavailable !== null) return { state: 'unavailable', message: result.unavailable }
  if (result.accepted) return { state: 'accepted', warnings: result.warnings }
  return { state: 'refused', message: result.message, fields: result.fields }
}
