/**
 * What a resource refers to, and what refers to it: for its page, and before it is deleted, renamed or moved.
 *
 * Both ends are cut to what the person may see. Of dependents in projects they may not see only the number is told: whoever may see a
 * resource must be able to know that others rely on it before it goes, and a number names neither project nor team nor resource. Of a
 * reference that leads where the person may not look it is not even told whether something is there.
 */
import { Prisma } from '#db/client.ts'
import { covers, type Grant } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { type Database, database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isObject, type Json, type JsonPath, textAt } from '#lib/json.ts'
import type { Dependent, ReferredResource, ResourceRelations } from './contract.ts'
import { findRow, type ResourceAddress } from './read-resource.ts'
import { visibleRows } from './resource-conditions.ts'
import { type ListedRow, listedColumns, rowView } from './resource-rows.ts'
import type { StoredReference } from './stored-references.ts'

/** Up to how many dependents are counted exactly. */
const countedTo = 10_000
/** How many references of one resource are looked up. */
const shownReferences = 300

/** The relations of a resource. Throws NotFound, whether it does not exist or the person may not know that it does. */
export async function resourceRelations(address: ResourceAddress, limit: number, actor: Actor): Promise<ResourceRelations> {
  const row = await findRow(address, actor)
  const object: unknown = row.object?.object
  const { clusters } = await visibleProjects(actor)
  return relationsWithin(database(), { ...row, object: isObject(object) ? object : {} }, clusters, limit)
}

/** What is needed of a resource to find its relations. */
export interface RelatedResource {
  id: string
  cluster: string
  namespace: string
  kind: string
  kindName: string
  name: string
  state: string
  referencesOf: string | null
  /** As stored: says under which name and in which project the cloud knows it. */
  object: Json
}

/** The relations under given grants; for measurements too. */
export async function relationsWithin(db: Database, of: RelatedResource, grants: Grant[], limit: number): Promise<ResourceRelations> {
  const [dependents, refersTo] = await Promise.all([dependentsOf(db, of, grants, limit), referredBy(db, of, grants)])
  return { ...dependents, refersTo, collected: of.referencesOf !== null }
}

/**
 * The conditions on rows of `resource_reference` that mean the resource: `byName`, or also by an external value that names it. Whoever
 * writes a manifest chooses what it is called in the cloud, its name in the namespace is nobody else's.
 */
