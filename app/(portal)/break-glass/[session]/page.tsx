import type { Metadata } from 'next'
import { Suspense } from 'react'
import { SessionView } from '#components/break-glass/session-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Break-glass session' }

export default async function SessionPage({ params }: { params: Promise<{ session: string }> }) {
  const { session } = await params
  return (
    <Suspense fallback={<Skeleton lines={3} rows={7} label="Loading the session" />}>
      <SessionView id={decodeURIComponent(session)} />
    </Suspense>
  )
}
