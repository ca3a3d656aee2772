/** One asset of a run with everything its review shows. */
import { canReadProject } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { ImportDetail, ImportManifest } from './contract.ts'
import { rowColumns, rowView, type StoredRow } from './row-view.ts'
import { type RunRow, readableRun } from './run-access.ts'
import { originalOf, readDetail } from './stored-asset.ts'

const notThere = 'There is no such asset in this import, or you may not see its project.'

/**
 * A row that the person may see whole: its run, and the resources of its kind in its own project. Throws NotFound.
 */
export async function readableRow(runId: string, rowId: string, actor: Actor): Promise<{ run: RunRow; row: StoredRow }> {
  const run = await readableRun(runId, actor)
  const [row] = await database().$queryRaw<StoredRow[]>`
    SELECT ${rowColumns} FROM "import_asset" WHERE "id" = ${rowId}::uuid AND "runId" = ${runId}::uuid`
  if (!row) throw new NotFound(notThere)
  if (row.namespace !== null && !(await canReadProject(actor, run.cluster, row.namespace, row.kind ?? undefined)))
    throw new NotFound(notThere)
  return { run, row }
}

/** One row with its asset, manifests, account and verdict. Throws NotFound. */
export async function readRow(runId: string, rowId: string, actor: Actor): Promise<ImportDetail> {
  const { row } = await readableRow(runId, rowId, actor)
  return describeRow(row)
}

/** The row as the API gives it; the caller has checked who asks. */
export async function describeRow(row: StoredRow): Promise<ImportDetail> {
  const detail = await readDetail(database(), row.id)
  const dryRuns = ImportManifest.shape.dryRun.array().nullable().parse(detail.dryRun) ?? []
  return ImportDetail.parse({
    row: rowView(row),
    asset: detail.asset,
    manifests: detail.manifests.map((manifest, index) => ({
      kind: manifest.kind,
      name: manifest.name,
      original: originalOf(manifest),
      text: manifest.text ?? originalOf(manifest),
      path: null,
      fileExists: false,
      dryRun: dryRuns[index] ?? null,
    })),
    leaves: (detail.account?.entries ?? []).map(({ from, fate, to, manifest, by, why }) => ({
      from,
      fate,
      to: to ?? null,
      manifest: to ? (manifest ?? 0) : null,
      by: by ?? null,
      why: why ?? null,
    })),
    unreadable: detail.account?.unreadable ?? [],
    verdict: detail.verdict,
  })
}
