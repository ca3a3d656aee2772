import type { Metadata } from 'next'
import { Suspense } from 'react'
import { SessionList } from '#components/break-glass/session-list.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Break-glass' }

export default function BreakGlassPage() {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={7} label="Loading the sessions" />}>
      <SessionList />
    </Suspense>
  )
}
