import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ResourceList } from '#components/resources/resource-list.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Resources' }

export default function ResourcesPage() {
  return (
    <Suspense fallback={<Skeleton rows={12} label="Loading resources" />}>
      <ResourceList />
    </Suspense>
  )
}
