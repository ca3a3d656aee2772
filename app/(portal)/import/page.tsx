import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ImportHome } from '#components/imports/import-home.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Import' }

export default function ImportPage() {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={6} label="Loading the import" />}>
      <ImportHome />
    </Suspense>
  )
}
