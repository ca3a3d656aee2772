import type { Metadata } from 'next'
import { Suspense } from 'react'
import { NewSession } from '#components/break-glass/new-session.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Open break-glass' }

export default function NewSessionPage() {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={7} label="Loading break-glass" />}>
      <NewSession />
    </Suspense>
  )
}
