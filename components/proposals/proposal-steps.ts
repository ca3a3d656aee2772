/** Where a proposal stands, as steps in words. Pure; the life itself is told in lib/proposals/proposal-life.ts. */

import { checkPassed } from '#lib/plan/check-passed.ts'
import type { Proposal } from '#lib/proposals/contract.ts'

export interface ProposalStep {
  title: string
  state: 'done' | 'now' | 'failed' | 'ahead' | 'skipped'
  /** When it was reached; at the step under way: since when it is waited for. */
  at: string | null
  /** What happens now, or what went wrong. */
  note: string | null
}

/** What each step is called once it is done, and before. */
const titles: readonly { done: string; before: string }[] = [
  { done: 'Submitted', before: 'Submit' },
  { done: 'Pull request open', before: 'Open pull request' },
  { done: 'Merged', before: 'Merge' },
  { done: 'Applied', before: 'Apply' },
  { done: 'Ready', before: 'Ready' },
]

const mergeStep = 2

const mergedBy = ({ mergedBy: login }: Pick<Proposal, 'mergedBy'>): string | null => (login === null ? null : `by ${login} on GitHub`)

/** How many steps are behind, by state; the next one is under way. */
function reached(proposal: Pick<Proposal, 'state' | 'mergedAt' | 'openedAt' | 'apply'>): number {
  switch (proposal.state) {
    case 'submitted':
    case 'stuck':
      return 1
    case 'open':
      return 2
    case 'closed':
      return proposal.openedAt === null ? 1 : 2
    case 'merged':
    case 'applying':
      return 3
    case 'applied':
      return 4
    case 'failed':
      return checkPassed(proposal.apply?.conclusion ?? null) ? 4 : 3
    case 'ready':
      return 5
    default:
      return proposal.state satisfies never
  }
}

/** The five steps of a proposal. */
export function proposalSteps(
  proposal: Pick<
    Proposal,
    'state' | 'createdAt' | 'openedAt' | 'mergedAt' | 'mergedBy' | 'finishedAt' | 'problem' | 'plan' | 'apply' | 'pullNumber'
  >,
): ProposalStep[] {
  const behind = reached(proposal)
  const times = [proposal.createdAt, proposal.openedAt, proposal.mergedAt, null, proposal.state === 'ready' ? proposal.finishedAt : null]
  return titles.map(({ done, before }, index): ProposalStep => {
    const title = index < behind ? done : before
    const at = times[index] ?? null
    if (index < behind)
      return {
        title,
        state: 'done',
        at,
        note: index === mergeStep ? mergedBy(proposal) : index === behind - 1 ? waitingFor(proposal) : null,
      }
    if (proposal.state === 'closed') return { title, state: 'skipped', at: null, note: null }
    if (index > behind) return { title, state: 'ahead', at: null, note: null }
    const failed = proposal.state === 'stuck' || proposal.state === 'failed'
    return { title, state: failed ? 'failed' : 'now', at: failed ? null : waitsSince(proposal), note: underWay(proposal) }
  })
}

/** When the step under way began. */
function waitsSince({ state, createdAt, mergedAt, apply }: Pick<Proposal, 'state' | 'createdAt' | 'mergedAt' | 'apply'>): string | null {
  if (state === 'submitted') return createdAt
  if (state === 'merged') return mergedAt
  return state === 'applying' || state === 'applied' ? (apply?.updatedAt ?? mergedAt) : null
}

type Told = Pick<Proposal, 'state' | 'problem' | 'plan' | 'pullNumber'>

/** Said at the last step behind, when people are to act. */
function waitingFor({ state, plan }: Told): string | null {
  if (state === 'closed') return 'Closed without merging. Nothing was changed.'
  if (state !== 'open') return null
  if (!plan) return "It waits for the repository's CI to set the check corbel/plan. If none comes, see whether the CI runs."
  if (plan.status === 'queued') return "The repository's CI has taken the plan up and waits for a runner."
  if (plan.status === 'in_progress') return 'The plan is being worked out.'
  return checkPassed(plan.conclusion)
    ? 'The plan is accepted. It waits for a review and the merge.'
    : 'The plan found something to correct; see below.'
}

/** Said at the step under way. */
function underWay({ state, problem }: Told): string | null {
  switch (state) {
    case 'submitted':
      return "Corbel's worker is opening the pull request."
    case 'stuck':
      return problem ?? 'The pull request could not be opened.'
    case 'open':
      return null
    case 'merged':
      return "It waits for the repository's CI to set the check corbel/apply. If none comes, see whether the CI runs."
    case 'applying':
      return 'CI is applying the change.'
    case 'applied':
      return 'Applied; the resources are being reconciled.'
    case 'failed':
      return problem ?? 'Not every resource became ready; see below.'
    case 'closed':
    case 'ready':
      return null
    default:
      return state satisfies never
  }
}

/** How far several resources are, once they are merged: "2 of 3 ready"; null before that, and for one. */
export function resourceProgress({ state, resources }: Pick<Proposal, 'state' | 'resources'>): string | null {
  if (resources.length < 2 || ['submitted', 'stuck', 'open', 'closed'].includes(state)) return null
  const done = resources.filter((resource) => (resource.action === 'delete' ? resource.state === null : resource.state === 'ready')).length
  return `${done} of ${resources.length} ready`
}
