/** Assets that are parts of another asset's manifest: the inventory holds the clusters of a Bigtable instance apart, its kind wants them inside. Pure. */
import { isObject, type Json, textAt, valueAt } from '#lib/json.ts'
import { readAssetName } from './asset-name.ts'
import type { Catalogue } from './catalogue.ts'

/** The full name of the asset that this one is a part of; undefined for most. Takes any JSON. */
export function joinedTo(asset: Json, catalogue: Pick<Catalogue, 'joinOf'>): string | undefined {
  const type = textAt(asset, 'assetType') ?? textAt(asset, 'asset_type')
  const name = textAt(asset, 'name')
  if (!type || !name || !catalogue.joinOf(type)) return undefined
  const { host, parts } = readAssetName(name)
  const above = parts.at(-2)
  return above && `//${host}/${above.path}`
}

/** The asset with its parts in its data, where the table of the kind looks for them (`joins`); their own ids stand in `name`. */
export function withJoined(asset: Json, parts: readonly Json[], catalogue: Pick<Catalogue, 'joinOf'>): Json {
  const data = valueAt(asset, ['resource', 'data'])
  if (!isObject(asset) || !isObject(asset.resource) || !isObject(data) || parts.length === 0) return asset
  const joined = new Map<string, Json[]>()
  for (const part of parts) {
    const key = catalogue.joinOf(textAt(part, 'assetType') ?? textAt(part, 'asset_type') ?? '')?.as
    const inner = valueAt(part, ['resource', 'data'])
    if (key !== undefined && isObject(inner))
      joined.set(key, [...(joined.get(key) ?? []), { ...inner, name: ownName(inner) ?? textAt(part, 'name') ?? '' }])
  }
  // In one order, whatever order the inventory gave them in.
  const lists = [...joined].map(
    ([key, list]) => [key, list.toSorted((a, b) => ((textAt(a, 'name') ?? '') < (textAt(b, 'name') ?? '') ? -1 : 1))] as const,
  )
  return { ...asset, resource: { ...asset.resource, data: { ...data, ...Object.fromEntries(lists) } } }
}

/** What the part calls itself, where it does so in full. */
const ownName = (data: Json): string | undefined => {
  const name = textAt(data, 'name')
  return name?.includes('/') ? name : undefined
}
