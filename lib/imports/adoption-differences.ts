/**
 * What is otherwise in the cloud than at the snapshot: two readings of one asset compared leaf by leaf. Pure.
 *
 * Left out is what services count or date by themselves, since it differs between any two readings: each entry of the lists below says why.
 * Kept and called expected is the label that adoption adds.
 */
import { isObject, type Json, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'

/** A leaf that differs; a side without it is null. */
export interface AdoptionDifference {
  path: JsonPath
  before: Json | null
  after: Json | null
  /** Adoption does it, and nothing else does. */
  expected: boolean
}

/** Keys of leaves that say nothing about the configuration, wherever they stand, with the reason. */
const passedOver: readonly { key: RegExp; because: string }[] = [
  { key: /^etag$/, because: 'a checksum that changes with every write, the label included' },
  { key: /fingerprint$/i, because: 'a checksum of fields that are compared themselves' },
  { key: /^(?:meta)?generation$|^(?:settings|config|policy)version$|^(?:version|revision)id$/i, because: 'a counter of writes' },
  { key: /^observedgeneration$/i, because: 'how far the service has got with its own work' },
  {
    key: /^updated$|^(?:updated?|modified|modify|lastmodified|lastupdated?|laststart|laststop|lastsuspended|lastattach|lastdetach|laststate|lastused|lastuse|lastaccess|lastrefresh|lastscheduled?|lastattempt|laststatus|scheduled?|nextrotation|nextrun)(?:time|timestamp|date|at)$/i,
    because: 'a date of the service: when something was last written or done',
  },
  {
    key: /^(?:numbytes|numrows|numlongtermbytes|numactive.*|numtotal.*|currentbytes|usedbytes|storagebytes|datadisksizeused|currentdisksize|satisfiespz[is])$/i,
    because: 'measured by the service',
  },
  {
    key: /^(?:currentnodecount|currentsize|readyreplicas|runningreplicas)$/i,
    because: 'how many there are now, which the service decides',
  },
]

/** Top-level keys of the data that tell the present state of the service's own work, not what was configured. */
const ownWork = new Set([
  'state',
  'status',
  'statusMessage',
  'conditions',
  'terminalCondition',
  'reconciling',
  'latestReadyRevision',
  'latestCreatedRevision',
])

const adoptionLabel = 'managed-by-cnrm'
const labelMaps = new Set(['labels', 'userLabels', 'resourceLabels'])

/**
 * Compares two assets in the inventory's form by `resource.data`, and the parts that were joined to them by name. Lists that hold the same in
 * another order are the same, and so are a field that is empty and one that is missing: services write both as they please.
 */
export function adoptionDifferences(before: Json, after: Json): AdoptionDifference[] {
  const differences: AdoptionDifference[] = []
  compare(dataOf(before), dataOf(after), [], differences)
  const parts = [joinedTo(before), joinedTo(after)].map((joined) => new Map(joined.map((part) => [textAt(part, 'name') ?? '', part])))
  for (const name of new Set(parts.flatMap((joined) => [...joined.keys()]))) {
    const [was = null, is = null] = parts.map((joined) => joined.get(name) ?? null)
    compare(dataOf(was), dataOf(is), [name.split('/').at(-1) ?? name], differences)
  }
  return differences
}

/** The parts of an asset as the run keeps it: assets that stand in its manifest (join-assets.ts). */
export function joinedTo(asset: Json): Json[] {
  const joined = isObject(asset) ? asset.joined : undefined
  return Array.isArray(joined) ? joined : []
}

const dataOf = (asset: Json): Json => valueAt(asset, ['resource', 'data']) ?? null

function compare(before: Json, after: Json, path: JsonPath, into: AdoptionDifference[]): void {
  if (isPassedOver(path) || sameJson(before, after) || (isEmpty(before) && isEmpty(after))) return
  if ((isObject(before) || isEmpty(before)) && (isObject(after) || isEmpty(after))) {
    const [a, b] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)].sort())) compare(own(a, key), own(b, key), [...path, key], into)
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const [a, b] = aligned(before, after)
    for (let index = 0; index < Math.max(a.length, b.length); index++) compare(a[index] ?? null, b[index] ?? null, [...path, index], into)
  } else into.push({ path, before, after, expected: isAdoptionLabel(path, before, after) })
}

const own = (object: { [key: string]: Json }, key: string): Json => (Object.hasOwn(object, key) ? (object[key] ?? null) : null)

const isEmpty = (value: Json): boolean =>
  value === null || value === '' || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.values(value).every(isEmpty))

function isPassedOver(path: JsonPath): boolean {
  const key = path.at(-1)
  if (typeof key !== 'string' || isInLabels(path)) return false
  return passedOver.some((entry) => entry.key.test(key)) || (path.length === 1 && ownWork.has(key))
}

/** A label may have any name, so no name says that it does not matter. */
const isInLabels = (path: JsonPath): boolean => labelMaps.has(String(path.at(-2)))

const isAdoptionLabel = (path: JsonPath, before: Json, after: Json): boolean =>
  path.at(-1) === adoptionLabel && isInLabels(path) && before === null && after === 'true'

/** Two lists with what is the same in both brought to the same place, whatever the order; what is left stays in order. */
function aligned(before: Json[], after: Json[]): [Json[], Json[]] {
  const left = after.map((item) => ({ item, key: canonical(item) }))
  const byKey = new Map<string, number[]>()
  for (const [index, { key }] of left.entries()) byKey.set(key, [...(byKey.get(key) ?? []), index])
  const taken = new Set<number>()
  const rest = before.filter((item) => {
    const place = byKey.get(canonical(item))?.shift()
    if (place === undefined) return true
    taken.add(place)
    return false
  })
  return [rest, left.filter((_, index) => !taken.has(index)).map(({ item }) => item)]
}

/** JSON with sorted keys and without what is passed over: the same content gives the same text. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const kept = Object.keys(value).filter((key) => !passedOver.some((entry) => entry.key.test(key)) && !isEmpty(own(value, key)))
  return `{${kept
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(own(value, key))}`)
    .join(',')}}`
}
