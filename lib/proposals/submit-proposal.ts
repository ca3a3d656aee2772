/** Records a proposal: row, resources, audit entry and job in one transaction. From then on nothing typed can get lost. */

import { appendAudit } from '#lib/audit/append-audit.ts'
import { database, isDuplicate, type Transaction } from '#lib/database/client.ts'
import { Conflict } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import type { Proposal, ProposalRequest } from './contract.ts'
import { tell } from './move-proposal.ts'
import { claimResources } from './open-proposals.ts'
import { openPullRequestJob } from './open-pull-request.ts'
import { prepareTogether } from './prepare-changes.ts'
import { branchName, defaultTitle, oneLine } from './pull-request-text.ts'
import { describeProposal } from './read-proposals.ts'
import { addressOf } from './resource-address.ts'
import { removeSent } from './sent-parts.ts'

/** What Corbel itself adds to a proposal, which no request can. */
export interface SubmitAdditions {
  /** Markdown for the pull request: see ProposalTexts. */
  report?: string
  /** What else is true from the moment the proposal is recorded; in the same transaction. */
  within?: (transaction: Transaction) => Promise<void>
}

/**
 * Records a proposal and starts opening its pull request. Sent again with the same key it answers the first proposal. Throws Conflict
 * with `details.proposal` where a resource has an open one that `beside` does not name, and whatever prepareTogether throws.
 */
export async function submitProposal(
  request: ProposalRequest,
  actor: Actor,
  requestId: string,
  { report, within }: SubmitAdditions = {},
): Promise<Proposal> {
  const id = request.idempotencyKey
  const earlier = await sentBefore(id, actor)
  if (earlier) return earlier
  const { resources, repository, base, files } = await prepareTogether(request.changes)
  const title = oneLine(request.title) || defaultTitle(resources)
  const beside = new Set(request.beside ?? [])
  try {
    await database().$transaction(async (transaction) => {
      // ids sort as the resources do: lists and trailers follow them
      const ids = resources.map(() => newId()).sort()
      const taken = await claimResources(transaction, resources, beside)
      await transaction.proposal.create({
        data: {
          id,
          state: 'submitted',
          repository,
          baseBranch: base.branch,
          baseSha: base.sha,
          branch: branchName(resources, id),
          title,
          message: request.message.trim(),
          report: report ?? null,
          files: files.map(({ path, blob, before, after }) => ({ path, blob, before, after })),
          requestedById: actor.userId,
          resources: {
            createMany: {
              data: resources.map((resource, place) => ({
                id: ids[place] ?? newId(),
                ...resource,
                beside: taken.has(addressOf(resource)),
              })),
            },
          },
        },
      })
      await appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action: 'proposal.submitted',
        outcome: 'intent',
        target: {
          ...(resources.length === 1 ? resources[0] : { resources: resources.map((resource) => ({ ...resource })) }),
          proposal: id,
        },
        details: { repository, paths: files.map(({ path }) => path), title, ...(taken.size > 0 ? { beside: [...beside] } : {}) },
      })
      await removeSent(transaction, request, actor)
      await within?.(transaction)
      await enqueue(transaction, openPullRequestJob, { id }, { key: id })
      await tell(transaction, { id, resources })
    })
  } catch (error) {
    // Two requests at once: the other one was faster.
    const other = isDuplicate(error) || error instanceof Conflict ? await sentBefore(id, actor) : undefined
    if (!other) throw error
    return other
  }
  return describeProposal(id)
}

async function sentBefore(id: string, actor: Actor): Promise<Proposal | undefined> {
  const row = await database().proposal.findUnique({ where: { id }, select: { requestedById: true } })
  if (!row) return undefined
  if (row.requestedById !== actor.userId)
    throw new Conflict('This request was sent before by somebody else. Reload the page and propose again.')
  return describeProposal(id)
}
