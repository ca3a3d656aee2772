/** One asset of the inventory, read from either of its written forms: the API's (camelCase) and the export's (snake_case). Pure. */
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

export interface Asset {
  /** The full resource name: `//compute.googleapis.com/projects/p/global/firewalls/f`. */
  name: string
  /** `compute.googleapis.com/Firewall`. */
  assetType: string
  /** The resource as the inventory holds it. */
  data: JsonObject
  /** The API version of `data`, where the inventory says it. */
  version?: string
  /** `projects/NUMBER`, `folders/…`, `organizations/…`, nearest first; empty where unknown. */
  ancestors: string[]
  /** When the inventory saw the last change. */
  updateTime?: string
  /** The bindings of the resource, when the asset was asked for with its policy. */
  iamPolicy?: JsonObject
}

const longestName = 4096
const mostLevels = 100

/**
 * Reads one asset.
 * @throws Invalid when it is no asset: no object, no type, no name.
 */
export function readAsset(value: Json): Asset {
  if (!isObject(value)) throw new Invalid('This is no asset: an asset is an object with "name", "assetType" and "resource".')
  const assetType = textAt(value, 'assetType') ?? textAt(value, 'asset_type')
  if (!assetType || !/^[a-z0-9.-]+\/[A-Za-z0-9]+$/.test(assetType))
    throw new Invalid(
      assetType
        ? 'The asset type is not written like "compute.googleapis.com/Firewall", so it has no kind.'
        : 'The asset has no type ("assetType"), so it has no kind.',
    )
  const name = textAt(value, 'name')
  if (!name) throw new Invalid('The asset has no name, so nobody can tell which resource it is.')
  if (!name.startsWith('//') || name.length > longestName || holdsControl(name))
    throw new Invalid('The name of the asset is no full resource name ("//service.googleapis.com/…").')
  const data = valueAt(value, ['resource', 'data'])
  if (isDeeperThan(value, mostLevels)) throw new Invalid(`The asset is nested deeper than ${mostLevels} levels, which no resource is.`)
  const policy = valueAt(value, ['iamPolicy']) ?? valueAt(value, ['iam_policy'])
  const version = textAt(value, 'resource', 'version')
  const updateTime = textAt(value, 'updateTime') ?? textAt(value, 'update_time')
  const ancestors = valueAt(value, ['ancestors'])
  if (!isObject(data) && !isObject(policy)) throw new Invalid('The asset holds no data ("resource.data"), so there is nothing to convert.')
  return {
    name,
    assetType,
    data: isObject(data) ? data : {},
    ...(version === undefined ? {} : { version }),
    ancestors: Array.isArray(ancestors) ? ancestors.filter((item) => typeof item === 'string') : [],
    ...(updateTime === undefined ? {} : { updateTime }),
    ...(isObject(policy) ? { iamPolicy: policy } : {}),
  }
}

/** Control characters and those that turn the direction of writing: they make a name look like another. */
export function holdsControl(text: string): boolean {
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)
}

function isDeeperThan(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true
  return false
}
