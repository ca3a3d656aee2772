/** Stores a page of the inventory together with the place where reading goes on: both or neither. */
import type { Database, Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import type { Json } from '#lib/json.ts'
import type { ClusterCatalogue } from './cluster-catalogue.ts'
import type { DraftRow } from './convert-assets.ts'
import { advanceScan, type HeldRun, holdScan } from './import-life.ts'
import { keepPolicies } from './read-policies.ts'
import { storableJson } from './storable.ts'

/** Bytes of JSON in one statement, about. */
const statementBytes = 2_000_000
const transactionMs = 120_000

export interface Page {
  rows: DraftRow[]
  /** The place this page was read from, and where to go on. */
  from: string
  to: string
  snapshotAt?: Date
  gaps: HeldRun['gaps']
}

/** Keeps a page. False: somebody else kept it, or the run is no longer read; then nothing was stored. */
export async function keepPage(db: Database, runId: string, page: Page): Promise<boolean> {
  const statements = inStatements(page.rows)
  return db.$transaction(
    async (transaction) => {
      const held = await holdScan(transaction, runId, page.from)
      if (!held) return false
      const readByType = { ...held.readByType }
      for (const json of statements)
        for (const { assetType, count } of await insertRows(transaction, runId, json))
          readByType[assetType] = (readByType[assetType] ?? 0) + Number(count)
      await advanceScan(transaction, runId, {
        place: page.to,
        ...(page.snapshotAt ? { snapshotAt: page.snapshotAt } : {}),
        readByType,
        gaps: withGaps(held.gaps, page.gaps),
      })
      return true
    },
    { timeout: transactionMs },
  )
}

/** Each gap once. */
function withGaps(known: HeldRun['gaps'], more: HeldRun['gaps']): HeldRun['gaps'] {
  const key = (gap: HeldRun['gaps'][number]): string => JSON.stringify([gap.assetType, gap.message])
  return [...new Map([...known, ...more].map((gap) => [key(gap), gap])).values()]
}

/** The rows as JSON lists, none much larger than a statement should be. */
function inStatements(rows: DraftRow[]): string[] {
  const statements: string[] = []
  let gathered: string[] = []
  let size = 0
  for (const row of rows) {
    const json = storableJson({
      id: newId(),
      ...row,
      manifestCount: row.manifests.length,
      manifests: row.manifests.map((manifest) => ({ ...manifest, original: '', text: null })),
      verdictName: row.verdict?.verdict ?? null,
    })
    gathered.push(json)
    size += json.length
    if (size < statementBytes) continue
    statements.push(`[${gathered.join(',')}]`)
    gathered = []
    size = 0
  }
  if (gathered.length > 0) statements.push(`[${gathered.join(',')}]`)
  return statements
}

/** Inserts rows that are not there yet, with their details. Gives how many of each type were new. */
async function insertRows(transaction: Transaction, runId: string, json: string): Promise<{ assetType: string; count: bigint }[]> {
  return transaction.$queryRaw`
    WITH "given" AS (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS r(
        "id" uuid, "name" text, "displayName" text, "assetType" text, "service" text, "kind" text, "namespace" text, "cloudProject" text,
        "location" text, "parent" text, "updateTime" timestamptz, "category" text, "reason" text, "message" text, "identity" text,
        "unmapped" int, "manifestCount" int, "verdictName" text, "asset" jsonb, "manifests" jsonb, "account" jsonb, "verdict" jsonb)
    ), "kept" AS (
      INSERT INTO "import_asset" ("id", "runId", "name", "displayName", "assetType", "service", "kind", "namespace", "cloudProject", "location",
        "parent", "updateTime", "category", "reason", "message", "identity", "unmapped", "manifests", "verdict")
      SELECT "id", ${runId}::uuid, "name", "displayName", "assetType", "service", "kind", "namespace", "cloudProject", "location",
        "parent", "updateTime", "category", "reason", "message", "identity", "unmapped", "manifestCount", "verdictName"
      FROM "given" ON CONFLICT ("runId", "name") DO NOTHING RETURNING "id", "assetType"
    ), "details" AS (
      INSERT INTO "import_asset_detail" ("assetId", "asset", "manifests", "account", "verdict")
      SELECT "id", "asset", "manifests", nullif("account", 'null'), nullif("verdict", 'null') FROM "given" JOIN "kept" USING ("id")
    )
    SELECT "assetType", count(*) AS "count" FROM "kept" GROUP BY 1`
}

export interface PolicyPage {
  policies: readonly Json[]
  catalogue: ClusterCatalogue
  from: string
  to: string
}

/** Keeps a page of access policies. False: somebody else kept it, or the run is no longer read. */
export async function keepPolicyPage(db: Database, runId: string, { policies, catalogue, from, to }: PolicyPage): Promise<boolean> {
  return db.$transaction(
    async (transaction) => {
      const held = await holdScan(transaction, runId, from)
      if (!held) return false
      await keepPolicies(transaction, runId, policies, catalogue)
      await advanceScan(transaction, runId, { place: to, readByType: held.readByType, gaps: held.gaps })
      return true
    },
    { timeout: transactionMs },
  )
}
