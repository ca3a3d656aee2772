/** Records a proposal: row, resources, audit entry and job in one transaction. From then on nothing typed can get lost. */

import { canProposeIn } from '#lib/access/visible-projects.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database, isDuplicate } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { closePullRequest, pullRequestFrom } from '#lib/forge/pull-requests.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { resourceTitle } from './change-identity.ts'
import type { Proposal, ProposalPreview, ProposalRequest } from './contract.ts'
import { tell } from './move-proposal.ts'
import { openPullRequestJob } from './open-pull-request.ts'
import { prepareChange } from './prepare-change.ts'
import { branchName, defaultTitle, oneLine, type ProposedResource } from './pull-request-text.ts'
import { describeProposal, mayRead } from './read-proposals.ts'
import { type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/** The open proposal for a resource, or null. */
export async function openProposalFor({ cluster, namespace, kind, name }: ProposedResource): Promise<ProposalPreview['openProposal']> {
  const row = await database().proposalResource.findFirst({
    where: { cluster, namespace, kind, name, open: true },
    select: { proposal: { select: { id: true, title: true, pullUrl: true, requestedBy: { select: { name: true } } } } },
  })
  return (
    row && { id: row.proposal.id, title: row.proposal.title, pullUrl: row.proposal.pullUrl, requestedBy: row.proposal.requestedBy.name }
  )
}

async function refuseSecond(resource: ProposedResource): Promise<void> {
  const open = await openProposalFor(resource)
  if (!open) return
  const title = resourceTitle(resource.kind, resource.name)
  throw new Conflict(
    `${open.requestedBy} has an open proposal for ${title} already: "${open.title}". Follow that one, or wait until it is done.`,
    {
      proposal: open,
    },
  )
}

/**
 * Records a proposal and starts opening its pull request. Sent again with the same key it answers the first proposal. Throws Conflict
 * with `details.proposal` where the resource has an open one, and whatever prepareChange throws.
 */
export async function submitProposal(request: ProposalRequest, actor: Actor, requestId: string): Promise<Proposal> {
  const id = request.idempotencyKey
  const earlier = await sentBefore(id, actor)
  if (earlier) return earlier
  const prepared = await prepareChange(request.change)
  await refuseSecond(prepared.resource)
  const { resource, repository, base } = prepared
  const title = oneLine(request.title) || defaultTitle(resource)
  try {
    await database().$transaction(async (transaction) => {
      await transaction.proposal.create({
        data: {
          id,
          state: 'submitted',
          repository,
          baseBranch: base.branch,
          baseSha: base.sha,
          branch: branchName(resource, id),
          title,
          message: request.message.trim(),
          files: [{ path: prepared.path, blob: prepared.blob, before: prepared.before, after: prepared.after }],
          requestedById: actor.userId,
          resources: { create: { id: newId(), ...resource } },
        },
      })
      await appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action: 'proposal.submitted',
        outcome: 'intent',
        target: { ...resource, proposal: id },
        details: { repository, path: prepared.path, title },
      })
      if (request.draftKey !== undefined) await transaction.draft.deleteMany({ where: { userId: actor.userId, key: request.draftKey } })
      await enqueue(transaction, openPullRequestJob, { id }, { key: id })
      await tell(transaction, { id, resources: [resource] })
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Two requests at once: the other one was faster.
    const other = await sentBefore(id, actor)
    if (other) return other
    await refuseSecond(resource)
    throw error
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

async function mayPropose(resources: { cluster: string; namespace: string; kind: string }[], actor: Actor): Promise<boolean> {
  for (const { cluster, namespace, kind } of resources) if (!(await canProposeIn(actor, cluster, namespace, kind))) return false
  return resources.length > 0
}
