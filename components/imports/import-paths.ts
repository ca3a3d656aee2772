/** Addresses of the import's API and pages, built in one place: every part is escaped. */
import { queryText } from '#components/data/api-paths.ts'
import type { ImportRowQuery } from '#lib/imports/contract.ts'
import type { ImportStep } from './run-steps.ts'

const run = (id: string) => `/api/v1/imports/${encodeURIComponent(id)}`
const row = (id: string, rowId: string) => `${run(id)}/rows/${encodeURIComponent(rowId)}`

export const importApi = {
  targets: '/api/v1/imports/targets',
  runs: '/api/v1/imports',
  run,
  cancel: (id: string) => `${run(id)}/cancel`,
  resume: (id: string) => `${run(id)}/resume`,
  rows: (id: string, query: Partial<ImportRowQuery>) => `${run(id)}/rows${queryText(query)}`,
  facets: (id: string) => `${run(id)}/facets`,
  choice: (id: string) => `${run(id)}/choice`,
  row,
  /** `manifest` only where the original comes back. */
  manifest: (id: string, rowId: string, manifest?: number) => `${row(id, rowId)}/manifest${queryText({ manifest })}`,
  dryRun: (id: string, rowId: string) => `${row(id, rowId)}/dry-run`,
  settings: (id: string) => `${run(id)}/settings`,
  plan: (id: string) => `${run(id)}/plan`,
  propose: (id: string) => `${run(id)}/propose`,
  adoption: (id: string, cursor?: string | null) => `${run(id)}/adoption${queryText({ cursor })}`,
  unmanaged: '/api/v1/unmanaged',
}

export const importPages = {
  home: '/import',
  unmanaged: '/import?tab=unmanaged',
  run: (id: string, step?: ImportStep, more: Record<string, string | readonly string[] | null | undefined> = {}) =>
    `/import/${encodeURIComponent(id)}${queryText({ step, ...more })}`,
}
