'use client'

import { isServer, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { shouldRetry } from './fetch-json.ts'

const makeClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // Live events say when something changed; until then what was read holds for a while.
        staleTime: 20_000,
        gcTime: 5 * 60_000,
        retry: shouldRetry,
        retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 8000),
      },
    },
  })

let ofBrowser: QueryClient | undefined

/** One query cache for the tab; on the server one for each request, so that people never see each other's data. */
export function QueryProvider({ children }: { children: ReactNode }) {
  if (!isServer) ofBrowser ??= makeClient()
  return <QueryClientProvider client={ofBrowser ?? makeClient()}>{children}</QueryClientProvider>
}
