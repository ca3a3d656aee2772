/** The chosen rows of an import as a plan needs them. */
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import type { RowToPlace } from './lay-out-manifests.ts'
import { StoredManifest, StoredVerdict } from './stored-asset.ts'

export interface PlanManifest {
  /** Kind.group */
  kind: string
  namespace: string
  name: string
  /** One document, as it goes into the file. */
  text: string
}

export interface PlanRow extends RowToPlace {
  id: string
  /** The asset's full name as the inventory takes it; `name` may be shortened. */
  assetName: string
  namespace: string | null
  cloudProject: string | null
  /** Names of the assets that stand in its manifest. */
  joined: string[]
  verdict: StoredVerdict | null
  unmapped: number
  edited: boolean
  manifests: PlanManifest[]
  /** Rows of the run that it refers to by name. */
  refers: string[]
}

const columns = z.object({
  id: z.string(),
  name: z.string(),
  assetName: z.string(),
  parent: z.string().nullable(),
  displayName: z.string(),
  service: z.string(),
  namespace: z.string().nullable(),
  cloudProject: z.string().nullable(),
  joined: z.array(z.string()),
  unmapped: z.number(),
  edited: z.boolean(),
  detail: z.string(),
  judged: z.string().nullable(),
})

/** Chosen rows that stand in no proposal, or in one whose pull request was closed without merging. */
export async function rowsToPlan(runId: string): Promise<PlanRow[]> {
  const rows = await database().$queryRaw<unknown[]>`
    SELECT a."id"::text AS "id", a."name", COALESCE(nullif(d."asset"->>'name', ''), a."name") AS "assetName",
      ARRAY(SELECT j->>'name' FROM jsonb_array_elements(CASE WHEN jsonb_typeof(d."asset"->'joined') = 'array' THEN d."asset"->'joined' ELSE '[]' END) AS j) AS "joined", a."parent", a."displayName", a."service", a."namespace", a."cloudProject", a."unmapped",
      a."edited", d."manifests"::text AS "detail", d."verdict"::text AS "judged"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id" LEFT JOIN "proposal" p ON p."id" = a."proposalId"
    WHERE a."runId" = ${runId}::uuid AND a."chosen" AND (p."id" IS NULL OR p."state" = 'closed')`
  return columns
    .array()
    .parse(rows)
    .map(({ detail, judged, ...row }) => {
      const manifests = StoredManifest.array().parse(JSON.parse(detail))
      return {
        ...row,
        verdict: judged === null ? null : StoredVerdict.nullable().parse(JSON.parse(judged)),
        manifests: manifests.map(({ kind, name, original, text }) => ({
          kind,
          name,
          namespace: row.namespace ?? '',
          text: text ?? original,
        })),
        refers: [...new Set(manifests.flatMap(({ refers }) => refers ?? []))],
      }
    })
}

/** Of these rows, those whose cloud resource another import has proposed in a pull request that is not finished; with its title. */
export async function proposedByOthers(ids: string[]): Promise<Map<string, string>> {
  const rows = await database().$queryRaw<{ id: string; title: string }[]>`
    SELECT a."id"::text AS "id", p."title" FROM "import_asset" a
    JOIN "import_asset" other ON other."identity" = a."identity" AND other."runId" <> a."runId"
    JOIN "proposal" p ON p."id" = other."proposalId" AND p."state" NOT IN ('closed', 'ready', 'failed')
    WHERE a."id" = ANY(${ids}::uuid[])`
  return new Map(rows.map(({ id, title }) => [id, title]))
}

/** A row that others refer to. */
export interface ReferredRow {
  displayName: string
  namespace: string | null
  /** Of its own manifest. */
  kind: string | null
  name: string | null
  /** It is in a proposal that was not closed. */
  proposed: boolean
}

/** What is to be known of rows that others refer to. */
export async function referredRows(ids: string[]): Promise<Map<string, ReferredRow>> {
  const rows = await database().$queryRaw<(ReferredRow & { id: string })[]>`
    SELECT a."id"::text AS "id", a."displayName", a."namespace", d."manifests"->0->>'kind' AS "kind", d."manifests"->0->>'name' AS "name",
      (p."id" IS NOT NULL AND p."state" <> 'closed') AS "proposed"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id" LEFT JOIN "proposal" p ON p."id" = a."proposalId"
    WHERE a."id" = ANY(${ids}::uuid[])`
  return new Map(rows.map(({ id, ...row }) => [id, row]))
}
