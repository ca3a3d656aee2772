/**
 * Converts assets of a run again that changed after they were read. Manifests keep their names, and references by name are found in the run as it
 * was closed. What a person changed in a manifest is merged into the new one; where both touch the same field, the new one stands, and that is said.
 */
import { database, type Transaction } from '#lib/database/client.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { mergeManifests } from '#lib/manifest/merge-values.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import { linkReferences, type NamedResource } from '#lib/mapping/link-references.ts'
import { renamed, withName } from '#lib/mapping/unique-names.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import { type ClusterCatalogue, clusterCatalogue } from './cluster-catalogue.ts'
import { ImportRow } from './contract.ts'
import { convertOne, type DraftRow } from './convert-assets.ts'
import { joinedOf } from './join-assets.ts'
import type { RunRow } from './run-access.ts'
import { storableJson } from './storable.ts'
import { readDetail, type StoredManifest } from './stored-asset.ts'

export interface ChangedAsset {
  /** The row. */
  id: string
  namespace: string | null
  /** As the inventory gives it now, with its access policy and joined parts as the run keeps them. */
  asset: JsonObject
}

/** Converts and stores them. Gives for each a sentence more to say, or none. `projectIds`: project numbers to ids. */
export async function convertAnew(
  run: Pick<RunRow, 'id' | 'cluster'>,
  changed: readonly ChangedAsset[],
  projectIds: Map<string, string>,
): Promise<(string | undefined)[]> {
  if (changed.length === 0) return []
  const catalogue = await clusterCatalogue(run.cluster)
  await catalogue.prepare(changed.map(({ asset }) => asset))
  await catalogue.prepare(changed.map(({ asset }) => asset))
  const said: (string | undefined)[] = []
  for (const { id, namespace, asset } of changed) {
    const place = { catalogue, cluster: run.cluster, projectIds, namespaceOf: () => namespace ?? undefined }
    const draft = convertOne(asset, place, joinedOf(asset))
    said.push(await database().$transaction((transaction) => store(transaction, run, { id, draft, catalogue, projectIds })))
  }
  return said
}

interface Converted {
  id: string
  draft: DraftRow
  catalogue: ClusterCatalogue
  projectIds: ReadonlyMap<string, string>
}

async function store(
  transaction: Transaction,
  run: Pick<RunRow, 'id'>,
  { id, draft, catalogue, projectIds }: Converted,
): Promise<string | undefined> {
  const before = await readDetail(transaction, id)
  const values = underNames(
    draft.manifests.map(({ value }) => value),
    before.manifests.map(({ name }) => name),
  )
  const found = await namedResources(transaction, run.id, draft, values, catalogue, projectIds)
  let lost = 0
  const manifests = draft.manifests.map(({ kind, name }, index): StoredManifest => {
    const value = values[index] ?? {}
    const mapped = catalogue.load(splitKindKey(kind).kind)
    const refers = new Set<string>()
    const find = (identity: string): NamedResource | undefined => {
      const meant = found.get(identity)
      if (meant?.row !== undefined && meant.row !== id) refers.add(meant.row)
      return meant?.resource
    }
    const context = { find, projectIds }
    const original = printResource(mapped ? linkReferences(value, mapped, context) : value)
    const old = before.manifests[index]
    const { text, conflicts } = old?.kind === kind ? edited(old, original) : { text: null, conflicts: 0 }
    lost += conflicts
    return {
      kind,
      name: isObject(value.metadata) && typeof value.metadata.name === 'string' ? value.metadata.name : name,
      original,
      text,
      refers: [...refers],
    }
  })
  const isKept = manifests.length > 0
  await transaction.$executeRaw`
    UPDATE "import_asset" SET "updateTime" = ${draft.updateTime === null ? null : new Date(draft.updateTime)}, "category" = ${draft.category}, "reason" = ${draft.reason},
      "message" = ${draft.message}, "verdict" = ${draft.verdict?.verdict ?? null}, "unmapped" = ${draft.unmapped}, "manifests" = ${manifests.length},
      "chosen" = "chosen" AND ${isKept}, "edited" = ${manifests.some(({ text }) => text !== null)}, "accepted" = NULL
    WHERE "id" = ${id}::uuid`
  await transaction.$executeRaw`
    UPDATE "import_asset_detail" SET "asset" = ${storableJson(draft.asset)}::jsonb, "manifests" = ${storableJson(manifests)}::jsonb,
      "account" = nullif(${storableJson(draft.account)}::jsonb, 'null'), "verdict" = nullif(${storableJson(draft.verdict)}::jsonb, 'null'), "dryRun" = NULL
    WHERE "assetId" = ${id}::uuid`
  if (!isKept) return `It can no longer be imported: ${draft.message ?? 'it has no manifest any more.'}`
  return lost > 0 ? 'What was changed by hand touches the same fields: those are as in the cloud again.' : undefined
}

/** Manifests under the names that they had; parts that are new keep the names they come with. */
function underNames(values: JsonObject[], names: readonly string[]): JsonObject[] {
  const [first, ...parts] = names
  if (first === undefined) return values
  return withName(values, first).map((value, index) => {
    const name = index === 0 ? first : parts[index - 1]
    return name === undefined ? value : renamed(value, name)
  })
}

/** What a person made of the manifest before, on top of the new one. */
function edited({ original, text }: StoredManifest, fresh: string): { text: string | null; conflicts: number } {
  if (text === null) return { text: null, conflicts: 0 }
  const merged = mergeManifests({ base: original, mine: text, theirs: fresh })
  return { text: merged.text === fresh ? null : merged.text, conflicts: merged.conflicts.length }
}

/** `row`: of the run; without one it is managed already. */
interface FoundResource {
  row?: string
  resource: NamedResource
}

/** The resources that the manifests refer to, by identity: those of the run, under the names they have now, and those managed already. */
async function namedResources(
  transaction: Transaction,
  runId: string,
  draft: DraftRow,
  values: JsonObject[],
  catalogue: ClusterCatalogue,
  projectIds: ReadonlyMap<string, string>,
): Promise<Map<string, FoundResource>> {
  const asked = new Set<string>()
  const find = (identity: string): undefined => void asked.add(identity)
  for (const [index, { kind }] of draft.manifests.entries()) {
    const mapped = catalogue.load(splitKindKey(kind).kind)
    if (mapped) linkReferences(values[index] ?? {}, mapped, { find, projectIds })
  }
  if (asked.size === 0) return new Map()
  const rows = await transaction.$queryRaw<
    {
      id: string
      identity: string
      category: string
      reason: string | null
      namespace: string | null
      managedBy: unknown
      kind: string | null
      name: string | null
    }[]
  >`
    SELECT a."id"::text AS "id", a."identity", a."category", a."reason", a."namespace", a."managedBy", d."manifests"->0->>'kind' AS "kind", d."manifests"->0->>'name' AS "name"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."identity" = ANY(${[...asked]}::text[]) AND a."category" IN ('importable', 'managed')`
  return new Map(
    rows.flatMap(({ id, identity, category, reason, namespace, managedBy, kind, name }): [string, FoundResource][] => {
      if (category === 'importable')
        return kind && name && namespace ? [[identity, { row: id, resource: { kind: splitKindKey(kind).kind, name, namespace } }]] : []
      const by = ImportRow.shape.managedBy.parse(managedBy)
      // what is only proposed may never come: a reference to it stays a link
      if (!by || reason !== 'managed') return []
      return [[identity, { resource: { kind: splitKindKey(by.kind).kind, name: by.name, namespace: by.namespace } }]]
    }),
  )
}
