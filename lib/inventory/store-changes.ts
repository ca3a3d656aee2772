/**
 * Writes what the collector saw into the index, a batch at a time and in few statements: rows, objects, revisions, kept
 * counters, and from where each kind's watch goes on. All of a batch or nothing, so a process killed here repeats the
 * batch and changes nothing by it: an object whose version is stored already is passed over.
 */
import { type Database, notify, type Ping, type Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { explainReadiness } from '#lib/readiness/explain-readiness.ts'
import { type IndexedObject, indexedObject, rowColumns } from './indexed-object.ts'
import { holdsLease, LeaseLost } from './lease.ts'
import { type RevisionDraft, revisionOf } from './revision-of.ts'
import { type ReferencePlan, referencePlans, writeReferences } from './stored-references.ts'

/** What happened to one object of a kind, or how far a kind's watch is. */
export type Change =
  | { type: 'seen' | 'deleted'; kind: string; kindName: string; raw: JsonObject; resourceVersion?: string | undefined }
  | { type: 'progress'; kind: string; resourceVersion: string }

export interface Holder {
  lease: string
  holder: string
}

interface StoredRow {
  id: string
  kind: string
  namespace: string
  name: string
  uid: string
  resourceVersion: string
  commit: string | null
  proposalId: string | null
  deleted: boolean
  referencesOf: string | null
  /** As text, because Prisma's JSON loses keys named __proto__: the next version would differ from it for ever. */
  object: string | null
}

/** The state of one resource while the batch is gone through. */
interface Working {
  id: string
  kind: string
  kindName: string
  stored: boolean
  live: IndexedObject | undefined
  /** As it was when it went: what the row of a deleted resource keeps showing. */
  last: IndexedObject | undefined
  /** The object as the database had it, and with which plan its references were taken. */
  before: JsonObject | undefined
  referencesOf: string | null
  touched: boolean
}

/** Stores a batch in the order in which it came. Throws LeaseLost where another process collects the cluster by now. */
export async function storeChanges(
  database: Database,
  cluster: string,
  changes: Change[],
  teams: ReadonlyMap<string, string | null>,
  lease?: Holder,
): Promise<void> {
  await database.$transaction(
    async (transaction) => {
      if (lease && !(await holdsLease(transaction, lease.lease, lease.holder))) throw new LeaseLost('Another worker collects this cluster.')
      const working = await load(transaction, cluster, changes)
      const revisions: (RevisionDraft & { resourceId: string })[] = []
      const counts = new Map<string, number>()
      for (const change of changes) if (change.type !== 'progress') applyChange(change, working, revisions, counts)
      const touched = [...working.values()].filter((entry) => entry.touched)
      if (touched.length > 0) {
        const plans = await referencePlans(transaction, cluster, [...new Set(touched.map(({ kind }) => kind))])
        await writeRows(transaction, cluster, touched, teams, revisions, plans)
        const written = touched.map(({ referencesOf, live, ...entry }) => ({ ...entry, object: live?.object, takenWith: referencesOf }))
        await writeReferences(transaction, cluster, written, plans)
      }
      await writeProgress(transaction, cluster, changes, counts)
      const namespaces = [...new Set(touched.map(({ live, last }) => (live ?? last)?.namespace ?? ''))]
      if (namespaces.length > 0) await notify(transaction, resourcePing(cluster, namespaces))
    },
    { timeout: 60_000, maxWait: 20_000 },
  )
}

/** A notification holds 8,000 bytes at most, so a change all over the place names only the cluster. */
const resourcePing = (cluster: string, namespaces: string[]): Ping => ({
  scope: 'resources',
  cluster,
  ...(namespaces.length <= 50 ? { namespaces } : {}),
})

const unseen = { stored: false, live: undefined, last: undefined, before: undefined, referencesOf: null, touched: false }

const keyOf = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`

async function load(transaction: Transaction, cluster: string, changes: Change[]): Promise<Map<string, Working>> {
  const kindNames = new Map<string, { kind: string; kindName: string; namespace: string; name: string }>()
  for (const change of changes) {
    if (change.type === 'progress') continue
    const { namespace, name } = nameOf(change.raw)
    kindNames.set(keyOf(change.kind, namespace, name), { kind: change.kind, kindName: change.kindName, namespace, name })
  }
  const working = new Map<string, Working>()
  for (const [key, { kind, kindName }] of kindNames) working.set(key, { id: newId(), kind, kindName, ...unseen })
  if (working.size === 0) return working
  const rows = await transaction.$queryRaw<StoredRow[]>`
    SELECT r."id", r."kind", r."namespace", r."name", r."uid", r."resourceVersion", r."commit", r."proposalId",
           r."deletedAt" IS NOT NULL AS "deleted", r."referencesOf", o."object"::text AS "object"
    FROM jsonb_to_recordset(${JSON.stringify([...kindNames.values()])}::jsonb) AS wanted("kind" text, "namespace" text, "name" text)
    JOIN "resource" r ON r."cluster" = ${cluster} AND r."kind" = wanted."kind" AND r."namespace" = wanted."namespace" AND r."name" = wanted."name"
    LEFT JOIN "resource_object" o ON o."resourceId" = r."id"`
  for (const row of rows) {
    const entry = working.get(keyOf(row.kind, row.namespace, row.name))
    if (!entry) continue
    entry.id = row.id
    entry.stored = true
    const object = storedObject(row.object)
    entry.before = object
    entry.referencesOf = row.referencesOf
    const indexed = { ...indexedObject(object), ...row, object, readiness: explainReadiness(object) }
    if (row.deleted) entry.last = indexed
    else entry.live = indexed
  }
  return working
}

const storedObject = (text: string | null): JsonObject => {
  const value: unknown = text === null ? {} : JSON.parse(text)
  return isObject(value) ? value : {}
}

const nameOf = (raw: JsonObject): { namespace: string; name: string } => {
  const metadata = raw.metadata
  const read = (key: string): string => {
    const value = metadata && typeof metadata === 'object' && !Array.isArray(metadata) ? metadata[key] : undefined
    return typeof value === 'string' ? value : ''
  }
  return { namespace: read('namespace'), name: read('name') }
}

function applyChange(
  change: Exclude<Change, { type: 'progress' }>,
  working: Map<string, Working>,
  revisions: (RevisionDraft & { resourceId: string })[],
  counts: Map<string, number>,
): void {
  const { namespace, name } = nameOf(change.raw)
  const entry = working.get(keyOf(change.kind, namespace, name))
  if (!entry) return
  const before = entry.live
  const note = (from: IndexedObject | undefined, to: IndexedObject | undefined): void => {
    const revision = revisionOf(from, to)
    if (revision) revisions.push({ ...revision, resourceId: entry.id })
  }
  const count = (by: number): void => {
    counts.set(entry.kind, (counts.get(entry.kind) ?? 0) + by)
  }
  if (change.type === 'deleted') {
    if (!before) return
    const last = indexedObject(change.raw)
    if (last.uid !== before.uid) return // an older object of the same name; the one we know lives
    note(before, undefined)
    count(-1)
    entry.last = last
    entry.live = undefined
    entry.touched = true
    return
  }
  const after = indexedObject(change.raw)
  if (before && before.uid === after.uid && before.resourceVersion === after.resourceVersion) return
  if (before && before.uid !== after.uid) {
    // deleted and made again under its name while nobody watched
    note(before, undefined)
    note(undefined, after)
  } else {
    note(before, after)
    if (!before) count(1)
  }
  entry.live = after
  entry.touched = true
}

async function writeRows(
  transaction: Transaction,
  cluster: string,
  touched: Working[],
  teams: ReadonlyMap<string, string | null>,
  revisions: (RevisionDraft & { resourceId: string })[],
  plans: ReadonlyMap<string, ReferencePlan>,
): Promise<void> {
  const rows = touched.flatMap(({ id, kind, kindName, live, last }) => {
    const indexed = live ?? last
    if (!indexed) return []
    const { namespace, name } = indexed
    const referencesOf = live ? (plans.get(kind)?.id ?? null) : null
    return [{ id, kind, kindName, namespace, name, deleted: !live, referencesOf, ...rowColumns(indexed, teams.get(namespace) ?? null) }]
  })
  const objects = touched.flatMap(({ id, live, last }) => {
    const object = (live ?? last)?.object
    return object ? [{ id, object }] : []
  })
  await transaction.$executeRaw`
    INSERT INTO "resource" ("id", "cluster", "namespace", "kind", "kindName", "name", "uid", "team", "state", "headline", "reason", "stateSince",
      "generation", "observedGeneration", "resourceVersion", "labels", "repository", "path", "commit", "proposalId", "createdAt", "updatedAt", "deletedAt", "referencesOf")
    SELECT "id", ${cluster}, "namespace", "kind", "kindName", "name", "uid", "team", "state", "headline", "reason", "stateSince",
      "generation", "observedGeneration", "resourceVersion", "labels", "repository", "path", "commit", "proposalId",
      coalesce("createdAt", now()), now(), CASE WHEN "deleted" THEN now() END, "referencesOf"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS new("id" uuid, "namespace" text, "kind" text, "kindName" text, "name" text, "uid" text,
      "team" text, "state" text, "headline" text, "reason" text, "stateSince" timestamptz, "generation" int, "observedGeneration" int,
      "resourceVersion" text, "labels" jsonb, "repository" text, "path" text, "commit" text, "proposalId" uuid, "createdAt" timestamptz, "deleted" boolean, "referencesOf" text)
    ON CONFLICT ("cluster", "kind", "namespace", "name") DO UPDATE SET
      "uid" = excluded."uid", "team" = excluded."team", "state" = excluded."state", "headline" = excluded."headline", "reason" = excluded."reason",
      "stateSince" = excluded."stateSince", "generation" = excluded."generation", "observedGeneration" = excluded."observedGeneration",
      "resourceVersion" = excluded."resourceVersion", "labels" = excluded."labels", "repository" = excluded."repository", "path" = excluded."path",
      "commit" = excluded."commit", "proposalId" = excluded."proposalId", "createdAt" = excluded."createdAt", "updatedAt" = excluded."updatedAt",
      "deletedAt" = excluded."deletedAt", "referencesOf" = excluded."referencesOf"`
  await transaction.$executeRaw`
    INSERT INTO "resource_object" ("resourceId", "object")
    SELECT "id", "object" FROM jsonb_to_recordset(${JSON.stringify(objects)}::jsonb) AS new("id" uuid, "object" jsonb)
    ON CONFLICT ("resourceId") DO UPDATE SET "object" = excluded."object"`
  if (revisions.length === 0) return
  // history is ordered by id; ids made within a millisecond are not in order by themselves
  const ids = revisions.map(() => newId()).sort()
  const entries = revisions.map((revision, index) => ({ ...revision, id: ids[index] }))
  await transaction.$executeRaw`
    INSERT INTO "revision" ("id", "resourceId", "at", "change", "generation", "fields", "manager", "state", "reason", "message", "commit", "proposalId")
    SELECT "id", "resourceId", now(), "change", "generation", "fields", "manager", "state", "reason", "message", "commit", "proposalId"
    FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS new("id" uuid, "resourceId" uuid, "change" text, "generation" int, "fields" jsonb,
      "manager" text, "state" text, "reason" text, "message" text, "commit" text, "proposalId" uuid)`
}

/** From where each watch of the batch goes on, and by how much each kind grew. */
async function writeProgress(transaction: Transaction, cluster: string, changes: Change[], counts: Map<string, number>): Promise<void> {
  const progress = new Map<string, { key: string; grown: number; resourceVersion: string | null }>()
  for (const change of changes)
    if (change.resourceVersion) progress.set(change.kind, { key: change.kind, grown: 0, resourceVersion: change.resourceVersion })
  for (const [key, grown] of counts) progress.set(key, { key, resourceVersion: progress.get(key)?.resourceVersion ?? null, grown })
  if (progress.size === 0) return
  await transaction.$executeRaw`
    UPDATE "kind" SET "count" = greatest("count" + new."grown", 0), "resourceVersion" = coalesce(new."resourceVersion", "kind"."resourceVersion"),
      "syncedAt" = CASE WHEN new."resourceVersion" IS NULL THEN "syncedAt" ELSE now() END
    FROM jsonb_to_recordset(${JSON.stringify([...progress.values()])}::jsonb) AS new("key" text, "grown" int, "resourceVersion" text)
    WHERE "kind"."cluster" = ${cluster} AND "kind"."key" = new."key"`
}

/** How many rows of a kind are marked as deleted in one transaction. */
const forgottenAtOnce = 500

/**
 * Marks every row of a kind as deleted, with its revision: the definition went, and its objects with it. In batches, the kind last: stopped
 * in between, the next look at the definitions goes on.
 */
export async function forgetKind(database: Database, cluster: string, kind: string): Promise<void> {
  while ((await forgetRows(database, cluster, kind)) === forgottenAtOnce) {}
  await database.$transaction(async (transaction) => {
    await transaction.kind.updateMany({
      where: { cluster, key: kind },
      data: { state: 'gone', count: 0, resourceVersion: null, message: 'The definition of this kind was removed from the cluster.' },
    })
    await notify(transaction, { scope: 'kinds', cluster })
  })
}

async function forgetRows(database: Database, cluster: string, kind: string): Promise<number> {
  return database.$transaction(async (transaction) => {
    const gone = await transaction.$queryRaw<{ id: string; namespace: string; at: Date }[]>`
      UPDATE "resource" SET "deletedAt" = now(), "updatedAt" = now(), "referencesOf" = NULL
      WHERE "id" IN (SELECT "id" FROM "resource" WHERE "cluster" = ${cluster} AND "kind" = ${kind} AND "deletedAt" IS NULL LIMIT ${forgottenAtOnce})
      RETURNING "id", "namespace", "deletedAt" AS "at"`
    await transaction.resourceReference.deleteMany({ where: { resourceId: { in: gone.map(({ id }) => id) } } })
    await transaction.revision.createMany({
      data: gone.map(({ id, at }) => ({ id: newId(), resourceId: id, at, change: 'deleted', fields: [] })),
    })
    if (gone.length > 0) await notify(transaction, resourcePing(cluster, [...new Set(gone.map((row) => row.namespace))]))
    return gone.length
  })
}
