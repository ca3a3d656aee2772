import type { Metadata } from 'next'
import { Suspense } from 'react'
import { EditView } from '#components/create/edit-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { addressOf, type ResourcePageProps } from '../resource-address.ts'

export async function generateMetadata(props: ResourcePageProps): Promise<Metadata> {
  const at = await addressOf(props)
  return { title: `Edit ${at.name} · ${at.namespace}` }
}

export default async function EditPage(props: ResourcePageProps) {
  const at = await addressOf(props)
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label={`Loading ${at.name}`} />}>
      <EditView at={at} />
    </Suspense>
  )
}
