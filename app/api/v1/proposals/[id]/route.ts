import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ProposalDetail } from '#lib/proposals/contract.ts'
import { readProposal } from '#lib/proposals/read-proposals.ts'

export const GET = route({
  summary: 'One proposal with its difference, checks and the state of its resources',
  access: 'signed-in',
  params: z.object({ id: z.uuid() }),
  reply: { 200: ProposalDetail },
  handle: ({ params, actor }) => readProposal(params.id, actor),
})
