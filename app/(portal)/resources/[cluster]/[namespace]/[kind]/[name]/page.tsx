import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ResourceView } from '#components/resources/resource-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { addressOf, type ResourcePageProps } from './resource-address.ts'

export async function generateMetadata(props: ResourcePageProps): Promise<Metadata> {
  const at = await addressOf(props)
  return { title: `${at.name} · ${at.namespace}` }
}

export default async function ResourcePage(props: ResourcePageProps) {
  const at = await addressOf(props)
  return (
    <Suspense fallback={<Skeleton lines={2} rows={6} label={`Loading ${at.name}`} />}>
      <ResourceView at={at} />
    </Suspense>
  )
}
