import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Proposal } from '#lib/proposals/contract.ts'
import { retryProposal } from '#lib/proposals/stuck-proposals.ts'

export const POST = route({
  summary: 'Try again to open the pull request of a stuck proposal',
  access: 'signed-in',
  params: z.object({ id: z.uuid() }),
  reply: { 200: Proposal },
  audit: 'proposal.retried',
  handle: ({ params, actor, requestId }) => retryProposal(params.id, actor, requestId),
})
