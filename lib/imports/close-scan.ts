/**
 * The last step of a scan: what only the whole run can tell. Which assets are managed already, a name for every manifest, references between
 * them, the counts of the day. One transaction, which ends with the run being ready: killed or cancelled anywhere, nothing of it happened.
 */
import { setImmediate as letOthers } from 'node:timers/promises'
import type { Database, Transaction } from '#lib/database/client.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import { linkReferences, type NamedResource } from '#lib/mapping/link-references.ts'
import { isKnownByName } from '#lib/mapping/to-manifest.ts'
import { type NameWish, renamed, uniqueNames, withName } from '#lib/mapping/unique-names.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import type { ClusterCatalogue } from './cluster-catalogue.ts'
import type { ConversionPlace, DraftManifest } from './convert-assets.ts'
import { finishScan } from './import-life.ts'
import { joinAssets } from './join-assets.ts'
import { type Managed, type ManagedQuestion, managedAssets } from './managed-assets.ts'
import { storableJson } from './storable.ts'

const batch = 500
const turnMs = 12
const transactionMs = 15 * 60_000

export interface Closing {
  runId: string
  catalogue: ClusterCatalogue
  question: ManagedQuestion
  conversion: Omit<ConversionPlace, 'catalogue'>
  signal: AbortSignal
}

/** Closes a run. False when it is no longer read: then nothing was changed. */
export async function closeScan(db: Database, closing: Closing): Promise<boolean> {
  const { runId, question } = closing
  try {
    await db.$transaction(
      async (transaction) => {
        await joinAssets(transaction, runId, { catalogue: closing.catalogue, ...closing.conversion })
        const managed = await managedAssets(transaction, question)
        await markManaged(transaction, runId, managed)
        const names = await settleNames(transaction, closing)
        await settleManifests(transaction, closing, names, managed)
        await countUnmanaged(transaction, runId, question.cluster)
        if (!(await finishScan(transaction, runId))) throw new NoLongerRead()
      },
      { timeout: transactionMs },
    )
    return true
  } catch (error) {
    if (error instanceof NoLongerRead) return false
    throw error
  }
}

/** Rolls the transaction back. */
class NoLongerRead extends Error {}

/** Rows whose resource exists already are managed, whatever else was thought of them; they need no manifests. */
async function markManaged(transaction: Transaction, runId: string, managed: Map<string, Managed>): Promise<void> {
  const rows = await transaction.$queryRaw<{ id: string; identity: string }[]>`
    SELECT "id", "identity" FROM "import_asset" WHERE "runId" = ${runId}::uuid AND "identity" IS NOT NULL ORDER BY "id"`
  const found = rows.flatMap(({ id, identity }) => {
    const one = managed.get(identity)
    return one ? [{ id, managedBy: one.by, reason: one.reason, message: one.message }] : []
  })
  for (let at = 0; at < found.length; at += batch) {
    await transaction.$executeRaw`
      WITH "given" AS (
        SELECT * FROM jsonb_to_recordset(${storableJson(found.slice(at, at + batch))}::jsonb) AS r("id" uuid, "managedBy" jsonb, "reason" text, "message" text)
      ), "emptied" AS (
        UPDATE "import_asset_detail" d SET "manifests" = '[]' FROM "given" g WHERE d."assetId" = g."id"
      )
      UPDATE "import_asset" a SET "category" = 'managed', "reason" = g."reason", "message" = g."message", "managedBy" = g."managedBy",
        "manifests" = 0, "chosen" = false FROM "given" g WHERE a."id" = g."id"`
  }
}

interface NamedRow {
  id: string
  name: string
  location: string | null
  identity: string | null
  namespace: string | null
  /** [{kind, name}] */
  manifests: { kind: string; name: string }[]
}

/** The names of each row's manifests, in order. */
interface Names {
  ofRow: Map<string, string[]>
  /** The resource of a cloud identity, among those that are imported unless somebody leaves them out. */
  ofIdentity: Map<string, NamedResource & { row: string }>
}

async function settleNames(transaction: Transaction, { runId, question, signal, catalogue }: Closing): Promise<Names> {
  const rows = await transaction.$queryRaw<(NamedRow & { category: string })[]>`
    SELECT a."id", a."name", a."location", a."identity", a."namespace", a."category", (
      SELECT jsonb_agg(jsonb_build_object('kind', m."value"->'kind', 'name', m."value"->'name') ORDER BY m."ordinality")
      FROM jsonb_array_elements(d."manifests") WITH ORDINALITY AS m) AS "manifests"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."manifests" > 0 ORDER BY a."name"`
  signal.throwIfAborted()
  const wishes: NameWish[] = rows.flatMap(({ manifests, namespace, location, identity, name: asset }) =>
    manifests.map(({ kind, name }, index) => ({
      kind,
      namespace: namespace ?? '',
      name,
      place: location ?? undefined,
      identity: index === 0 ? (identity ?? asset) : `${identity ?? asset}#${index}`,
    })),
  )
  const taken = await takenNames(transaction, question.cluster, [...new Set(wishes.map(({ namespace }) => namespace))])
  const given = uniqueNames(wishes, ({ kind, namespace }, name) => taken.has(`${kind}/${namespace}/${name}`))
  const names: Names = { ofRow: new Map(), ofIdentity: new Map() }
  const unnamed: string[] = []
  let at = 0
  for (const { id, identity, namespace, manifests, category } of rows) {
    const own = given.slice(at, at + manifests.length)
    at += manifests.length
    const others = manifests.filter(({ name }, index) => name !== own[index]).map(({ kind }) => splitKindKey(kind).kind)
    await catalogue.prepareKinds(others)
    if (others.some((kind) => isRenamedAnother(catalogue, kind))) {
      unnamed.push(id)
      continue
    }
    names.ofRow.set(id, own)
    const [first] = manifests
    // nobody waits for what is left out by default: a reference to it stays a link
    if (identity !== null && namespace !== null && first && category === 'importable')
      names.ofIdentity.set(identity, { row: id, kind: splitKindKey(first.kind).kind, name: own[0] ?? first.name, namespace })
  }
  await transaction.$executeRaw`
    WITH "emptied" AS (UPDATE "import_asset_detail" SET "manifests" = '[]' WHERE "assetId" = ANY(${unnamed}::uuid[]))
    UPDATE "import_asset" SET "category" = 'unsupported', "reason" = 'name-taken', "message" = ${nameTaken}, "manifests" = 0, "chosen" = false
    WHERE "id" = ANY(${unnamed}::uuid[])`
  return names
}

