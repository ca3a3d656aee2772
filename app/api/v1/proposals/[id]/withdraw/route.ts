import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Proposal } from '#lib/proposals/contract.ts'
import { withdrawProposal } from '#lib/proposals/stuck-proposals.ts'

export const POST = route({
  summary: 'Give up a stuck proposal, so that its resource can be proposed anew',
  access: 'signed-in',
  params: z.object({ id: z.uuid() }),
  reply: { 200: Proposal },
  audit: 'proposal.withdrawn',
  handle: ({ params, actor, requestId }) => withdrawProposal(params.id, actor, requestId),
})
