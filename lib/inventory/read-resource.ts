/** One resource: as it is now, read with the person's own token, and its history. */
import type { Prisma } from '#db/client.ts'
import { canReadProject } from '#lib/access/visible-projects.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { type CorbelError, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable } from '#lib/errors.ts'
import { commitUrl, fileUrl } from '#lib/forge/forge.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { isId } from '#lib/ids.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { fieldOwners } from '#lib/manifest/live-additions.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { explainReadiness } from '#lib/readiness/explain-readiness.ts'
import type { ConditionView, HistoryPage, ProposalLink, ResourceDetail, RevisionView } from './contract.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { indexGaps } from './gaps.ts'
import { type IndexedObject, indexedObject } from './indexed-object.ts'
import { rowView } from './resource-rows.ts'

/** `namespace` is `-` for cluster-wide kinds, in addresses as here. */
export interface ResourceAddress {
  cluster: string
  namespace: string
  kind: string
  name: string
}

const stored = ({ cluster, namespace, kind, name }: ResourceAddress) => ({
  cluster_kind_namespace_name: { cluster, kind, namespace: namespace === '-' ? '' : namespace, name },
})

/** The row with its object. Throws NotFound, whether it does not exist or the person may not know that it does. */
export async function findRow(address: ResourceAddress, actor: Actor) {
  const allowed = await canReadProject(actor, address.cluster, address.namespace === '-' ? '' : address.namespace, address.kind)
  const row = allowed ? await database().resource.findUnique({ where: stored(address), include: { object: true } }) : null
  if (row) return row
  const [kindName] = address.kind.split('.')
  throw new NotFound(
    `${kindName} "${address.name}" is not in ${address.namespace} on ${address.cluster}, or you may not see it. The team that owns the project can let you.`,
  )
}

/** The resource with everything its page shows. Falls back to the index, saying so, while the cluster does not answer. */
export async function resourceDetail(address: ResourceAddress, actor: Actor): Promise<ResourceDetail> {
  const row = await findRow(address, actor)
  const [{ object, live, liveProblem, asOf }, proposals, gaps] = await Promise.all([
    readLive(address, row, actor),
    proposalsOf(address),
    indexGaps(database(), [], { clusters: [address.cluster], kinds: [address.kind] }),
  ])
  const indexed = indexedObject(object)
  // messages of operators may quote what is secret, so words are made of the redacted object
  const readiness = explainReadiness(indexed.object, new Date().toISOString())
  return {
    row: rowView({ ...row, state: row.deletedAt && !live ? row.state : readiness.state, headline: readiness.headline }),
    object: indexed.object,
    owners: live ? fieldOwners(object) : [],
    live,
    liveProblem,
    asOf,
    readiness: {
      state: readiness.state,
      headline: readiness.headline,
      reason: readiness.reason ?? null,
      since: instant(readiness.since),
      advice: readiness.advice,
      dependency: readiness.dependency
        ? { kind: readiness.dependency.kind, name: readiness.dependency.name, namespace: readiness.dependency.namespace ?? null }
        : null,
    },
    conditions: conditionsOf(indexed.object),
    git: gitOf(indexed),
    proposals,
    gaps,
  }
}

interface Read {
  object: JsonObject
  live: boolean
  liveProblem: string | null
  asOf: string
}

async function readLive(
  { cluster, namespace, kind, name }: ResourceAddress,
  row: { object: { object: unknown } | null; deletedAt: Date | null; updatedAt: Date; kindName: string },
  actor: Actor,
): Promise<Read> {
  const fromIndex = (liveProblem: string): Read => {
    const object = row.object?.object
    return { object: isObject(object) ? object : {}, live: false, liveProblem, asOf: row.updatedAt.toISOString() }
  }
  if (row.deletedAt) return fromIndex(`${row.kindName} "${name}" was deleted. This is how it was last seen.`)
  const served = await database().kind.findUnique({
    where: { cluster_key: { cluster, key: kind } },
    select: { group: true, version: true, plural: true, namespaced: true },
  })
  if (!served) return fromIndex(`${row.kindName} is no longer offered on ${cluster}. This is how it was last seen.`)
  const { group, version, plural, namespaced } = served
  try {
    const calls = clusterNamed(cluster).as({ token: await clusterToken(actor) })
    const at = { apiVersion: `${group}/${version}`, kind: row.kindName, plural, namespaced, name }
    const { value } = await calls.get(namespaced ? { ...at, namespace } : at)
    return { object: value, live: true, liveProblem: null, asOf: new Date().toISOString() }
  } catch (error) {
    if (error instanceof Forbidden) throw error // the cluster's word holds for the index too
    if (error instanceof NotFound) return fromIndex(`${row.kindName} "${name}" was deleted just now. This is how it was last seen.`)
    if (error instanceof Unavailable || error instanceof Unauthenticated)
      return fromIndex(`${(error satisfies CorbelError).message} This is how it was last seen.`)
    throw error
  }
}

