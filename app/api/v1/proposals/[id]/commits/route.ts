import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { addCommit } from '#lib/proposals/add-commit.ts'
import { CommitRequest, Proposal } from '#lib/proposals/contract.ts'

export const POST = route({
  summary: 'Add a commit with changed manifests to an open proposal',
  access: { on: 'project', verb: 'propose' },
  params: z.object({ id: z.uuid() }),
  body: CommitRequest,
  reply: { 201: Proposal, 409: Problem },
  audit: 'proposal.extended',
  handle: ({ params, body, actor, requestId }) => addCommit(params.id, body, actor, requestId),
})
