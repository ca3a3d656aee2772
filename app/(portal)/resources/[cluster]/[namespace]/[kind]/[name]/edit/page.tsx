import type { Metadata } from 'next'
import { Suspense } from 'react'
import { EditView } from '#components/create/edit-view.tsx'
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
  return { title: `Edit ${at.name} · ${at.namespace}` }
}

export default async function EditPage(props: Props) {
  const at = await addressOf(props)
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label={`Loading ${at.name}`} />}>
      <EditView at={at} />
    </Suspense>
  )
}
