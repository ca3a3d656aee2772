/** Which open proposals change a resource already: a second one is only started on purpose. */
import { createHash } from 'node:crypto'
import { canProposeIn } from '#lib/access/visible-projects.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { resourceTitle } from './change-identity.ts'
import type { OpenProposal } from './contract.ts'
import type { ProposedResource } from './pull-request-text.ts'
import { mayRead } from './read-proposals.ts'
import { addressOf, type ResourceAddress } from './resource-address.ts'
import { type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/** The open proposals of each resource, oldest first, by address. */
async function openProposals(transaction: Transaction, resources: ResourceAddress[]): Promise<Map<string, StoredProposal[]>> {
  const found = new Map<string, StoredProposal[]>()
  if (resources.length === 0) return found
  const rows = await transaction.proposalResource.findMany({
    where: { open: true, OR: resources.map(({ cluster, namespace, kind, name }) => ({ cluster, namespace, kind, name })) },
    include: { proposal: { include: withParts } },
    orderBy: { id: 'asc' },
  })
  for (const row of rows) found.set(addressOf(row), [...(found.get(addressOf(row)) ?? []), row.proposal])
  return found
}

/** The same as a person sees them. */
export async function openProposalsFor(resources: ResourceAddress[], actor: Actor): Promise<Map<string, OpenProposal[]>> {
  const found = await openProposals(database(), resources)
  const shown = new Map<string, OpenProposal[]>()
  for (const [address, proposals] of found) {
    shown.set(
      address,
      await Promise.all(proposals.map(async (proposal) => ({ ...viewOf(proposal), extendable: await mayExtend(proposal, actor) }))),
    )
  }
  return shown
}

const viewOf = ({ id, title, pullNumber, pullUrl, requestedBy }: StoredProposal): Omit<OpenProposal, 'extendable'> => ({
  id,
  title,
  pullNumber,
  pullUrl,
  requestedBy: requestedBy.name,
})

/** Whether a person may add a commit to a proposal: its pull request is open, and everything in it is theirs to propose. */
export async function mayExtend(proposal: StoredProposal, actor: Actor): Promise<boolean> {
  return stateOf(proposal) === 'open' && (await mayRead(proposal, actor)) && (await mayPropose(proposal.resources, actor))
}

/** Whether a person may propose changes of all of these. */
export async function mayPropose(resources: { cluster: string; namespace: string; kind: string }[], actor: Actor): Promise<boolean> {
  for (const { cluster, namespace, kind } of resources) if (!(await canProposeIn(actor, cluster, namespace, kind))) return false
  return resources.length > 0
}

/**
 * Holds resources until the transaction ends, so that of two people who propose the same one at once the second sees the first. Throws
 * Conflict with `details.proposal` where an open proposal has one of them that is not among `known`. Returns the addresses that have one.
 */
export async function claimResources(
  transaction: Transaction,
  resources: ProposedResource[],
  known: ReadonlySet<string>,
): Promise<Set<string>> {
  // one order for everybody: nobody waits for somebody who waits for them
  const keys = [...new Set(resources.map(lockKey))].sort()
  await transaction.$queryRaw`SELECT pg_advisory_xact_lock(key)::text AS held FROM unnest(${keys}::bigint[]) AS key`
  const open = await openProposals(transaction, resources)
  for (const resource of resources) {
    const other = open.get(addressOf(resource))?.find(({ id }) => !known.has(id))
    if (!other) continue
    throw new Conflict(
      `${other.requestedBy.name} has an open proposal for ${resourceTitle(resource.kind, resource.name)} already: "${other.title}". Add a commit to it, or say that yours is to stand beside it.`,
      { proposal: viewOf(other) },
    )
  }
  return new Set(open.keys())
}

const lockKey = (resource: ResourceAddress): string =>
  createHash('sha256')
    .update(`proposal ${addressOf({ cluster: resource.cluster, namespace: resource.namespace, kind: resource.kind, name: resource.name })}`)
    .digest()
    .readBigInt64BE()
    .toString()
