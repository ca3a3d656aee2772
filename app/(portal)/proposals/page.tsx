import type { Metadata } from 'next'
import { Suspense } from 'react'
import { ProposalList } from '#components/proposals/proposal-list.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

export const metadata: Metadata = { title: 'Proposals' }

export default function ProposalsPage() {
  return (
    <Suspense fallback={<Skeleton rows={8} label="Loading proposals" />}>
      <ProposalList />
    </Suspense>
  )
}
