/**
 * What each resource refers to, kept in the index so that what depends on a resource is found by its name alone.
 *
 * The rows of a resource are written in the transaction of its own row, and only where they differ. `referencesOf` of the row says with
 * which reading of the kind's definition they were taken (a hash of where its references stand): a changed definition, or a Corbel that
 * reads definitions better, takes them again from the stored objects before the kind is collected on (takeMissingReferences).
 */
import { createHash } from 'node:crypto'
import type { Database, Transaction } from '#lib/database/client.ts'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type ReferenceTree, readExternal, referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'

/** Where the references of a kind stand; `id` changes when that does. */
export interface ReferencePlan {
  id: string
  tree: ReferenceTree | undefined
}

/** One row, without its keys. */
export interface StoredReference {
  relation: 'reference' | 'owner'
  path: JsonPath
  targetKinds: string[]
  targetGroup: string | null
  /** A namespace; or for external values `projects/<id>`, empty for a plain name, `?` where it cannot be told. */
  targetPlace: string
  targetName: string
  external: string | null
}

/** Rises when rows are read out of objects in another way: then all of them are taken again. */
const reading = 1
const mostReferences = 1000

// Compiling a kind takes milliseconds, and every batch asks: the plans of all kinds are kept, which is little.
const plans = new Map<string, { hash: string; plan: ReferencePlan }>()

/** Where the references of these kinds stand. Kinds that are not there, or whose definition is broken, have none. */
export async function referencePlans(transaction: Transaction, cluster: string, kinds: string[]): Promise<Map<string, ReferencePlan>> {
  const rows = await transaction.kind.findMany({ where: { cluster, key: { in: kinds } }, select: { key: true, hash: true } })
  const stale = rows.filter(({ key, hash }) => plans.get(`${cluster}/${key}`)?.hash !== hash).map(({ key }) => key)
  if (stale.length > 0) {
    const definitions = await transaction.kind.findMany({
      where: { cluster, key: { in: stale } },
      select: { key: true, hash: true, definition: true },
    })
    for (const { key, hash, definition } of definitions) plans.set(`${cluster}/${key}`, { hash, plan: planOf(definition) })
  }
  return new Map(
    rows.flatMap(({ key }) => {
      const plan = plans.get(`${cluster}/${key}`)?.plan
      return plan ? [[key, plan] as const] : []
    }),
  )
}

function planOf(definition: unknown): ReferencePlan {
  let tree: ReferenceTree | undefined
  try {
    tree = isObject(definition) ? referenceTree(compileKind(definition).root) : undefined
  } catch {
    // a definition that cannot be used: its kind's row says so
  }
  return {
    id: createHash('sha256')
      .update(JSON.stringify([reading, tree ?? null]))
      .digest('base64url')
      .slice(0, 22),
    tree,
  }
}

/** PostgreSQL's indexes take no long texts, and names of objects are short. */
const cut = (text: string, length = 253): string => (text.length <= length ? text : text.slice(0, length).toWellFormed())

/** What an object refers to and who owns it, as rows. Pure. */
export function referencesOf(tree: ReferenceTree | undefined, object: JsonObject): StoredReference[] {
  const own = textAt(object, 'metadata', 'namespace') ?? ''
  const named = referencesIn(tree, object, mostReferences).map(({ path, kinds, group, name, namespace, external }): StoredReference => {
    const base = {
      relation: 'reference' as const,
      path,
      targetKinds: kinds.map((kind) => cut(kind)),
      targetGroup: group ? cut(group) : null,
    }
    if (external === undefined) return { ...base, targetPlace: cut(namespace ?? own), targetName: cut(name ?? ''), external: null }
    const { place, name: last } = readExternal(external)
    // a plain word that may mean any kind of thing means nothing that could be looked for
    const known = place !== '' || kinds.length > 0
    return { ...base, targetPlace: known ? cut(place) : '?', targetName: cut(last), external: cut(external, 1000) }
  })
  return [...ownersOf(object, own), ...named]
}

function ownersOf(object: JsonObject, namespace: string): StoredReference[] {
  const owners: Json | undefined = valueAt(object, ['metadata', 'ownerReferences'])
  if (!Array.isArray(owners)) return []
  return owners.slice(0, 50).flatMap((owner, index): StoredReference[] => {
    const kind = textAt(owner, 'kind')
    const name = textAt(owner, 'name')
    if (!kind || !name) return []
    const [group = ''] = (textAt(owner, 'apiVersion') ?? '').split('/')
    return [
      {
        relation: 'owner',
        path: ['metadata', 'ownerReferences', index],
        targetKinds: [cut(kind)],
        targetGroup: cut(group),
        targetPlace: cut(namespace),
        targetName: cut(name),
        external: null,
      },
    ]
  })
}

