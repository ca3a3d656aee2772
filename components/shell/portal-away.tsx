'use client'

import { useEffect } from 'react'
import { EmptyState } from '#components/ui/notices.tsx'

const askEvery = 3_000
const ready = '/api/health/ready'

/**
 * The whole page while the portal cannot know who asks, since its database is away. Asks every 3 s whether it is back and
 * then loads the same address again; without script the person does.
 */
export function PortalAway({ problem }: { problem: string }) {
  useEffect(() => {
    const timer = setInterval(async () => {
      const answer = await fetch(ready, { cache: 'no-store' }).catch(() => null)
      if (!answer?.ok) return
      clearInterval(timer)
      window.location.reload()
    }, askEvery)
    return () => clearInterval(timer)
  }, [])
  return (
    <main role="status">
      <EmptyState page title="Corbel waits for its database" icon="warning">
        {problem}
      </EmptyState>
    </main>
  )
}
