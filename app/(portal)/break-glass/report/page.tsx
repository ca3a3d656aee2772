import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ReportView } from '#components/break-glass/report-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Break-glass report' }

export default function BreakGlassReportPage() {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={7} label="Loading the report" />}>
      <ReportView />
    </Suspense>
  )
}
