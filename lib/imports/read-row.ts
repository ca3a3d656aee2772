/** One asset of a run with everything its review shows. */
import { canProposeIn, canReadProject } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { redactManifest } from '#lib/redact/redact.ts'
import { clusterCatalogue } from './cluster-catalogue.ts'
import { ImportDetail, ImportManifest } from './contract.ts'
import { reviewedAsset } from './join-assets.ts'
import { filesOfRow } from './row-files.ts'
import { rowColumns, rowView, type StoredRow } from './row-view.ts'
import { type RunRow, readableRun } from './run-access.ts'
import { originalOf, readDetail, type StoredManifest } from './stored-asset.ts'

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

/**
 * One row with its asset, manifests, account and verdict. Secrets in manifests are shown only to those who may propose them. Throws NotFound.
 */
export async function readRow(runId: string, rowId: string, actor: Actor): Promise<ImportDetail> {
  const { run, row } = await readableRow(runId, rowId, actor)
  const detail = await readDetail(database(), row.id)
  const whole = row.namespace !== null && (await mayPropose(actor, run.cluster, row.namespace, row.kind))
  const shown = (text: string): string => (whole ? text : redactManifest(text))
  const dryRuns = ImportManifest.shape.dryRun.array().nullable().parse(detail.dryRun) ?? []
  const files = await filesOfRow(run, {
    service: row.service,
    namespace: row.namespace,
    manifests: placed(detail.manifests, row.namespace),
  })
  return ImportDetail.parse({
    row: rowView(row),
    asset: reviewedAsset(detail.asset, await clusterCatalogue(run.cluster)),
    manifests: detail.manifests.map((manifest, index) => ({
      kind: manifest.kind,
      name: manifest.name,
      original: shown(originalOf(manifest)),
      text: shown(manifest.text ?? originalOf(manifest)),
      path: files[index]?.path ?? null,
      fileExists: files[index]?.exists ?? false,
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

const placed = (manifests: StoredManifest[], namespace: string | null) =>
  manifests.map(({ kind, name }) => ({ kind, name, namespace: namespace ?? '' }))

/** A cluster that cannot be asked lets nobody. */
async function mayPropose(actor: Actor, cluster: string, namespace: string, kind: string | null): Promise<boolean> {
  try {
    return await canProposeIn(actor, cluster, namespace, kind ?? undefined)
  } catch (error) {
    if (error instanceof CorbelError) return false
    throw error
  }
}
