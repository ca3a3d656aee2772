/**
 * Before pull requests are opened, what they hold is read again from the inventory. What changed in the cloud since it was converted is
 * converted anew and stored, what is gone is left out; both are told, so that somebody looks before anything is opened.
 */
import { projectOf } from '#lib/assets/inventory.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { adoptionDifferences } from './adoption-differences.ts'
import type { ImportFreshness } from './contract.ts'
import type { PlanRow } from './plan-rows.ts'
import { type ChangedAsset, convertAnew } from './propose-convert-anew.ts'
import { readAgain, updatedAt } from './propose-read-again.ts'
import type { RunRow } from './run-access.ts'
import { storableJson } from './storable.ts'
import { readDetail } from './stored-asset.ts'

type FreshRow = Pick<PlanRow, 'id' | 'name' | 'assetName' | 'namespace' | 'cloudProject' | 'joined'>

/** Reads rows again. Throws what the inventory throws: what cannot be read again is not proposed. */
export async function freshRows(run: RunRow, rows: readonly FreshRow[]): Promise<ImportFreshness> {
  const now = await readAgain(run.scope, rows)
  const changed: ImportFreshness['changed'] = []
  const gone: ImportFreshness['gone'] = []
  const anew: (ChangedAsset & { row: FreshRow; message: string })[] = []
  for (const row of rows) {
    const found = now.get(row.id)
    if (!found?.asset) {
      await leaveOut(row)
      gone.push({ row: row.id, name: row.name })
      continue
    }
    const { asset: before } = await readDetail(database(), row.id)
    if (found.updateTime !== null && found.updateTime.getTime() === updatedAt(before)?.getTime()) continue
    const asset = withPolicy(found.asset, before)
    const differences = adoptionDifferences(before, redactResource(asset))
    if (differences.length === 0) {
      await keepReading(row.id, asset, found.updateTime)
      continue
    }
    const paths = differences.map(({ path }) => path.join('.'))
    anew.push({ row, id: row.id, namespace: row.namespace, asset, message: changeSentence(found.updateTime, paths) })
  }
  const outcomes = await convertAnew(run, anew, await projectIds(anew))
  for (const [index, { row, message }] of anew.entries())
    changed.push({ row: row.id, name: row.name, message: [message, outcomes[index]].filter(Boolean).join(' ') })
  return { checkedAt: new Date().toISOString(), changed, gone }
}

const changeSentence = (when: Date | null, paths: string[]): string => {
  const shown = paths.slice(0, 5).join(', ')
  const more = paths.length > 5 ? ` and ${paths.length - 5} more fields` : ''
  return `It was changed in the cloud${when ? ` at ${when.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''}: ${shown}${more}.`
}

/** Access policies are read by a search of their own, so the one that was found stays with its asset. */
const withPolicy = (asset: JsonObject, before: Json): JsonObject =>
  isObject(before) && before.iamPolicy !== undefined ? { ...asset, iamPolicy: before.iamPolicy } : asset

/** It was deleted in the cloud: nothing can be adopted. */
async function leaveOut({ id }: FreshRow): Promise<void> {
  await database().importAsset.update({
    where: { id },
    data: { chosen: false, category: 'unsupported', reason: 'gone', message: 'It was deleted in the cloud after the inventory was read.' },
  })
}

/** It was written without a difference that matters: the newer reading is what later ones are compared with. */
async function keepReading(id: string, asset: JsonObject, updateTime: Date | null): Promise<void> {
  await database().$executeRaw`
    WITH "row" AS (UPDATE "import_asset" SET "updateTime" = ${updateTime} WHERE "id" = ${id}::uuid)
    UPDATE "import_asset_detail" SET "asset" = ${storableJson(redactResource(asset))}::jsonb WHERE "assetId" = ${id}::uuid`
}

/** Numbers of the cloud projects that are concerned; one that the inventory does not tell stays unknown. */
async function projectIds(rows: { row: FreshRow }[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const project of new Set(rows.flatMap(({ row }) => row.cloudProject ?? []))) {
    try {
      const { id, number } = await projectOf(project)
      ids.set(number, id)
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
    }
  }
  return ids
}
