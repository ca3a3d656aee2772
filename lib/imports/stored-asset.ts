/** What the database keeps of an asset beside its row, read back and written. */
import { z } from 'zod'
import type { Transaction } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { printResource } from '#lib/manifest/print-value.ts'

/**
 * A manifest of a row. `text`: what a person made of it; null where it is as converted. `kind`: Kind.group. `refers`: the rows whose manifests
 * it refers to by name. `original` is empty, and `value` there, until the run is read to the end (close-scan.ts).
 */
export const StoredManifest = z.object({
  kind: z.string(),
  name: z.string(),
  original: z.string(),
  text: z.string().nullable(),
  refers: z.array(z.uuid()).optional(),
  value: z.custom<JsonObject>(isObject).optional(),
})
export type StoredManifest = z.infer<typeof StoredManifest>

/** The manifest as converted: without names and references settled while the run is still read. */
export const originalOf = ({ original, value }: StoredManifest): string => (original === '' && value ? printResource(value) : original)

const path = z.array(z.union([z.string(), z.number()]))
export const StoredAccount = z.object({
  entries: z.array(
    z.object({
      from: path,
      fate: z.enum(['written', 'output-only', 'default', 'unreadable', 'unmapped']),
      to: path.optional(),
      manifest: z.number().int().optional(),
      by: z.string().optional(),
      why: z.string().optional(),
    }),
  ),
  unreadable: z.array(path),
})
export type StoredAccount = z.infer<typeof StoredAccount>

export const StoredVerdict = z.object({
  verdict: z.enum(['nothing-changes', 'adds-label', 'would-change', 'cannot-tell']),
  reasons: z.array(z.string()),
  fields: z.array(path),
})
export type StoredVerdict = z.infer<typeof StoredVerdict>

/** Everything about one asset that only its review needs. */
export interface StoredDetail {
  /** As the inventory gave it, redacted. */
  asset: Json
  manifests: StoredManifest[]
  account: StoredAccount | null
  verdict: StoredVerdict | null
  /** One per manifest, as lib/imports' dry runs keep it. */
  dryRun: Json
  adoption: Json
}

/** The detail of a row. Throws NotFound where the row went away with its run. */
export async function readDetail(transaction: Transaction, rowId: string): Promise<StoredDetail> {
  // as text, because Prisma's JSON loses keys named __proto__
  const [stored] = await transaction.$queryRaw<Record<keyof StoredDetail, string | null>[]>`
    SELECT "asset"::text AS "asset", "manifests"::text AS "manifests", "account"::text AS "account", "verdict"::text AS "verdict",
      "dryRun"::text AS "dryRun", "adoption"::text AS "adoption"
    FROM "import_asset_detail" WHERE "assetId" = ${rowId}::uuid`
  if (!stored) throw new NotFound('This asset is no longer there: its import was removed.')
  return {
    asset: parsed(stored.asset),
    manifests: StoredManifest.array().parse(parsed(stored.manifests)),
    account: StoredAccount.nullable().parse(parsed(stored.account)),
    verdict: StoredVerdict.nullable().parse(parsed(stored.verdict)),
    dryRun: parsed(stored.dryRun),
    adoption: parsed(stored.adoption),
  }
}

const parsed = (text: string | null): Json => (text === null ? null : JSON.parse(text))
