import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { themeCookie, themeOf } from '#components/shell/theme.ts'
import '#components/ui/tokens.css'
import '#components/ui/base.css'

export const metadata: Metadata = {
  title: { default: 'Corbel', template: '%s · Corbel' },
  description: 'Self-service portal for declarative infrastructure',
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value)
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body>{children}</body>
    </html>
  )
}