/** A resource whose row a batch writes. */
export interface WrittenResource {
  id: string
  kind: string
  /** Undefined for one that was deleted: it refers to nothing any more. */
  object: JsonObject | undefined
  /** The object stored before, and with which plan its references were taken. */
  before: JsonObject | undefined
  takenWith: string | null
}

/** Writes what the resources of a batch refer to, where that differs from what is stored. */
export async function writeReferences(
  transaction: Transaction,
  cluster: string,
  resources: WrittenResource[],
  plansOfKinds: ReadonlyMap<string, ReferencePlan>,
): Promise<void> {
  const changed: { id: string; references: StoredReference[] }[] = []
  for (const { id, kind, object, before, takenWith } of resources) {
    const plan = plansOfKinds.get(kind)
    const references = object ? referencesOf(plan?.tree, object) : []
    const stored = before && plan && takenWith === plan.id ? referencesOf(plan.tree, before) : undefined
    const same = stored && sameJson(asJson(stored), asJson(references))
    // of a resource that was never stored nothing can be there
    const nothing = references.length === 0 && before === undefined
    if (!same && !nothing) changed.push({ id, references })
  }
  if (changed.length === 0) return
  const ids = changed.map(({ id }) => id)
  await transaction.$executeRaw`DELETE FROM "resource_reference" WHERE "resourceId" = ANY(${ids}::uuid[])`
  const rows = changed.flatMap(({ id, references }) => references.map((reference, ordinal) => ({ id, ordinal, ...reference })))
  if (rows.length === 0) return
  await transaction.$executeRaw`
    INSERT INTO "resource_reference" ("resourceId", "ordinal", "cluster", "relation", "path", "targetKinds", "targetGroup", "targetPlace", "targetName", "external")
    SELECT "id", "ordinal", ${cluster}, "relation", "path", ARRAY(SELECT jsonb_array_elements_text("targetKinds")), "targetGroup", "targetPlace", "targetName", "external"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS new("id" uuid, "ordinal" int, "relation" text, "path" jsonb, "targetKinds" jsonb,
      "targetGroup" text, "targetPlace" text, "targetName" text, "external" text)`
}

const asJson = (references: StoredReference[]): Json => references.map((reference) => ({ ...reference }))

/** How many rows of a kind are read again in one transaction. */
const takenAtOnce = 500

/**
 * Takes the references of a kind's resources again where they were taken with another plan, or never, from the objects as stored. In
 * batches, in the order of the rows' index: stopped in between, the next start goes on. Gives how many resources were read.
 */
export async function takeMissingReferences(database: Database, cluster: string, kind: string, signal?: AbortSignal): Promise<number> {
  let read = 0
  let after = { namespace: '', name: '' }
  for (;;) {
    signal?.throwIfAborted()
    const rows = await database.$transaction(
      async (transaction) => {
        const plan = (await referencePlans(transaction, cluster, [kind])).get(kind)
        if (!plan) return []
        const found = await transaction.$queryRaw<{ id: string; namespace: string; name: string; object: JsonObject | null }[]>`
          SELECT r."id", r."namespace", r."name", o."object" FROM "resource" r LEFT JOIN "resource_object" o ON o."resourceId" = r."id"
          WHERE r."cluster" = ${cluster} AND r."kind" = ${kind} AND (r."namespace", r."name") > (${after.namespace}, ${after.name})
            AND r."deletedAt" IS NULL AND r."referencesOf" IS DISTINCT FROM ${plan.id}
          ORDER BY r."namespace", r."name" LIMIT ${takenAtOnce} FOR UPDATE OF r`
        const written = found.map(({ id, object }) => ({ id, kind, object: object ?? {}, before: {}, takenWith: null }))
        await writeReferences(transaction, cluster, written, new Map([[kind, plan]]))
        await transaction.$executeRaw`
          UPDATE "resource" SET "referencesOf" = ${plan.id} WHERE "id" = ANY(${found.map(({ id }) => id)}::uuid[])`
        return found
      },
      { timeout: 60_000, maxWait: 20_000 },
    )
    read += rows.length
    const last = rows.at(-1)
    if (!last || rows.length < takenAtOnce) return read
    after = { namespace: last.namespace, name: last.name }
  }
}
