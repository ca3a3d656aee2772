'use client'

import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { queries } from '#components/data/queries.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ImportDetail, ImportManifest, ImportRun } from '#lib/imports/contract.ts'

// forms and the YAML reader are large, and most people only read the review
const Editor = lazy(async () => ({ default: (await import('./import-editor.tsx')).ImportEditor }))

/** Loads what the editor of one manifest needs. `back` is the address of the review. */
export function ManifestEdit({
  run,
  detail,
  index,
  manifest,
  back,
}: {
  run: ImportRun
  detail: ImportDetail
  index: number
  manifest: ImportManifest
  back: string
}) {
  const kind = useQuery(queries.kind(run.cluster, manifest.kind))
  const loading = <Skeleton lines={3} rows={8} label={`Loading the form of ${kindOf(manifest.kind)}`} />
  if (!kind.data)
    return kind.isError ? (
      <ErrorState error={kind.error} what={`the kind ${kindOf(manifest.kind)}`} retry={() => void kind.refetch()}>
        <LinkButton href={back}>Back to the review</LinkButton>
      </ErrorState>
    ) : (
      loading
    )
  return (
    <Suspense fallback={loading}>
      <Editor
        run={run}
        rowId={detail.row.id}
        namespace={detail.row.namespace ?? run.namespace ?? ''}
        index={index}
        manifest={manifest}
        kind={kind.data}
        back={back}
      />
    </Suspense>
  )
}
