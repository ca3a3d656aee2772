/** The cluster judges the manifests of a row, with the person's own token; the answer is kept for the review. */
import { database } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { dryRun } from '#lib/proposals/dry-run.ts'
import type { ImportDetail } from './contract.ts'
import { keptVerdict } from './kept-verdict.ts'
import { readableRow, readRow } from './read-row.ts'
import { changeableRun } from './run-access.ts'
import { storableJson } from './storable.ts'
import { readDetail } from './stored-asset.ts'

const atOnce = 4

/** Dry-runs all manifests of a row. Throws NotFound, Forbidden, Unauthenticated; a refusal of the cluster is an answer. */
export async function dryRunRow(runId: string, rowId: string, actor: Actor): Promise<ImportDetail> {
  const run = await changeableRun(runId, actor)
  const { row } = await readableRow(runId, rowId, actor)
  const { namespace } = row
  const { manifests } = await readDetail(database(), rowId)
  if (namespace === null || manifests.length === 0) throw new NotFound('This asset has no manifest, so there is nothing to judge.')
  const results: unknown[] = []
  let accepted: boolean | null = true
  const queue = manifests.entries()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, manifests.length) }, async () => {
      for (const [index, { kind, original, text }] of queue) {
        const request = { cluster: run.cluster, namespace, kind, action: 'create' as const, text: text ?? original }
        const verdict = await dryRun(request, actor)
        results[index] = keptVerdict(verdict, request.text)
        // a refusal counts more than a cluster that did not answer
        if (!verdict.accepted) accepted = verdict.unavailable === null ? false : accepted && null
      }
    }),
  )
  await database().$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1 FROM "import_asset" WHERE "id" = ${rowId}::uuid FOR UPDATE`
    const now = await readDetail(transaction, rowId)
    // somebody changed them meanwhile: the verdict is of another text
    if (JSON.stringify(now.manifests) !== JSON.stringify(manifests)) return
    await transaction.$executeRaw`UPDATE "import_asset" SET "accepted" = ${accepted} WHERE "id" = ${rowId}::uuid`
    await transaction.$executeRaw`UPDATE "import_asset_detail" SET "dryRun" = ${storableJson(results)}::jsonb WHERE "assetId" = ${rowId}::uuid`
  })
  return readRow(runId, rowId, actor)
}
