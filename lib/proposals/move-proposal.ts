/** Writes down what is true of a proposal now, and the state that follows. Everything that learns something calls this. */
import { Prisma } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database, notify, type Transaction } from '#lib/database/client.ts'
import type { Check, PullRequest } from '#lib/forge/pull-requests.ts'
import { type JsonObject, sameJson } from '#lib/json.ts'
import type { CheckView, ProposalState } from './contract.ts'
import { applyFact, holdsResources, type IndexedResource, nextState, type ProposalFacts, resourcesFact } from './proposal-life.ts'
import { addressOf, type ResourceAddress } from './resource-address.ts'
import { checkOf, resourceOf, type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/** What GitHub said just now; left out where only the index is to be looked at. */
export interface Seen {
  pull: PullRequest
  plan: Check | undefined
  apply: Check | undefined
}

/** The longest summary of a check that is kept, in characters. */
const longestSummary = 60_000

/** Brings a proposal up to date and returns its state. Tells every process when something changed. */
export async function moveProposal(id: string, seen?: Seen): Promise<ProposalState | undefined> {
  // most looks find nothing new: they cost two reads and no lock
  const now = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!now) return undefined
  if (!changesOf(now, await indexedResources(database(), now.resources), seen, new Date())) return stateOf(now)
  return database().$transaction(async (transaction) => {
    const [clock] = await transaction.$queryRaw<
      { at: Date }[]
    >`SELECT clock_timestamp() AS at FROM proposal WHERE id = ${id}::uuid FOR UPDATE`
    const proposal = await transaction.proposal.findUnique({ where: { id }, include: withParts })
    if (!proposal || !clock) return undefined
    const changes = changesOf(proposal, await indexedResources(transaction, proposal.resources), seen, clock.at)
    return changes ? writeChanges(transaction, proposal, changes) : stateOf(proposal)
  })
}

type Changes = Prisma.ProposalUncheckedUpdateInput & { state: ProposalState }

/** The proposals among these for which the index says something new; one query for all of them. */
export async function outdated(proposals: StoredProposal[]): Promise<StoredProposal[]> {
  const index = await indexedResources(
    database(),
    proposals.flatMap(({ resources }) => resources),
  )
  return proposals.filter((proposal) => changesOf(proposal, index, undefined, new Date()))
}

/** The columns to write, or undefined where nothing changed. Pure. */
function changesOf(proposal: StoredProposal, index: Index, seen: Seen | undefined, at: Date): Changes | undefined {
  const state = stateOf(proposal)
  // a plan speaks of one commit: after a push, what is known is nothing until CI says something new
  const pushed = seen !== undefined && proposal.headSha !== null && proposal.headSha !== seen.pull.headSha
  const plan = seen ? viewOf(seen.plan, pushed ? null : checkOf(proposal.plan), at) : checkOf(proposal.plan)
  const apply = seen ? viewOf(seen.apply, checkOf(proposal.apply), at) : checkOf(proposal.apply)
  const mergeSha = seen?.pull.mergeSha ?? proposal.mergeSha
  const facts: ProposalFacts = {
    pull: pullFact(proposal, seen?.pull),
    apply: applyFact(apply),
    resources: indexFact(proposal, index, mergeSha, applyFact(apply) === 'succeeded'),
  }
  const next = nextState(state, facts)
  const changes: Changes = { state: next }
  if (seen && proposal.headSha !== seen.pull.headSha) changes.headSha = seen.pull.headSha
  if (proposal.mergeSha !== mergeSha) changes.mergeSha = mergeSha
  if (seen?.pull.mergedAt && !proposal.mergedAt) changes.mergedAt = seen.pull.mergedAt
  if (seen?.pull.mergedBy && !proposal.mergedBy) changes.mergedBy = seen.pull.mergedBy
  if (plan && !sameJson(plan, checkOf(proposal.plan))) changes.plan = plan
  if (!plan && proposal.plan !== null) changes.plan = Prisma.DbNull
  if (apply && !sameJson(apply, checkOf(proposal.apply))) changes.apply = apply
  if (!holdsResources(next) && (holdsResources(state) || !proposal.finishedAt)) changes.finishedAt = at
  if (next !== state && proposal.problem !== null) changes.problem = null
  return next === state && Object.keys(changes).length === 1 ? undefined : changes
}

