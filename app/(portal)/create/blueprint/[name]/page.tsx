import type { Metadata } from 'next'
import { Suspense } from 'react'
import { BlueprintView } from '#components/blueprints/blueprint-view.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

type Props = { params: Promise<{ name: string }> }

const nameOf = async ({ params }: Props) => decodeURIComponent((await params).name)

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: `Create by blueprint ${await nameOf(props)}` }
}

export default async function BlueprintPage(props: Props) {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label="Loading the blueprint" />}>
      <BlueprintView name={await nameOf(props)} />
    </Suspense>
  )
}
