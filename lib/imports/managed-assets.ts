/**
 * What stands for cloud resources already: live objects of the index, and resources of proposals that are not finished, on whatever cluster. Both
 * by the identity of the cloud resource (lib/mapping/live-identity.ts), so names in the cluster do not matter.
 */
import { setImmediate as letOthers } from 'node:timers/promises'
import { Prisma } from '#db/client.ts'
import type { Transaction } from '#lib/database/client.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { type IdentityContext, liveIdentity } from '#lib/mapping/live-identity.ts'
import { resourceTitle } from '#lib/proposals/change-identity.ts'
import { filesOf } from '#lib/proposals/stored-proposal.ts'
import type { ImportRow } from './contract.ts'

export interface Managed {
  by: NonNullable<ImportRow['managedBy']>
  reason: 'managed' | 'proposed'
  /** A sentence: who stands for it, and where in Git. */
  message: string
}

export interface ManagedQuestion {
  /** The cluster of the run: its own resources come before those of others. */
  cluster: string
  /** The cloud project by all its names; null: everything. */
  within: { names: string[] } | null
  projectIds: ReadonlyMap<string, string>
}

interface LiveRow {
  id: string
  cluster: string
  namespace: string
  kind: string
  name: string
  repository: string | null
  path: string | null
  object: string
}

const batch = 2_000
const turnMs = 12

/** Cloud resources that have a resource already, by identity. Live ones come before proposed ones, the run's own cluster before others. */
export async function managedAssets(db: Transaction, question: ManagedQuestion): Promise<Map<string, Managed>> {
  const projects = await db.project.findMany({ select: { cluster: true, namespace: true, gcpProject: true } })
  const gcpProjects = new Map(projects.map(({ cluster, namespace, gcpProject }) => [`${cluster}/${namespace}`, gcpProject ?? namespace]))
  const names = question.within?.names
  const standing = names && projects.filter(({ namespace, gcpProject }) => names.includes(gcpProject ?? namespace))
  const live = new Map<string, { row: LiveRow; object: JsonObject }>()
  for await (const row of liveRows(db, names, standing)) {
    const object: unknown = JSON.parse(row.object)
    if (isObject(object)) live.set(`${row.cluster}/${textAt(object, 'kind')}/${row.namespace}/${row.name}`, { row, object })
  }
  const contextOf = (cluster: string): IdentityContext => ({
    projectIds: question.projectIds,
    projectOfNamespace: (namespace) => gcpProjects.get(`${cluster}/${namespace}`),
    manifestNamed: (kind, namespace, name) => live.get(`${cluster}/${kind}/${namespace}/${name}`)?.object,
  })
  const found = new Map<string, Managed>()
  const note = (identity: string, one: Managed): void => {
    const before = found.get(identity)
    const isBetter = !before || before.reason === 'proposed' || before.by.cluster !== question.cluster
    if (isBetter) found.set(identity, one)
  }
  // anybody may propose a manifest that names a cloud project which is not theirs: only the namespaces that stand for it count
  const counts = standing && new Set(standing.map(({ cluster, namespace }) => `${cluster}/${namespace}`))
  for (const [identity, one] of await proposedResources(db, contextOf))
    if (!counts || counts.has(`${one.by.cluster}/${one.by.namespace}`)) note(identity, one)
  const contexts = new Map<string, IdentityContext>()
  let turnBegan = performance.now()
  for (const { row, object } of live.values()) {
    const context = contexts.get(row.cluster) ?? contextOf(row.cluster)
    contexts.set(row.cluster, context)
    const identity = liveIdentity(object, context)
    if (identity !== undefined) note(identity, managedBy(question.cluster, row))
    if (performance.now() - turnBegan < turnMs) continue
    await letOthers()
    turnBegan = performance.now()
  }
  return found
}

function managedBy(own: string, { cluster, namespace, kind, name, repository, path }: LiveRow): Managed {
  const where = repository === null ? 'It does not say where in Git it comes from' : `Its manifest is ${path ?? ''} in ${repository}`
  return {
    by: { cluster, namespace, kind, name, repository, path },
    reason: 'managed',
    message: `${resourceTitle(kind, name)} in ${namespace}${cluster === own ? '' : ` on ${cluster}`} stands for it already. ${where}.`,
  }
}

/** Live objects that may concern the question, with what an identity is made of. */
async function* liveRows(
  db: Transaction,
  names: string[] | undefined,
  standing: { cluster: string; namespace: string }[] | undefined,
): AsyncGenerator<LiveRow> {
  const mentions = (names ?? []).map((name) => Prisma.sql`strpos(o."object"::text, ${JSON.stringify(name).slice(1, -1)}) > 0`)
  const inside = (standing ?? []).map(({ cluster, namespace }) => Prisma.sql`(r."cluster" = ${cluster} AND r."namespace" = ${namespace})`)
  const concerns = names ? Prisma.sql`AND (${Prisma.join([...inside, ...mentions], ' OR ')})` : Prisma.empty
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await db.$queryRaw<LiveRow[]>`
      SELECT r."id", r."cluster", r."namespace", r."kind", r."name", r."repository", r."path", jsonb_build_object(
        'apiVersion', o."object"->'apiVersion', 'kind', o."object"->'kind', 'spec', o."object"->'spec',
        'metadata', jsonb_build_object('name', r."name", 'namespace', r."namespace", 'annotations', o."object"->'metadata'->'annotations'))::text AS "object"
      FROM "resource" r JOIN "resource_object" o ON o."resourceId" = r."id"
      WHERE r."deletedAt" IS NULL AND r."id" > ${after}::uuid ${concerns}
      ORDER BY r."id" LIMIT ${batch}`
    yield* rows
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last.id
  }
}

/** Resources that unfinished proposals would create, out of their files. */
async function proposedResources(db: Transaction, contextOf: (cluster: string) => IdentityContext): Promise<[string, Managed][]> {
  const proposals = await db.proposal.findMany({
    where: { resources: { some: { open: true, action: { not: 'delete' } } } },
    select: { title: true, repository: true, files: true, resources: { where: { open: true } } },
    orderBy: { createdAt: 'asc' },
  })
  return proposals.flatMap((proposal) =>
    filesOf(proposal).flatMap(({ path, after }) =>
      documentsOf(after).flatMap((document): [string, Managed][] => {
        const resource = proposal.resources.find(
          ({ namespace, kind, name }) =>
            name === textAt(document, 'metadata', 'name') &&
            namespace === (textAt(document, 'metadata', 'namespace') ?? namespace) &&
            kind === `${textAt(document, 'kind')}.${textAt(document, 'apiVersion')?.split('/')[0]}`,
        )
        const identity = resource && liveIdentity(document, contextOf(resource.cluster))
        if (identity === undefined || !resource) return []
        const { cluster, namespace, kind, name } = resource
        const message = `The proposal “${proposal.title}” brings it in as ${resourceTitle(kind, name)}; it is not in the cluster yet.`
        return [[identity, { by: { cluster, namespace, kind, name, repository: proposal.repository, path }, reason: 'proposed', message }]]
      }),
    ),
  )
}

function documentsOf(text: string | null): JsonObject[] {
  if (text === null) return []
  try {
    return parseManifestFile(text).documents.flatMap(({ value }) => (isObject(value) ? [value] : []))
  } catch {
    return [] // a file that cannot be read stands for nothing
  }
}
