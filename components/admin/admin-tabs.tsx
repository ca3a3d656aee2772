'use client'

import { usePathname } from 'next/navigation'
import { Tabs } from '#components/ui/tabs.tsx'

/** The pages for the platform team. */
export function AdminTabs() {
  const path = usePathname()
  return (
    <Tabs
      label="Administration"
      tabs={[
        { href: '/admin', title: 'Clusters and kinds', current: path === '/admin' },
        { href: '/admin/doctor', title: 'Doctor', current: path === '/admin/doctor' },
      ]}
    />
  )
}
