import type { Metadata } from 'next'
import { Suspense } from 'react'
import { CreateView } from '#components/create/create-view.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Skeleton } from '#components/ui/skeleton.tsx'

type Props = { params: Promise<{ kind: string }> }

const kindKeyOf = async ({ params }: Props) => decodeURIComponent((await params).kind)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Create ${kindOf(await kindKeyOf(props))}` }
}

export default async function CreatePage(props: Props) {
  const kindKey = await kindKeyOf(props)
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label={`Loading the form of ${kindOf(kindKey)}`} />}>
      <CreateView kindKey={kindKey} />
    </Suspense>
  )
}
