import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { QueryProvider } from '#components/data/query-provider.tsx'
import { LiveProvider } from '#components/live/live-provider.tsx'
import { AppShell } from '#components/shell/app-shell.tsx'
import { PortalAway } from '#components/shell/portal-away.tsx'
import { themeCookie, themeOf } from '#components/shell/theme.ts'
import { requireVisitor } from '../session.ts'

/** Everything behind the sign-in: the frame, the query cache and the live updates. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const { away } = await requireVisitor()
  if (away !== null) return <PortalAway problem={away} />
  const theme = themeOf((await cookies()).get(themeCookie)?.value)
  return (
    <QueryProvider>
      <LiveProvider>
        <AppShell theme={theme}>{children}</AppShell>
      </LiveProvider>
    </QueryProvider>
  )
}
