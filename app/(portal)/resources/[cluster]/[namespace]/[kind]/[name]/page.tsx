import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ResourceView } from '#components/resources/resource-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

type Props = { params: Promise<{ cluster: string; namespace: string; kind: string; name: string }> }

const addressOf = async ({ params }: Props) => {
  const { cluster, namespace, kind, name } = await params
  return {
    cluster: decodeURIComponent(cluster),
    namespace: decodeURIComponent(namespace),
    kind: decodeURIComponent(kind),
    name: decodeURIComponent(name),
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const at = await addressOf(props)
  return { title: `${at.name} · ${at.namespace}` }
}

export default async function ResourcePage(props: Props) {
  const at = await addressOf(props)
  return (
    <Suspense fallback={<Skeleton lines={2} rows={6} label={`Loading ${at.name}`} />}>
      <ResourceView at={at} />
    </Suspense>
  )
}
