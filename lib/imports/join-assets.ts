/**
 * Assets that stand in the manifest of another asset: the whole is converted again with them, and they are left out. Done when the run is closed,
 * because the inventory gives them in any order. What was joined is kept beside the asset, so that the asset itself stays comparable.
 */
import type { Transaction } from '#lib/database/client.ts'
import { isObject, type Json } from '#lib/json.ts'
import type { Catalogue } from '#lib/mapping/catalogue.ts'
import { joinedTo, withJoined } from '#lib/mapping/joined-assets.ts'
import { type ConversionPlace, convertOne } from './convert-assets.ts'
import { storableJson } from './storable.ts'

interface Part {
  id: string
  whole: string
  asset: Json
}

/** Joins the assets of a run. */
export async function joinAssets(transaction: Transaction, runId: string, place: ConversionPlace): Promise<void> {
  const { catalogue } = place
  const types = await transaction.$queryRaw<
    { assetType: string }[]
  >`SELECT DISTINCT "assetType" FROM "import_asset" WHERE "runId" = ${runId}::uuid`
  const joining = types.map(({ assetType }) => assetType).filter((type) => catalogue.joinOf(type))
  if (joining.length === 0) return
  const rows = await transaction.$queryRaw<{ id: string; asset: string }[]>`
    SELECT a."id", d."asset"::text AS "asset" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."assetType" = ANY(${joining}::text[]) ORDER BY a."name"`
  const parts = rows.flatMap(({ id, asset }): Part[] => {
    const parsed: Json = JSON.parse(asset)
    const whole = joinedTo(parsed, catalogue)
    return whole === undefined ? [] : [{ id, whole, asset: parsed }]
  })
  const byWhole = Map.groupBy(parts, ({ whole }) => whole)
  const wholes = await transaction.$queryRaw<{ id: string; name: string; displayName: string; namespace: string | null; asset: string }[]>`
    SELECT a."id", a."name", a."displayName", a."namespace", d."asset"::text AS "asset" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."name" = ANY(${[...byWhole.keys()]}::text[])`
  for (const { id, name, displayName, namespace, asset } of wholes) {
    const own = byWhole.get(name) ?? []
    const joined = own.map((part) => part.asset)
    const value: Json = JSON.parse(asset)
    await catalogue.prepare([value])
    const draft = convertOne(value, { ...place, namespaceOf: () => namespace ?? undefined }, joined)
    if (draft.manifests.length === 0) continue
    const manifests = draft.manifests.map((manifest) => ({ ...manifest, original: '', text: null }))
    await transaction.$executeRaw`
      UPDATE "import_asset" SET "category" = ${draft.category}, "reason" = ${draft.reason}, "message" = ${draft.message}, "unmapped" = ${draft.unmapped},
        "verdict" = ${draft.verdict?.verdict ?? null}, "manifests" = ${manifests.length} WHERE "id" = ${id}::uuid`
    await transaction.$executeRaw`
      UPDATE "import_asset_detail" SET "asset" = ${storableJson(draft.asset)}::jsonb, "manifests" = ${storableJson(manifests)}::jsonb,
        "account" = nullif(${storableJson(draft.account)}::jsonb, 'null'), "verdict" = nullif(${storableJson(draft.verdict)}::jsonb, 'null')
      WHERE "assetId" = ${id}::uuid`
    const partIds = own.map((part) => part.id)
    await transaction.$executeRaw`UPDATE "import_asset_detail" SET "manifests" = '[]' WHERE "assetId" = ANY(${partIds}::uuid[])`
    await transaction.$executeRaw`
      UPDATE "import_asset" SET "category" = 'skipped', "reason" = 'part', "message" = ${`It stands in the manifest of ${displayName}, which it is a part of.`},
        "manifests" = 0 WHERE "id" = ANY(${partIds}::uuid[])`
  }
}

/** The parts that were joined to a stored asset. */
export function joinedOf(stored: Json): Json[] {
  const joined = isObject(stored) ? stored.joined : undefined
  return Array.isArray(joined) ? joined : []
}

/** A stored asset as its account speaks of it: with its parts where the manifest has them, and its access policy. */
export function reviewedAsset(stored: Json, catalogue: Pick<Catalogue, 'joinOf'>): Json {
  if (!isObject(stored)) return stored
  const { joined: _, iamPolicy, ...asset } = stored
  const whole = withJoined(asset, joinedOf(stored), catalogue)
  if (iamPolicy === undefined || !isObject(whole) || !isObject(whole.resource) || !isObject(whole.resource.data)) return whole
  return { ...whole, resource: { ...whole.resource, data: { ...whole.resource.data, iamPolicy } } }
}
