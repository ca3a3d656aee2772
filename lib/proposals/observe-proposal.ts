/** Looks at a proposal's pull request and checks on GitHub. */
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { asApp } from '#lib/forge/forge.ts'
import { type Check, checksOf, readPullRequest } from '#lib/forge/pull-requests.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { moveProposal } from './move-proposal.ts'

/** The checks CI sets: on the head of the pull request, and on the merge commit. */
export const planCheck = 'corbel/plan'
export const applyCheck = 'corbel/apply'

const named = (checks: Check[], name: string): Check | undefined => checks.find((check) => check.name === name)

/** Looks at a proposal's pull request and checks on GitHub now. Throws where GitHub does not answer. */
export async function observeProposal(id: string): Promise<void> {
  const row = await database().proposal.findUnique({ where: { id }, select: { repository: true, pullNumber: true } })
  if (!row || row.pullNumber === null) return
  const connection = asApp(row.repository)
  const pull = await readPullRequest(connection, row.pullNumber)
  const plan = named(await checksOf(connection, pull.headSha), planCheck)
  const apply = pull.mergeSha ? named(await checksOf(connection, pull.mergeSha), applyCheck) : undefined
  await moveProposal(id, { pull, plan, apply })
}

/** Looks at one proposal on GitHub. A hint that comes while one is followed makes it look once more. */
export const observeProposalJob = defineJob('observe-proposal', z.object({ id: z.uuid() }), ({ id }) => observeProposal(id), {
  retries: 3,
  retryAtMostSeconds: 30,
  same: 'one-waiting',
  concurrency: 3,
})
