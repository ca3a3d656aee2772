import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Catalogue } from '#components/create/catalogue.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Create' }

export default function CataloguePage() {
  return (
    <Suspense fallback={<Skeleton lines={2} rows={8} label="Loading what can be created" />}>
      <Catalogue />
    </Suspense>
  )
}
