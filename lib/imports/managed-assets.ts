/**
 * What stands for cloud resources already: live objects of the cluster's index, and resources of proposals that are not finished. Both by the
 * identity of the cloud resource (lib/mapping/live-identity.ts), so names in the cluster do not matter.
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
  cluster: string
  /** The cloud project by all its names, and the namespaces that stand for it; null: everything on the cluster. */
  within: { names: string[]; namespaces: string[] } | null
  projectIds: ReadonlyMap<string, string>
}

interface LiveRow {
  id: string
  namespace: string
  kind: string
  name: string
  repository: string | null
  path: string | null
  object: string
}

const batch = 2_000
const turnMs = 12

/** Cloud resources that have a resource already, by identity. Resources of the cluster come before those that are only proposed. */
export async function managedAssets(db: Transaction, question: ManagedQuestion): Promise<Map<string, Managed>> {
  const { cluster } = question
  const projects = await db.project.findMany({ where: { cluster }, select: { namespace: true, gcpProject: true } })
  const gcpProjects = new Map(projects.map(({ namespace, gcpProject }) => [namespace, gcpProject ?? namespace]))
  const live = new Map<string, { row: LiveRow; object: JsonObject }>()
  for await (const row of liveRows(db, question)) {
    const object: unknown = JSON.parse(row.object)
    if (isObject(object)) live.set(`${textAt(object, 'kind')}/${row.namespace}/${row.name}`, { row, object })
  }
  const context: IdentityContext = {
    projectIds: question.projectIds,
    projectOfNamespace: (namespace) => gcpProjects.get(namespace),
    manifestNamed: (kind, namespace, name) => live.get(`${kind}/${namespace}/${name}`)?.object,
  }
  const found = new Map<string, Managed>()
  for (const proposed of await proposedResources(db, cluster, context)) found.set(...proposed)
  let turnBegan = performance.now()
  for (const { row, object } of live.values()) {
    const identity = liveIdentity(object, context)
    if (identity !== undefined) found.set(identity, managedBy(cluster, row))
    if (performance.now() - turnBegan < turnMs) continue
    await letOthers()
    turnBegan = performance.now()
  }
  return found
}

function managedBy(cluster: string, { namespace, kind, name, repository, path }: LiveRow): Managed {
  const where = repository === null ? 'It does not say where in Git it comes from' : `Its manifest is ${path ?? ''} in ${repository}`
  return {
    by: { cluster, namespace, kind, name, repository, path },
    reason: 'managed',
    message: `${resourceTitle(kind, name)} in ${namespace} stands for it already. ${where}.`,
  }
}

/** Live objects that may concern the question, with what an identity is made of. */
async function* liveRows(db: Transaction, { cluster, within }: ManagedQuestion): AsyncGenerator<LiveRow> {
  const concerns = within
    ? Prisma.sql`AND (r."namespace" = ANY(${within.namespaces}::text[]) OR ${Prisma.join(
        within.names.map((name) => Prisma.sql`strpos(o."object"::text, ${JSON.stringify(name).slice(1, -1)}) > 0`),
        ' OR ',
      )})`
    : Prisma.empty
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await db.$queryRaw<LiveRow[]>`
      SELECT r."id", r."namespace", r."kind", r."name", r."repository", r."path", jsonb_build_object(
        'apiVersion', o."object"->'apiVersion', 'kind', o."object"->'kind', 'spec', o."object"->'spec',
        'metadata', jsonb_build_object('name', r."name", 'namespace', r."namespace", 'annotations', o."object"->'metadata'->'annotations'))::text AS "object"
      FROM "resource" r JOIN "resource_object" o ON o."resourceId" = r."id"
      WHERE r."cluster" = ${cluster} AND r."deletedAt" IS NULL AND r."id" > ${after}::uuid ${concerns}
      ORDER BY r."id" LIMIT ${batch}`
    yield* rows
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last.id
  }
}

/** Resources that unfinished proposals would create, out of their files. */
async function proposedResources(db: Transaction, cluster: string, context: IdentityContext): Promise<[string, Managed][]> {
  const proposals = await db.proposal.findMany({
    where: { resources: { some: { cluster, open: true, action: { not: 'delete' } } } },
    select: { title: true, repository: true, files: true, resources: { where: { cluster, open: true } } },
    orderBy: { createdAt: 'asc' },
  })
  return proposals.flatMap((proposal) =>
    filesOf(proposal).flatMap(({ path, after }) =>
      documentsOf(after).flatMap((document): [string, Managed][] => {
        const identity = liveIdentity(document, context)
        const resource = proposal.resources.find(
          ({ namespace, kind, name }) =>
            name === textAt(document, 'metadata', 'name') &&
            namespace === (textAt(document, 'metadata', 'namespace') ?? namespace) &&
            kind === `${textAt(document, 'kind')}.${textAt(document, 'apiVersion')?.split('/')[0]}`,
        )
        if (identity === undefined || !resource) return []
        const { namespace, kind, name } = resource
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
