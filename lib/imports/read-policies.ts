/** Access policies of a run's assets: the bindings that are there become a manifest behind the resource's own. */
import type { Transaction } from '#lib/database/client.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { emptyAccount } from '#lib/mapping/account.ts'
import { iamManifest } from '#lib/mapping/iam-manifest.ts'
import { validateResource } from '#lib/schema/validate.ts'
import type { ClusterCatalogue } from './cluster-catalogue.ts'
import { type DraftManifest, draftsOf } from './convert-assets.ts'
import { storableJson } from './storable.ts'

/** The kind that access policies become; without it they are not read. */
export const policyKind = 'IAMPartialPolicy'

interface Owner {
  id: string
  name: string
  namespace: string
  first: string
}

/** Adds the policies of a page to the rows of the assets they belong to. Rows that have their policy already keep it. */
export async function keepPolicies(
  transaction: Transaction,
  runId: string,
  policies: readonly Json[],
  catalogue: ClusterCatalogue,
): Promise<void> {
  const byName = new Map<string, JsonObject>()
  for (const one of policies) {
    const name = textAt(one, 'resource')
    const policy = valueAt(one, ['policy'])
    if (name !== undefined && isObject(policy)) byName.set(name, policy)
  }
  await catalogue.prepareKinds([policyKind])
  const kind = catalogue.load(policyKind)
  if (!kind || byName.size === 0) return
  const owners = await transaction.$queryRaw<Owner[]>`
    SELECT a."id", a."name", a."namespace", (d."manifests"->0)::text AS "first"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."name" = ANY(${[...byName.keys()]}::text[]) AND a."manifests" > 0 AND NOT d."asset" ? 'iamPolicy'`
  const additions = owners.flatMap(({ id, name, namespace, first }) => {
    const policy = byName.get(name) ?? {}
    // Proof of the cast: keep-page.ts wrote it.
    const { value } = JSON.parse(first) as DraftManifest
    const owner = {
      apiVersion: textAt(value, 'apiVersion') ?? '',
      kind: textAt(value, 'kind') ?? '',
      name: textAt(value, 'metadata', 'name') ?? '',
    }
    const account = emptyAccount()
    const manifest = iamManifest(policy, name, owner, account)
    if (!manifest || validateResource(kind.compiled, manifest).length > 0) return []
    const drafts = draftsOf(manifest, namespace, catalogue).map((draft) => ({ ...draft, original: '', text: null }))
    return drafts.length === 0 ? [] : [{ id, policy, drafts, entries: account.entries }]
  })
  if (additions.length === 0) return
  await transaction.$executeRaw`
    WITH "given" AS (
      SELECT * FROM jsonb_to_recordset(${storableJson(additions)}::jsonb) AS r("id" uuid, "policy" jsonb, "drafts" jsonb, "entries" jsonb)
    ), "counted" AS (
      UPDATE "import_asset" a SET "manifests" = a."manifests" + 1 FROM "given" g WHERE a."id" = g."id"
    )
    UPDATE "import_asset_detail" d SET "asset" = d."asset" || jsonb_build_object('iamPolicy', g."policy"), "manifests" = d."manifests" || g."drafts",
      "account" = jsonb_set(coalesce(d."account", '{"entries": [], "unreadable": []}'), '{entries}', coalesce(d."account"->'entries', '[]') || (
        SELECT coalesce(jsonb_agg(e || jsonb_build_object('manifest', jsonb_array_length(d."manifests"))), '[]') FROM jsonb_array_elements(g."entries") AS e))
    FROM "given" g WHERE d."assetId" = g."id"`
}
