/** Lists of proposals and one proposal, with what the index knows of their resources now. */
import type { Prisma } from '#db/client.ts'
import { coveredResources, covers, type Grant } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, Invalid, NotFound } from '#lib/errors.ts'
import { commitUrl } from '#lib/forge/forge.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isId } from '#lib/ids.ts'
import { isKustomization } from '#lib/manifest/kustomization.ts'
import { splitKindKey } from './change-identity.ts'
import type { Proposal, ProposalDetail, ProposalPage, ProposalQuery } from './contract.ts'
import { indexedResources } from './move-proposal.ts'
import { documentOf } from './place-change.ts'
import { redactedDiff } from './redacted-diff.ts'
import { addressOf, type ResourceAddress } from './resource-address.ts'
import { checkOf, filesOf, resourceOf, type StoredProposal, stateOf, withParts } from './stored-proposal.ts'

/** Proposals, newest first. `mine` are the person's own; the others are cut to the projects the person may see. */
export async function listProposals(query: ProposalQuery, actor: Actor): Promise<ProposalPage> {
  const conditions: Prisma.ProposalWhereInput[] = [await scopeOf(query.who, actor)]
  if (query.state.length > 0) conditions.push({ state: { in: query.state } })
  if (query.namespace !== undefined) conditions.push({ resources: { some: { namespace: query.namespace } } })
  if (query.cursor !== undefined) conditions.push(olderThan(query.cursor))
  const rows = await database().proposal.findMany({
    where: { AND: conditions },
    include: withParts,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  })
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  return { items: await viewsOf(items, await sightOf(actor)), nextCursor: rows.length > query.limit && last ? cursorOf(last) : null }
}

async function scopeOf(who: ProposalQuery['who'], actor: Actor): Promise<Prisma.ProposalWhereInput> {
  if (who === 'mine') return { requestedById: actor.userId }
  const { clusters } = await visibleProjects(actor)
  const own: Prisma.ProposalWhereInput = { requestedById: actor.userId }
  if (who === 'all') return { OR: [own, ...visibleBy(clusters)] }
  const projects = await database().project.findMany({ where: { team: { in: actor.groups } }, select: { cluster: true, namespace: true } })
  const ofTeam = projects.map(({ cluster, namespace }): Prisma.ProposalWhereInput => ({ resources: { some: { cluster, namespace } } }))
  return { AND: [{ OR: [own, ...visibleBy(clusters)] }, { OR: [own, ...ofTeam] }] }
}

const visibleBy = (grants: Grant[]): Prisma.ProposalWhereInput[] =>
  coveredResources(grants).map((covered) => ({ resources: { some: covered } }))

const cursorOf = ({ createdAt, id }: { createdAt: Date; id: string }): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')

function olderThan(cursor: string): Prisma.ProposalWhereInput {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[] // checked in the next lines
    const createdAt = new Date(String(at))
    if (typeof id !== 'string' || !isId(id) || Number.isNaN(createdAt.getTime())) throw new SyntaxError(cursor)
    return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }
  } catch (error) {
    throw new Invalid('The list cannot go on from here. Load it again from the start.', [], { cause: error })
  }
}

/** One proposal with its difference. Throws NotFound where there is none, or none this person may see. */
export async function readProposal(id: string, actor: Actor): Promise<ProposalDetail> {
  const row = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!row || !(await mayRead(row, actor))) throw new NotFound('There is no such proposal, or you may not see its project.')
  const sees = await sightOf(actor)
  const [proposal] = await viewsOf([row], sees)
  if (!proposal) throw new NotFound('There is no such proposal.')
  const commits = await database().proposalCommit.findMany({
    where: { proposalId: id },
    include: { requestedBy: { select: { name: true } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  return {
    ...proposal,
    files: filesOf(row).map(({ path, before, after }) => ({
      path,
      // a kustomization names all files of its folder, and does not say whose they are
      diff: row.resources.some((resource) => !sees(row, resource) && (isKustomization(path) || standsIn([before, after], resource)))
        ? hiddenDiff
        : redactedDiff(before, after),
    })),
    commits: commits.map((commit) => ({
      id: commit.id,
      title: commit.title,
      requestedBy: commit.requestedBy.name,
      state: commit.state === 'added' || commit.state === 'failed' ? commit.state : 'waiting',
      problem: commit.problem,
      createdAt: commit.createdAt.toISOString(),
    })),
  }
}

/** Whether a person may see a proposal: their own, or one about what they may see. */
export async function mayRead(row: StoredProposal, actor: Actor): Promise<boolean> {
  if (row.requestedById === actor.userId || actor.auditor) return true
  const { clusters } = await visibleProjects(actor)
  return row.resources.some(({ cluster, namespace, kind }) => covers(clusters, cluster, namespace, kind))
}

/** What a person may see of a proposal's resources: all of their own ones, of others what the cluster lets them. */
type Sight = (proposal: StoredProposal, resource: ResourceAddress) => boolean

async function sightOf(actor: Actor): Promise<Sight> {
  if (actor.auditor) return () => true
  const { clusters } = await visibleProjects(actor)
  return (proposal, { cluster, namespace, kind }) => proposal.requestedById === actor.userId || covers(clusters, cluster, namespace, kind)
}

/** In a unified diff a line that begins with a backslash is a note. */
const hiddenDiff = '\\ This file holds resources of a project that you may not see, so its changes are not shown here.\n'

function standsIn(texts: (string | null)[], resource: ResourceAddress): boolean {
  try {
    return texts.some((text) => text !== null && documentOf(text, resource) !== undefined)
  } catch (error) {
    if (error instanceof CorbelError) return true // a file that cannot be read may hold anything
    throw error
  }
}

/** One proposal as the API gives it; the caller has checked who asks. */
export async function describeProposal(id: string): Promise<Proposal> {
  const row = await database().proposal.findUnique({ where: { id }, include: withParts })
  const [proposal] = row ? await viewsOf([row], () => true) : []
  if (!proposal) throw new NotFound('There is no such proposal.')
  return proposal
}

async function viewsOf(rows: StoredProposal[], sees: Sight): Promise<Proposal[]> {
  const indexed = await indexedResources(
    database(),
    rows.flatMap(({ resources }) => resources),
  )
  return rows.map((row) => ({
    id: row.id,
    state: stateOf(row),
    title: row.title,
    message: row.message,
    repository: row.repository,
    branch: row.branch,
    baseBranch: row.baseBranch,
    pullNumber: row.pullNumber,
    pullUrl: row.pullUrl,
    mergeSha: row.mergeSha,
    mergeUrl: row.mergeSha && commitUrl(row.repository, row.mergeSha),
    mergedBy: row.mergedBy,
    openedAs: row.openedAs === 'github-user' || row.openedAs === 'github-app' ? row.openedAs : null,
    requestedBy: { username: row.requestedBy.username, name: row.requestedBy.name },
    problem: row.problem,
    plan: checkOf(row.plan),
    apply: checkOf(row.apply),
    resources: row.resources.map((resource) => {
      const seen = sees(row, resource)
      const now = seen ? indexed.get(addressOf(resource)) : undefined
      return {
        ...resourceOf(resource),
        kindName: splitKindKey(resource.kind).kind,
        state: now?.state ?? null,
        headline: seen ? (now?.headline ?? null) : 'You may not see its state.',
      }
    }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    openedAt: row.openedAt?.toISOString() ?? null,
    mergedAt: row.mergedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }))
}
