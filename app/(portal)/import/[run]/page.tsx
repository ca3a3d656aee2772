import type { Metadata } from 'next'
import { Suspense } from 'react'
import { RunView } from '#components/imports/run-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Import' }

export default async function ImportRunPage({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label="Loading the import" />}>
      <RunView id={decodeURIComponent(run)} />
    </Suspense>
  )
}