async function writeChanges(transaction: Transaction, proposal: StoredProposal, changes: Changes): Promise<ProposalState> {
  const before = stateOf(proposal)
  await transaction.proposal.update({ where: { id: proposal.id }, data: changes })
  if (!holdsResources(changes.state)) {
    await transaction.proposalResource.updateMany({ where: { proposalId: proposal.id, open: true }, data: { open: false } })
  }
  for (const step of stepsTold(before, changes, proposal)) {
    await appendAudit(transaction, {
      requestId: proposal.id,
      actor: 'system:proposals',
      action: `proposal.${step.state}`,
      outcome: step.state === 'failed' ? 'failed' : 'succeeded',
      target: { proposal: proposal.id, repository: proposal.repository, pullNumber: proposal.pullNumber },
      details: { ...step.details, title: proposal.title },
    })
  }
  await tell(transaction, proposal)
  return changes.state
}

/** The steps the audit log is told. One look may find a merge and what CI made of it: the merge is told all the same, with who and what. */
function stepsTold(before: ProposalState, changes: Changes, proposal: StoredProposal): { state: ProposalState; details: JsonObject }[] {
  if (changes.state === before) return []
  const mergeSha = typeof changes.mergeSha === 'string' ? changes.mergeSha : proposal.mergeSha
  const mergedBy = typeof changes.mergedBy === 'string' ? changes.mergedBy : proposal.mergedBy
  const merged = { ...(mergeSha === null ? {} : { mergeSha }), ...(mergedBy === null ? {} : { mergedBy }) }
  if (changes.state === 'merged') return [{ state: 'merged', details: { before, ...merged } }]
  const foundMerged = proposal.mergeSha === null && mergeSha !== null
  return [
    ...(foundMerged ? [{ state: 'merged' as const, details: { before, ...merged } }] : []),
    { state: changes.state, details: { before: foundMerged ? 'merged' : before } },
  ]
}

/** Tells every process that a proposal changed, when the transaction commits. */
export async function tell(
  transaction: Transaction,
  proposal: { id: string; resources: { cluster: string; namespace: string }[] },
): Promise<void> {
  const [first] = proposal.resources
  const namespaces = [...new Set(proposal.resources.map(({ namespace }) => namespace))]
  await notify(transaction, { scope: 'proposals', id: proposal.id, ...(first ? { cluster: first.cluster } : {}), namespaces })
}

function pullFact(proposal: StoredProposal, pull: PullRequest | undefined): ProposalFacts['pull'] {
  if (pull) return pull.merged ? 'merged' : pull.state
  if (proposal.mergeSha) return 'merged'
  return proposal.pullNumber === null ? 'none' : 'open'
}

/** A check as it is kept. `updatedAt` moves only when something else did. */
function viewOf(check: Check | undefined, kept: CheckView | null, at: Date): CheckView | null {
  if (!check) return kept
  const summary = check.summary?.slice(0, longestSummary) ?? null
  const fresh = { status: check.status, conclusion: check.conclusion, summary, url: check.url }
  const same = kept && sameJson(fresh, { status: kept.status, conclusion: kept.conclusion, summary: kept.summary, url: kept.url })
  return same ? kept : { ...fresh, updatedAt: at.toISOString() }
}

function indexFact(proposal: StoredProposal, index: Index, mergeSha: string | null, applied: boolean): ProposalFacts['resources'] {
  if (!mergeSha) return 'unknown'
  const resources = proposal.resources.map((resource) => ({
    action: resourceOf(resource).action,
    indexed: index.get(addressOf(resource)) ?? null,
  }))
  return resourcesFact({ id: proposal.id, mergeSha, applied }, resources)
}

/** What the index has, by address. */
type Index = Map<string, IndexedResource & { headline: string }>

/** What the index has of some resources, by address; those that are gone are left out. */
export async function indexedResources(transaction: Transaction, addresses: ResourceAddress[]): Promise<Index> {
  if (addresses.length === 0) return new Map()
  const rows = await transaction.resource.findMany({
    where: { deletedAt: null, OR: addresses.map(({ cluster, namespace, kind, name }) => ({ cluster, namespace, kind, name })) },
    select: {
      cluster: true,
      namespace: true,
      kind: true,
      name: true,
      state: true,
      headline: true,
      commit: true,
      proposalId: true,
      generation: true,
      observedGeneration: true,
    },
  })
  return new Map(rows.map((row) => [addressOf(row), row]))
}
