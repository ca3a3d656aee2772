'use client'

import { useSeconds } from '#components/ui/relative-time.tsx'
import type { BreakGlassSession } from '#lib/break-glass/contract.ts'
import { countdownText, nextEnd, timeLeft } from './session-words.ts'

/**
 * Milliseconds before the session ends by itself, each second, and `hardAt`, this machine's time of the end that no act moves on; null when it
 * has no end yet. `receivedAt`: this machine's time of the answer.
 */
export function useTimeLeft(
  session: Pick<BreakGlassSession, 'expiresAt' | 'idleAt' | 'now'>,
  receivedAt: number,
): { left: number; idle: boolean; hardAt: number } | null {
  const here = useSeconds()
  const end = nextEnd(session)
  if (end === null) return null
  const hardAt = receivedAt + timeLeft(session.expiresAt ?? end.at, session.now, receivedAt, receivedAt)
  return { left: timeLeft(end.at, session.now, receivedAt, Math.max(here, receivedAt)), idle: end.idle, hardAt }
}

/** "12:05" as a timer that screen readers do not read out each second. */
export function Countdown({ left, className, soon }: { left: number; className?: string | undefined; soon?: boolean }) {
  return (
    <span role="timer" aria-live="off" className={className} data-soon={soon || undefined}>
      {countdownText(left)}
    </span>
  )
}
