import type { Metadata } from 'next'
import { Suspense } from 'react'
import { MoveView } from '#components/relocate/move-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { addressOf, type ResourcePageProps } from '../resource-address.ts'

export async function generateMetadata(props: ResourcePageProps): Promise<Metadata> {
  const at = await addressOf(props)
  return { title: `Rename or move ${at.name} · ${at.namespace}` }
}

export default async function MovePage(props: ResourcePageProps) {
  const at = await addressOf(props)
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label={`Loading ${at.name}`} />}>
      <MoveView at={at} />
    </Suspense>
  )
}
