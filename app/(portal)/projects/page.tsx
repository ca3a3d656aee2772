import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ProjectsView } from '#components/projects/projects-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Projects' }

export default function ProjectsPage() {
  return (
    <Suspense fallback={<Skeleton lines={2} rows={6} />}>
      <ProjectsView />
    </Suspense>
  )
}