async function meaning(db: Database, of: RelatedResource): Promise<{ means: Prisma.Sql; byName: Prisma.Sql }> {
  const project = await db.project.findUnique({
    where: { cluster_namespace: { cluster: of.cluster, namespace: of.namespace } },
    select: { gcpProject: true },
  })
  const gcpProject =
    textAt(of.object, 'metadata', 'annotations', 'cnrm.cloud.google.com/project-id') ??
    textAt(of.object, 'spec', 'projectRef', 'external')?.replace(/^projects\//, '') ??
    project?.gcpProject ??
    of.namespace
  const resourceId = textAt(of.object, 'spec', 'resourceID') ?? of.name
  const group = of.kind.slice(of.kind.indexOf('.') + 1)
  const kind = Prisma.sql`("targetKinds" = '{}' OR ${of.kindName} = ANY("targetKinds")) AND ("targetGroup" IS NULL OR "targetGroup" = ${group})`
  const byName = Prisma.sql`("targetPlace" = ${of.namespace} AND "targetName" = ${of.name} AND "cluster" = ${of.cluster} AND "external" IS NULL AND ${kind})`
  const means = Prisma.sql`(${byName}
    OR ("targetPlace" = ${`projects/${gcpProject}`} AND "targetName" = ${resourceId} AND "external" IS NOT NULL AND ${kind})
    OR ("targetPlace" = '' AND "targetName" = ${resourceId} AND "external" IS NOT NULL AND ${of.kindName} = ANY("targetKinds")))`
  return { means, byName }
}

/**
 * What refers to a resource. Of others in projects the person may not see, only that there are some: no number, which one could watch. And
 * by external values only of a resource that is ready: until then nobody knows that the name in the cloud is its own, and a manifest with
 * somebody else's would tell who uses that.
 */
async function dependentsOf(
  db: Database,
  of: RelatedResource,
  grants: Grant[],
  limit: number,
): Promise<Pick<ResourceRelations, 'dependents' | 'total' | 'hidden' | 'isLowerBound'>> {
  const { means, byName } = await meaning(db, of)
  const referringBy = (condition: Prisma.Sql) =>
    Prisma.sql`"id" IN (SELECT "resourceId" FROM "resource_reference" WHERE ${condition} LIMIT ${countedTo + 1})
      AND "deletedAt" IS NULL AND "id" <> ${of.id}::uuid`
  const order = Prisma.sql`"cluster" = ${of.cluster} DESC, "namespace" = ${of.namespace} DESC, "namespace", "kindName", "name"`
  const [rows, [others]] = await Promise.all([
    db.$queryRaw<(ListedRow & { seen: bigint })[]>`
      WITH referring AS MATERIALIZED (
        SELECT "id", "cluster", "namespace", "kindName", "name" FROM "resource" WHERE ${referringBy(means)} AND ${visibleRows(grants)}),
      shown AS (SELECT "id" AS "of", count(*) OVER () AS "seen" FROM referring ORDER BY ${order} LIMIT ${limit})
      SELECT ${listedColumns}, "seen" FROM shown JOIN "resource" ON "id" = "of" ORDER BY ${order}`,
    db.$queryRaw<{ exist: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM "resource" WHERE ${referringBy(of.state === 'ready' ? means : byName)} AND NOT ${visibleRows(grants)}) AS "exist"`,
  ])
  const total = Number(rows[0]?.seen ?? 0)
  // looked up by the few rows shown, not by all that match
  const places = await db.$queryRaw<{ resourceId: string; relation: string; path: JsonPath; external: string | null }[]>`
    SELECT "resourceId", "relation", "path", "external" FROM (
      SELECT * FROM "resource_reference" WHERE "resourceId" = ANY(${rows.map(({ id }) => id)}::uuid[]) OFFSET 0) AS own
    WHERE ${means} ORDER BY "resourceId", "ordinal"`
  const dependents = rows.map((row): Dependent => {
    const own = places.filter(({ resourceId }) => resourceId === row.id)
    const references = own.filter(({ relation }) => relation === 'reference')
    return {
      row: rowView(row),
      owned: own.length > references.length,
      places: references.map(({ path, external }) => ({ path, external })),
    }
  })
  return { dependents, total, hidden: others?.exist ?? false, isLowerBound: total >= countedTo }
}

async function referredBy(db: Database, of: RelatedResource, grants: Grant[]): Promise<ReferredResource[]> {
  const rows = await db.$queryRaw<StoredReference[]>`
    SELECT "relation", "path", "targetKinds", "targetGroup", "targetPlace", "targetName", "external" FROM "resource_reference"
    WHERE "resourceId" = ${of.id}::uuid ORDER BY "ordinal" LIMIT ${shownReferences}`
  if (rows.length === 0) return []
  const projects = [...new Set(rows.flatMap(({ targetPlace }) => /^projects\/(.*)$/.exec(targetPlace)?.[1] ?? []))]
  const [kinds, places] = await Promise.all([
    db.kind.findMany({
      where: { kind: { in: [...new Set(rows.flatMap(({ targetKinds }) => targetKinds))] }, NOT: { state: 'gone' } },
      select: { cluster: true, key: true, kind: true, group: true },
    }),
    projects.length === 0
      ? []
      : db.project.findMany({ where: { gcpProject: { in: projects } }, select: { cluster: true, namespace: true, gcpProject: true } }),
  ])
  const looked = rows.map((row) => {
    const candidates = kinds.filter(
      ({ kind, group }) => row.targetKinds.includes(kind) && (row.targetGroup === null || group === row.targetGroup),
    )
    const namespaces =
      row.external === null
        ? [{ cluster: of.cluster, namespace: row.targetPlace }]
        : places.filter(({ gcpProject }) => row.targetPlace === `projects/${gcpProject}`)
    const addresses = namespaces.flatMap(({ cluster, namespace }) =>
      candidates.filter((kind) => kind.cluster === cluster).map(({ key }) => ({ cluster, kind: key, namespace, name: row.targetName })),
    )
    return { row, addresses, visible: addresses.filter(({ cluster, kind, namespace }) => covers(grants, cluster, namespace, kind)) }
  })
  const found = await rowsAt(
    db,
    looked.flatMap(({ visible }) => visible),
  )
  return looked.map(({ row, addresses, visible }): ReferredResource => {
    const hit = visible.map((address) => found.get(addressKey(address))).find((each) => each !== undefined)
    return {
      owner: row.relation === 'owner',
      path: row.path,
      kinds: row.targetKinds,
      namespace: row.external === null ? row.targetPlace : null,
      name: row.targetName,
      external: row.external,
      status: statusOf(row, addresses.length, visible.length, hit !== undefined),
      row: hit ? rowView(hit) : null,
    }
  })
}

function statusOf({ external }: StoredReference, candidates: number, visible: number, found: boolean): ReferredResource['status'] {
  if (external !== null) return 'external'
  if (found) return 'found'
  if (candidates === 0) return 'unchecked'
  return visible === candidates ? 'missing' : 'hidden'
}

interface Address {
  cluster: string
  kind: string
  namespace: string
  name: string
}

const addressKey = ({ cluster, kind, namespace, name }: Address): string => JSON.stringify([cluster, kind, namespace, name])

async function rowsAt(db: Database, addresses: Address[]): Promise<Map<string, ListedRow>> {
  if (addresses.length === 0) return new Map()
  const rows = await db.$queryRaw<ListedRow[]>`
    SELECT ${listedColumns} FROM "resource" WHERE "deletedAt" IS NULL AND ("cluster", "kind", "namespace", "name") IN (
      SELECT "cluster", "kind", "namespace", "name"
      FROM jsonb_to_recordset(${JSON.stringify(addresses)}::jsonb) AS wanted("cluster" text, "kind" text, "namespace" text, "name" text))`
  return new Map(rows.map((row) => [addressKey(row), row]))
}
