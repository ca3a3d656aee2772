'use client'

import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { isTouchedBy, type LiveEvent, parseLiveEvent, reconnectDelay } from './live-events.ts'

export type LiveState = 'connecting' | 'live' | 'paused' | 'reconnecting'

const Live = createContext<LiveState>('connecting')

/** Whether what is on the page follows changes by itself. */
export const useLiveState = (): LiveState => useContext(Live)

const gatherFor = 300
const pollEvery = 15_000
const failuresBeforeNotice = 2

/** Keeps the tab's one event stream and refreshes what is visible; see live-events.ts for the protocol. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')

  useEffect(() => {
    let source: EventSource | undefined
    let failures = 0
    let retry: ReturnType<typeof setTimeout> | undefined
    let gather: ReturnType<typeof setTimeout> | undefined
    let poll: ReturnType<typeof setInterval> | undefined
    let waiting: LiveEvent[] = []

    const flush = () => {
      gather = undefined
      const events = waiting
      waiting = []
      // Queries nobody shows are only marked old; those on the page are read again.
      void client.invalidateQueries(
        { predicate: ({ queryKey }) => events.some((event) => isTouchedBy(event, queryKey)) },
        { cancelRefetch: false },
      )
    }
    const refreshAll = () => void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'search' })
    const stopTimers = () => {
      clearTimeout(retry)
      clearInterval(poll)
      retry = undefined
      poll = undefined
    }
    const close = () => {
      source?.close()
      source = undefined
      stopTimers()
    }
    const open = () => {
      close()
      const stream = new EventSource(apiPaths.events)
      source = stream
      stream.onopen = () => {
        if (failures > 0) refreshAll()
        failures = 0
        stopTimers()
        setState('live')
      }
      stream.onmessage = ({ data }) => {
        const event = typeof data === 'string' ? parseLiveEvent(data) : null
        if (!event) return
        waiting.push(event)
        gather ??= setTimeout(flush, gatherFor)
      }
      stream.onerror = () => {
        stream.close()
        failures += 1
        if (failures >= failuresBeforeNotice) {
          setState('reconnecting')
          poll ??= setInterval(refreshAll, pollEvery)
        }
        clearTimeout(retry)
        retry = setTimeout(open, reconnectDelay(failures, Math.random()))
      }
    }
    const onVisibility = () => {
      if (document.hidden) {
        close()
        setState('paused')
      } else if (!source) {
        failures = 0
        refreshAll()
        setState('connecting')
        open()
      }
    }
    if (!document.hidden) open()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      clearTimeout(gather)
      close()
    }
  }, [client])

  return <Live value={state}>{children}</Live>
}
