/** Reads assets of a run again by name, project by project, each with the assets that were joined to it (join-assets.ts). */
import { assetsAt } from '#lib/assets/inventory.ts'
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { joinedTo } from './adoption-differences.ts'

export interface RowToRead {
  id: string
  /** The asset's full name as the inventory takes it. */
  assetName: string
  cloudProject: string | null
  /** Names of the assets that stand in its manifest. */
  joined: readonly string[]
}

/** The asset as it is now, with its parts under `joined` as the run keeps them; null where it is gone. */
export interface ReadAgain {
  asset: JsonObject | null
  updateTime: Date | null
}

/**
 * Reads them. `scope`: for what belongs to no project. Where a project cannot be read, `refused` gets its rows and the error; without it the
 * error is thrown.
 */
export async function readAgain(
  scope: string,
  rows: readonly RowToRead[],
  refused?: (rows: readonly RowToRead[], error: CorbelError) => void,
): Promise<Map<string, ReadAgain>> {
  const found = new Map<string, ReadAgain>()
  const scopes = Map.groupBy(rows, ({ cloudProject }) => (cloudProject === null ? scope : `projects/${cloudProject}`))
  for (const [of, inside] of scopes) {
    try {
      const names = inside.flatMap(({ assetName, joined }) => [assetName, ...joined])
      const assets = await assetsAt(names, of)
      const now = (name: string): JsonObject | null => {
        const one = assets.get(name)
        return one && !one.deleted && isObject(one.asset) ? one.asset : null
      }
      for (const { id, assetName, joined } of inside) {
        const asset = now(assetName)
        const parts = joined.flatMap((name) => now(name) ?? [])
        found.set(id, {
          asset: asset && (joined.length === 0 ? asset : { ...asset, joined: parts }),
          updateTime: newest([assets.get(assetName)?.updateTime, ...joined.map((name) => assets.get(name)?.updateTime)]),
        })
      }
    } catch (error) {
      if (!(error instanceof CorbelError) || !refused) throw error
      refused(inside, error)
    }
  }
  return found
}

/** When an asset as the run keeps it, or one of its parts, was last written. */
export const updatedAt = (asset: Json): Date | null =>
  newest([textAt(asset, 'updateTime'), ...joinedTo(asset).map((part) => textAt(part, 'updateTime'))])

function newest(times: (string | null | undefined)[]): Date | null {
  const known = times.map((time) => (time ? Date.parse(time) : Number.NaN)).filter((time) => !Number.isNaN(time))
  return known.length === 0 ? null : new Date(Math.max(...known))
}
