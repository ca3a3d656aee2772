import type { Metadata } from 'next'
import { ProjectView } from '#components/projects/project-view.tsx'

type Props = { params: Promise<{ namespace: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).namespace) }
}

export default async function ProjectPage({ params, searchParams }: Props) {
  const { cluster } = await searchParams
  return (
    <ProjectView
      namespace={decodeURIComponent((await params).namespace)}
      cluster={typeof cluster === 'string' && cluster ? cluster : null}
    />
  )
}
