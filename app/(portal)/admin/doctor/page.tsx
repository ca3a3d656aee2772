import type { Metadata } from 'next'
import { Suspense } from 'react'
import { DoctorView } from '#components/admin/doctor-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Doctor' }

export default function DoctorPage() {
  return (
    <Suspense fallback={<Skeleton lines={2} rows={6} label="Loading the doctor" />}>
      <DoctorView />
    </Suspense>
  )
}
