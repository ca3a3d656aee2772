'use client'

import { useSyncExternalStore } from 'react'
import { clockTime, exactTime, refreshEvery, relativeTime, shortDuration } from './format.ts'

// One clock for all times on the page; it ticks each second while something shows seconds, and sleeps while nothing listens.
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(() => {
    if (document.hidden) return
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time now, rounded down so that a component renders only as often as the text about `then` can change. */
function useNow(then: number): number {
  return useSyncExternalStore(
    subscribe,
    () => {
      const step = refreshEvery(now - then)
      return Math.max(Math.floor(now / step) * step, Math.min(then, now))
    },
    () => then,
  )
}

/** The time now, each second: for what counts down. */
export const useSeconds = (): number =>
  useSyncExternalStore(
    subscribe,
    () => now,
    () => 0,
  )

/** "12 min ago" with the exact time on hover, kept current. `short` leaves out "ago". A missing time is a dash. */
export function RelativeTime({ at, short }: { at: string | null; short?: boolean }) {
  const then = at ? Date.parse(at) : Number.NaN
  const time = useNow(Number.isNaN(then) ? 0 : then)
  if (!at || Number.isNaN(then)) return <span>–</span>
  return (
    <time dateTime={at} title={exactTime(then)} suppressHydrationWarning>
      {short ? shortDuration(time - then) : relativeTime(then, time)}
    </time>
  )
}

/** "as of 10:42:07": how fresh what stands on the page is. */
export function AsOf({ at }: { at: string | number }) {
  const time = typeof at === 'number' ? at : Date.parse(at)
  return (
    <time dateTime={new Date(time).toISOString()} title={exactTime(time)} suppressHydrationWarning>
      as of {clockTime(time)}
    </time>
  )
}
