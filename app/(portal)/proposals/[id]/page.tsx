import type { Metadata } from 'next'
import { ProposalView } from '#components/proposals/proposal-view.tsx'

export const metadata: Metadata = { title: 'Proposal' }

export default async function ProposalPage({ params }: { params: Promise<{ id: string }> }) {
  return <ProposalView id={(await params).id} />
}
