/**
 * The life of a proposal.
 *
 *   submitted ──► open ──► merged ──► applying ──► applied ──► ready
 *       │           │         └───────────┴────────────┴─────► failed ──► ready (mended by a retry of CI or of the reconciler)
 *       ▼           ▼
 *     stuck       closed
 *       └──► submitted (a person retries)
 *
 * Who moves it: `submitProposal` writes the row, its resources, the audit entry and the job in one transaction. The job
 * `open-pull-request` takes it to `open`, or to `stuck` when no retry can help. From then on nobody decides by events: whatever
 * happens (a webhook, the poll, a change in the index) only makes Corbel look again at what is true now, and `nextState` says
 * what follows from that. Events may therefore come late, twice, in any order or not at all.
 *
 * What happens when a step dies. Before the first transaction commits: nothing was done, and the person sends again with the same key.
 * Job killed after making the commit: the same content, parent and dates make the same commit again. After the branch: it is found,
 * and known as ours by the trailer in its commit. After the pull request: it is found by its branch. After the row was written:
 * nothing is left to do. A job lost entirely: the poll enqueues it anew. A webhook lost: the poll looks every minute. The stored
 * webhook whose handler died: its job is taken over. The worker dead: everything waits, nothing is lost.
 *
 * A resource has at most one open proposal (partial unique index), and those that people have explicitly started beside it.
 * `ready`, `failed` and `closed` free the resource. Commits added to an open one: see add-commit.ts.
 */
import { checkPassed } from '#lib/plan/check-passed.ts'
import type { ProposalState } from './contract.ts'

/** What is true of a proposal now, as GitHub and the index say. */
export interface ProposalFacts {
  pull: 'none' | 'open' | 'closed' | 'merged'
  /** The check `corbel/apply` on the merge commit. */
  apply: 'none' | 'running' | 'succeeded' | 'failed'
  /** The resources in the index: `ready` means that every one is reconciled at this change, or gone. */
  resources: 'unknown' | 'reconciling' | 'ready' | 'failed'
}

/** The state that follows from the facts. `ready` and `closed` are final. Pure. */
export function nextState(state: ProposalState, facts: ProposalFacts): ProposalState {
  if (state === 'ready' || state === 'closed') return state
  switch (facts.pull) {
    case 'none':
      return state
    case 'open':
      return 'open'
    case 'closed':
      return 'closed'
    case 'merged':
      return afterMerge(state, facts)
    default:
      return facts.pull satisfies never
  }
}

function afterMerge(state: ProposalState, { apply, resources }: ProposalFacts): ProposalState {
  if (resources === 'ready') return 'ready'
  switch (apply) {
    case 'failed':
      return 'failed'
    case 'running':
      // a failure that passes by itself is none: CI waits and says which it is
      return 'applying'
    case 'succeeded':
      return resources === 'failed' ? 'failed' : 'applied'
    case 'none':
      if (resources === 'failed') return 'failed'
      // GitHub may forget a check; what was applied stays applied
      return state === 'applying' || state === 'applied' ? state : 'merged'
    default:
      return apply satisfies never
  }
}

/** Whether the proposal still holds its resources, so that a second one for them is refused. */
export const holdsResources = (state: ProposalState): boolean => !['ready', 'failed', 'closed'].includes(state)

/** A check's state in the words of the facts. */
export function applyFact(check: { status: string; conclusion: string | null } | null): ProposalFacts['apply'] {
  if (!check) return 'none'
  if (check.status !== 'completed') return 'running'
  return checkPassed(check.conclusion) ? 'succeeded' : 'failed'
}

/** What the index knows of one resource of a proposal; null where it has none, or one that is gone. */
export interface IndexedResource {
  state: string
  commit: string | null
  proposalId: string | null
  generation: number | null
  observedGeneration: number | null
}

/**
 * What the index says of a proposal's resources together. A created or updated one counts only when the index has seen this change:
 * by the commit or proposal noted on the object, or because CI says that it has applied it (a later commit may have noted itself since).
 */
export function resourcesFact(
  proposal: { id: string; mergeSha: string | null; applied: boolean },
  resources: { action: 'create' | 'update' | 'delete'; indexed: IndexedResource | null }[],
): ProposalFacts['resources'] {
  const verdicts = resources.map(({ action, indexed }): ProposalFacts['resources'] => {
    if (action === 'delete') return indexed ? 'reconciling' : 'ready'
    if (!indexed) return 'unknown'
    const current =
      proposal.applied || indexed.proposalId === proposal.id || (indexed.commit !== null && indexed.commit === proposal.mergeSha)
    if (!current) return 'unknown'
    if (indexed.observedGeneration !== null && indexed.generation !== null && indexed.observedGeneration < indexed.generation)
      return 'reconciling'
    if (indexed.state === 'ready' || indexed.state === 'failed') return indexed.state
    // paused, or of a kind that reports nothing: being stored is all there is to wait for, and CI has waited for that
    return proposal.applied && (indexed.state === 'paused' || indexed.state === 'unknown') ? 'ready' : 'reconciling'
  })
  for (const verdict of ['failed', 'unknown', 'reconciling'] as const) if (verdicts.includes(verdict)) return verdict
  return verdicts.length === 0 ? 'unknown' : 'ready'
}