const nameTaken =
  'Another resource of its kind has its name in the namespace, and the kind has no other field for the id: under another name its controller would make another one.'

function isRenamedAnother(catalogue: ClusterCatalogue, kind: string): boolean {
  const mapped = catalogue.load(kind)
  return mapped !== undefined && isKnownByName(mapped)
}

/** Names that resources of the cluster, and of proposals that are not finished, have in these namespaces. */
async function takenNames(transaction: Transaction, cluster: string, namespaces: string[]): Promise<Set<string>> {
  const where = { cluster, namespace: { in: namespaces } }
  const select = { kind: true, namespace: true, name: true }
  const [live, proposed] = await Promise.all([
    transaction.resource.findMany({ where: { ...where, deletedAt: null }, select }),
    transaction.proposalResource.findMany({ where: { ...where, open: true }, select }),
  ])
  return new Set([...live, ...proposed].map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`))
}

/** Gives every manifest its name and its references, and writes it down. */
async function settleManifests(
  transaction: Transaction,
  { runId, catalogue, question, signal }: Closing,
  names: Names,
  managed: Map<string, Managed>,
): Promise<void> {
  let refers = new Set<string>()
  const find = (identity: string): NamedResource | undefined => {
    const own = names.ofIdentity.get(identity)
    if (own) {
      refers.add(own.row)
      return own
    }
    const there = managed.get(identity)
    // what is only proposed may never come: a reference to it stays a link
    return there?.reason === 'managed' && there.by.cluster === question.cluster
      ? { kind: splitKindKey(there.by.kind).kind, name: there.by.name, namespace: there.by.namespace }
      : undefined
  }
  const context = { find, projectIds: question.projectIds }
  let turnBegan = performance.now()
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await transaction.$queryRaw<{ id: string; manifests: string }[]>`
      SELECT a."id", d."manifests"::text AS "manifests" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
      WHERE a."runId" = ${runId}::uuid AND a."manifests" > 0 AND a."id" > ${after}::uuid ORDER BY a."id" LIMIT ${batch}`
    const settled: { id: string; manifests: unknown }[] = []
    for (const { id, manifests: stored } of rows) {
      signal.throwIfAborted()
      // Proof of the cast: keep-page.ts wrote the list, of DraftManifest.
      const drafts = JSON.parse(stored) as DraftManifest[]
      await catalogue.prepareKinds(drafts.map(({ kind }) => splitKindKey(kind).kind))
      const values = named(
        drafts.map(({ value }) => value),
        names.ofRow.get(id) ?? [],
      )
      settled.push({
        id,
        manifests: drafts.map(({ kind }, index) => {
          const value = values[index] ?? {}
          const mapped = catalogue.load(splitKindKey(kind).kind)
          refers = new Set()
          const linked = mapped ? linkReferences(value, mapped, context) : value
          refers.delete(id)
          return { kind, name: textAt(linked, 'metadata', 'name') ?? '', original: printResource(linked), text: null, refers: [...refers] }
        }),
      })
      if (performance.now() - turnBegan < turnMs) continue
      await letOthers()
      turnBegan = performance.now()
    }
    if (settled.length > 0) {
      await transaction.$executeRaw`
        UPDATE "import_asset_detail" d SET "manifests" = g."manifests"
        FROM jsonb_to_recordset(${storableJson(settled)}::jsonb) AS g("id" uuid, "manifests" jsonb) WHERE d."assetId" = g."id"`
    }
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last.id
  }
}

/** A row's manifests under their names. */
function named(values: JsonObject[], names: string[]): JsonObject[] {
  const [first, ...parts] = names
  if (first === undefined) return values
  return withName(values, first).map((value, index) => {
    const name = index === 0 ? first : parts[index - 1]
    return name === undefined || !isObject(value.metadata) || value.metadata.name === name ? value : renamed(value, name)
  })
}

/** How much of each namespace is not in Git, for the trend: what could be imported, and what is managed. The last scan of a day counts. */
async function countUnmanaged(transaction: Transaction, runId: string, cluster: string): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO "unmanaged_count" ("cluster", "namespace", "day", "unmanaged", "managed")
    SELECT ${cluster}, "namespace", (now() AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE "category" = 'importable'),
      count(*) FILTER (WHERE "category" = 'managed')
    FROM "import_asset" WHERE "runId" = ${runId}::uuid AND "namespace" IS NOT NULL GROUP BY "namespace"
    ON CONFLICT ("cluster", "namespace", "day") DO UPDATE SET "unmanaged" = excluded."unmanaged", "managed" = excluded."managed"`
}
