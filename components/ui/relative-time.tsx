'use client'

import { useSyncExternalStore } from 'react'
import { clockTime, exactTime, refreshEvery, relativeTime, shortDuration } from './format.ts'

// One clock for all times on the page; it ticks each second while something shows seconds, and sleeps while nothing listens.
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** The clock as it stands. While nothing listens it slept: what reads it then must not take the past for now. */
function read(): number {
  if (timer === undefined && Date.now() - now > 1000) now = Date.now()
  return now
}

function subscribe(listener: () => void) {
  read()
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
      const time = read()
      const step = refreshEvery(time - then)
      return Math.max(Math.floor(time / step) * step, Math.min(then, time))
    },
    () => then,
  )
}

/** The time now, each second: for what counts down. */
export const useSeconds = (): number => useSyncExternalStore(subscribe, read, () => 0)

/**
 * "12 min ago" with the exact time on hover, kept current. `short` leaves out "ago". A missing time is a dash. `past`: it has happened,
 * so a server whose clock is ahead of this one does not make it "in 12 s".
 */
export function RelativeTime({ at, short, past }: { at: string | null; short?: boolean; past?: boolean }) {
  const then = at ? Date.parse(at) : Number.NaN
  const time = useNow(Number.isNaN(then) ? 0 : then)
  if (!at || Number.isNaN(then)) return <span>–</span>
  return (
    <time dateTime={at} title={exactTime(then)} suppressHydrationWarning>
      {short ? shortDuration(time - then) : relativeTime(past ? Math.min(then, time) : then, time)}
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
