'use client'

import { useQuery } from '@tanstack/react-query'
import { DeletionDialog } from '#components/create/deletion-dialog.tsx'
import { ApiProblem } from '#components/data/api-problem.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { mayNotPropose, notInGit } from './refusals.ts'

/** Deleting from the page of a resource: finds its manifest in Git first. */
export function DeleteResource({ at, kindName, onClose }: { at: ResourceAddress; kindName: string; onClose: () => void }) {
  const source = useQuery(queries.manifest(at))
  const project = useQuery(queries.project(at.cluster, at.namespace))
  const refusal =
    project.data && !project.data.canPropose
      ? mayNotPropose(project.data)
      : source.error instanceof ApiProblem && source.error.code === 'not-found'
        ? notInGit(kindName, at.name)
        : (source.error?.message ?? project.error?.message)
  if (source.data && project.data?.canPropose)
    return <DeletionDialog at={at} kindName={kindName} source={source.data} onClose={onClose} reload={() => void source.refetch()} />
  return (
    <Dialog open title={`Delete ${at.name} by pull request`} onClose={onClose} footer={<Button onClick={onClose}>Keep it</Button>}>
      {refusal ? <Banner tone="amber">{refusal}</Banner> : <Skeleton lines={2} rows={3} label="Looking for its manifest in Git" />}
    </Dialog>
  )
}
