import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { Proposal, ProposalPage, ProposalQuery, ProposalRequest } from '#lib/proposals/contract.ts'
import { listProposals } from '#lib/proposals/read-proposals.ts'
import { submitProposal } from '#lib/proposals/submit-proposal.ts'

export const GET = route({
  summary: 'Proposals, newest first',
  access: 'signed-in',
  query: ProposalQuery,
  reply: { 200: ProposalPage },
  handle: ({ query, actor }) => listProposals(query, actor),
})

export const POST = route({
  summary: 'Open a pull request with changed manifests of one repository',
  access: { on: 'project', verb: 'propose' },
  body: ProposalRequest,
  reply: { 201: Proposal, 409: Problem },
  audit: 'proposal.submitted',
  handle: ({ body, actor, requestId }) => submitProposal(body, actor, requestId),
})
