/** Adds a commit to the branch of an open proposal's pull request. */
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { mayPropose } from './open-proposals.ts'
import type { Onto } from './prepare-changes.ts'
import { mayRead } from './read-proposals.ts'
import { addressOf } from './resource-address.ts'
import { type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/**
 * A proposal a person wants to add a commit to, and what is built upon. Throws NotFound where there is none they may see, Forbidden where
 * they may not propose what it changes, Conflict where its pull request is not open.
 */
export async function proposalToExtend(id: string, actor: Actor): Promise<{ proposal: StoredProposal; onto: Onto }> {
  const proposal = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!proposal || !(await mayRead(proposal, actor))) throw new NotFound('There is no such proposal, or you may not see its project.')
  if (!(await mayPropose(proposal.resources, actor))) {
    throw new Forbidden(
      `This proposal changes resources you may not propose for. Ask ${proposal.requestedBy.name}, or start one of your own.`,
    )
  }
  refuseUnlessOpen(proposal)
  const creates = new Set(proposal.resources.filter(({ action }) => action === 'create').map(addressOf))
  return { proposal, onto: { repository: proposal.repository, branch: proposal.branch, creates } }
}

/** Throws Conflict, as a sentence, where a proposal takes no commits. */
export function refuseUnlessOpen(proposal: StoredProposal): void {
  const state = stateOf(proposal)
  if (state === 'open') return
  const why = {
    submitted: 'is only being opened; try again in a moment',
    stuck: 'has no pull request yet',
    closed: 'was closed',
    merged: 'was merged',
    applying: 'was merged',
    applied: 'was merged',
    ready: 'was merged',
    failed: 'was merged',
  }[state]
  throw new Conflict(`"${proposal.title}" ${why}, so no commit can be added to it. Propose your change on its own.`)
}