function conditionsOf(object: JsonObject): (typeof ConditionView)['_output'][] {
  const conditions = valueAt(object, ['status', 'conditions'])
  return (Array.isArray(conditions) ? conditions.filter(isObject) : []).map((condition) => ({
    type: textAt(condition, 'type') ?? 'Unknown',
    status: textAt(condition, 'status') ?? 'Unknown',
    reason: textAt(condition, 'reason') ?? null,
    message: textAt(condition, 'message') ?? null,
    since: instant(textAt(condition, 'lastTransitionTime')),
  }))
}

/** Operators write what they like where a time belongs. */
const instant = (text: string | undefined): string | null => {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

function gitOf({ repository, path, commit }: IndexedObject): ResourceDetail['git'] {
  if (!repository || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return null
  return {
    repository,
    path,
    commit,
    fileUrl: path && commit ? fileUrl(repository, commit, path) : null,
    commitUrl: commit ? commitUrl(repository, commit) : null,
  }
}

const linkColumns = {
  id: true,
  title: true,
  state: true,
  pullNumber: true,
  pullUrl: true,
  createdAt: true,
  requestedBy: { select: { username: true } },
} as const

interface LinkRow {
  id: string
  title: string
  state: string
  pullNumber: number | null
  pullUrl: string | null
  createdAt: Date
  requestedBy: { username: string }
}
const linkOf = ({ requestedBy, createdAt, ...row }: LinkRow): ProposalLink => ({
  ...row,
  requestedBy: requestedBy.username,
  createdAt: createdAt.toISOString(),
})

const ofResource = ({ cluster, namespace, kind, name }: ResourceAddress) => ({
  cluster,
  namespace: namespace === '-' ? '' : namespace,
  kind,
  name,
})

/** The ids of proposals are made by browsers and say nothing about time. */
const newestProposal = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]

async function proposalsOf(address: ResourceAddress): Promise<ProposalLink[]> {
  const rows = await database().proposal.findMany({
    where: { resources: { some: ofResource(address) } },
    orderBy: newestProposal,
    take: 20,
    select: linkColumns,
  })
  return rows.map(linkOf)
}

/** The history of a resource, newest first. Throws NotFound and Invalid as above. */
export async function history(
  address: ResourceAddress,
  query: { limit: number; cursor?: string | undefined },
  actor: Actor,
): Promise<HistoryPage> {
  const { id: resourceId, repository } = await findRow(address, actor)
  const after = query.cursor ? afterRevision(query.cursor) : {}
  const rows = await database().revision.findMany({
    where: { resourceId, ...after },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  })
  const page = rows.slice(0, query.limit)
  const proposals = await database().proposal.findMany({
    // a manifest may name any proposal in its annotations; only those about this resource are shown
    where: { id: { in: page.flatMap(({ proposalId }) => proposalId ?? []) }, resources: { some: ofResource(address) } },
    select: linkColumns,
  })
  const links = new Map(proposals.map((row) => [row.id, linkOf(row)]))
  const items = page.map((row): RevisionView => {
    // what break-glass wrote came from no commit: the annotations still name the one that was applied before
    const commit = row.manager === breakGlassManager ? null : row.commit
    const proposalId = row.manager === breakGlassManager ? null : row.proposalId
    return {
      id: row.id,
      at: row.at.toISOString(),
      change: changeOf(row.change),
      generation: row.generation,
      fields: fieldsOf(row.fields),
      manager: row.manager,
      state: row.state,
      reason: row.reason,
      message: row.message,
      commit,
      commitUrl: commit && repository ? commitUrl(repository, commit) : null,
      proposal: (proposalId && links.get(proposalId)) || null,
    }
  })
  const last = page.at(-1)
  return { items, nextCursor: rows.length > query.limit && last ? writeCursor('history', [last.at.toISOString(), last.id]) : null }
}

/** The revisions that follow the one at which a page ended. Throws Invalid. */
function afterRevision(cursor: string): Prisma.RevisionWhereInput {
  const [at = '', id = ''] = readCursor(cursor, 'history', 2)
  const time = new Date(at)
  if (Number.isNaN(time.getTime()) || !isId(id)) throw new Invalid('The history cannot go on from here. Load it again from the start.')
  return { OR: [{ at: { lt: time } }, { at: time, id: { lt: id } }] }
}

const changeOf = (text: string): RevisionView['change'] =>
  text === 'created' || text === 'spec' || text === 'condition' || text === 'deleted' ? text : 'metadata'

function fieldsOf(fields: unknown): RevisionView['fields'] {
  if (!Array.isArray(fields)) return []
  return fields.filter(isObject).map(({ path, before, after }: { [key: string]: Json }) => ({
    path: (Array.isArray(path) ? path : []).filter((key) => typeof key === 'string' || typeof key === 'number'),
    before,
    after,
  }))
}
