import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AuditView } from '#components/audit/audit-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Audit' }

export default function AuditPage() {
  return (
    <Suspense fallback={<Skeleton rows={12} label="Loading the audit log" />}>
      <AuditView />
    </Suspense>
  )
}
