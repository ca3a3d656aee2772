/** What people can do about a proposal whose pull request could not be opened. */
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { closePullRequest, pullRequestFrom } from '#lib/forge/pull-requests.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import type { Proposal } from './contract.ts'
import { tell } from './move-proposal.ts'
import { mayPropose } from './open-proposals.ts'
import { openPullRequestJob } from './open-pull-request.ts'
import { describeProposal, mayRead } from './read-proposals.ts'
import { type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/** Tries again to open the pull request of a stuck proposal. */
export const retryProposal = (id: string, actor: Actor, requestId: string): Promise<Proposal> => endStuck(id, actor, requestId, 'submitted')

/** Gives up a stuck proposal, so that its resource can be proposed anew. Its pull request, where one was opened, is closed on GitHub. */
export const withdrawProposal = (id: string, actor: Actor, requestId: string): Promise<Proposal> => endStuck(id, actor, requestId, 'closed')

async function endStuck(id: string, actor: Actor, requestId: string, next: 'submitted' | 'closed'): Promise<Proposal> {
  const proposal = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!proposal || !(await mayRead(proposal, actor))) throw new NotFound('There is no such proposal, or you may not see its project.')
  if (proposal.requestedById !== actor.userId && !(await mayPropose(proposal.resources, actor))) {
    throw new Forbidden(`This proposal is ${proposal.requestedBy.name}'s. Somebody who may propose changes in the project can do this.`)
  }
  if (stateOf(proposal) !== 'stuck') {
    const where = proposal.pullUrl ? ' Use its pull request on GitHub.' : ''
    throw new Invalid(`This proposal is ${proposal.state}; only one that is stuck can be tried again or withdrawn here.${where}`)
  }
  if (next === 'closed') await closeLeftOver(proposal)
  await database().$transaction(async (transaction) => {
    const data = next === 'closed' ? { state: next, finishedAt: new Date() } : { state: next, problem: null }
    const { count } = await transaction.proposal.updateMany({ where: { id, state: 'stuck' }, data })
    if (count === 0) return
    if (next === 'closed') await transaction.proposalResource.updateMany({ where: { proposalId: id }, data: { open: false } })
    else await enqueue(transaction, openPullRequestJob, { id }, { key: id })
    await appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: next === 'closed' ? 'proposal.withdrawn' : 'proposal.retried',
      outcome: 'succeeded',
      target: { proposal: id, repository: proposal.repository },
      details: {},
    })
    await tell(transaction, proposal)
  })
  return describeProposal(id)
}

/**
 * Closes the pull request that an earlier try may have opened, so that nobody merges what was withdrawn. Where GitHub lets Corbel see
 * nothing, there is nothing it has opened. Throws Conflict when it is merged already, Unavailable when GitHub cannot be asked.
 */
async function closeLeftOver({ repository, branch }: StoredProposal): Promise<void> {
  const connection = asApp(repository)
  try {
    const pull = await pullRequestFrom(connection, branch)
    if (pull?.merged) throw new Conflict(`Its pull request #${pull.number} is merged already. Retry, and Corbel follows it.`)
    if (pull?.state === 'open') await closePullRequest(connection, pull.number)
  } catch (error) {
    if (!(error instanceof Forbidden || error instanceof NotFound)) throw error
  }
}
