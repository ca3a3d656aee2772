'use client'

import { ErrorState } from '#components/ui/notices.tsx'

/** A page that failed in itself; the frame around it goes on working. */
export default function PortalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <ErrorState page error={error} what="this page" retry={reset}>
      {error.digest ? <code title="What the log calls this failure">{error.digest}</code> : null}
    </ErrorState>
  )
}
