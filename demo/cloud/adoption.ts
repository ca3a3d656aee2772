/**
 * What an object would do to the cloud resource it names, and whether it may: how a controller acquires what exists already. Every
 * difference between manifest and resource is a change that would be sent. Pure.
 */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'
import type { AccountEntry } from '#lib/mapping/account.ts'
import type { Catalogue } from '#lib/mapping/catalogue.ts'
import { convertAsset } from '#lib/mapping/convert-asset.ts'
import { isLabelled } from '#lib/mapping/labelled-kinds.ts'

export interface AdoptionContext {
  catalogue: Catalogue
  projectIds: ReadonlyMap<string, string>
  /** Ids in the cloud of the objects that a reference by name may mean. */
  idsNamed: (namespace: string, name: string, kind: string | undefined) => string[]
}

/** The change that taking over means: no fields where nothing changes. `data` is a merge patch for the resource's data. */
export interface Takeover {
  fields: string[]
  data: JsonObject
}

const adoptionLabel = 'managed-by-cnrm'

/** What stands in the way of acquiring a resource, in Config Connector's words; undefined where nothing does. `now` in milliseconds since 1970. */
export function managementConflict(object: JsonObject, asset: JsonObject, now: number): string | undefined {
  const labels = labelsOf(asset).labels
  const holder = labels['cnrm-lease-holder-id']
  const until = Number(labels['cnrm-lease-expiration']) * 1000
  if (typeof holder !== 'string' || !(until > now)) return undefined
  const name = `${textAt(object, 'kind')} ${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`
  return `Management conflict: cannot obtain the lease on the resource of ${name}: it is leased to "${holder}" until ${new Date(until).toISOString()}`
}

/** What acquiring `asset` with `object` changes. */
export function takeover(object: JsonObject, asset: JsonObject, context: AdoptionContext): Takeover {
  const { fields, data } = specChanges(object, asset, context)
  const kind = textAt(object, 'kind') ?? ''
  const { path, labels: live } = labelsOf(asset, kind)
  if (!path) return { fields, data }
  const wanted: JsonObject = { ...ownLabels(object), [adoptionLabel]: 'true' }
  const changes = Object.keys({ ...live, ...wanted }).filter((key) => live[key] !== wanted[key])
  if (changes.length === 0) return { fields, data }
  const labels = Object.fromEntries(changes.map((key): [string, Json] => [key, wanted[key] ?? null]))
  return { fields: [...fields, ...changes.map((key) => `labels.${key}`)], data: withValue(data, path, labels) }
}

/** The labels that Config Connector sends: those without a slash. */
function ownLabels(object: JsonObject): JsonObject {
  const labels = valueAt(object, ['metadata', 'labels'])
  return isObject(labels) ? Object.fromEntries(Object.entries(labels).filter(([key]) => !key.includes('/'))) : {}
}

const labelPaths: Record<string, string[]> = { SQLInstance: ['settings', 'userLabels'], MonitoringAlertPolicy: ['userLabels'] }

/** Where a resource keeps its labels, and which; without a path it has none. */
function labelsOf(asset: JsonObject, kind = ''): { path: string[] | undefined; labels: JsonObject } {
  const data = valueAt(asset, ['resource', 'data'])
  const path = [labelPaths[kind] ?? ['labels'], ['labels'], ['settings', 'userLabels'], ['userLabels']].find((one) =>
    isObject(valueAt(data, one)),
  )
  const labels = path && valueAt(data, path)
  return { path: path ?? (isLabelled(kind) ? (labelPaths[kind] ?? ['labels']) : undefined), labels: isObject(labels) ? labels : {} }
}

/** Ways in which a value goes over as it is: there the resource itself is asked, not what the import made of it. */
const unchanged = new Set<AccountEntry['by']>(['copy', 'number'])

function specChanges(object: JsonObject, asset: JsonObject, context: AdoptionContext): Takeover {
  const { manifests, account } = convertAsset(asset, context.catalogue, { projectIds: context.projectIds })
  const live = manifests.find(({ kind }) => kind === object.kind)
  const data = valueAt(asset, ['resource', 'data'])
  const result: Takeover = { fields: [], data: {} }
  for (const { path, value } of leavesOf(object.spec ?? {}, [])) {
    if (path[0] === 'resourceID' || path[0] === 'projectRef') continue
    const at: JsonPath = ['spec', ...path]
    const entry = account?.entries.find(({ to }) => to !== undefined && sameJson(to, at))
    const raw = entry ? (unchanged.has(entry.by) ? valueAt(data, entry.from) : undefined) : scalarAt(data, path)
    if (raw !== undefined ? String(raw) === String(value) : isSame(value, valueAt(live, at), object, context)) continue
    result.fields.push(path.join('.'))
    if (entry?.from.every((key) => typeof key === 'string') && !isObject(value))
      result.data = withValue(result.data, entry.from.map(String), value)
  }
  return result
}

/** A value of the resource that nobody says was written, at the field's own place. */
function scalarAt(data: Json | undefined, path: JsonPath): Json | undefined {
  const found = valueAt(data, path)
  return typeof found === 'object' ? undefined : found
}

/** Whether a field of the manifest says what is live. */
function isSame(value: Json, live: Json | undefined, object: JsonObject, { idsNamed }: AdoptionContext): boolean {
  if (!isReference(value)) return sameJson(value, live) || (!isObject(value) && live !== undefined && String(value) === String(live))
  const target = isObject(live) ? textAt(live, 'external') : typeof live === 'string' ? live : undefined
  if (target === undefined) return false
  const external = textAt(value, 'external')
  const name = textAt(value, 'name')
  if (external !== undefined) return lastPart(external) === lastPart(target)
  const namespace = textAt(value, 'namespace') ?? textAt(object, 'metadata', 'namespace') ?? ''
  return name !== undefined && idsNamed(namespace, name, textAt(value, 'kind')).includes(lastPart(target))
}

const isReference = (value: Json): value is JsonObject =>
  isObject(value) &&
  ('external' in value || 'name' in value) &&
  Object.keys(value).every((key) => ['external', 'name', 'namespace', 'kind'].includes(key))

/** Accounts count by the part before the @. */
const lastPart = (text: string): string => text.split('/').at(-1)?.split('@')[0] ?? text

function leavesOf(value: Json, path: JsonPath): { path: JsonPath; value: Json }[] {
  if (isReference(value) && path.length > 0) return [{ path, value }]
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, index) => leavesOf(item, [...path, index]))
  if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]))
  return path.length === 0 ? [] : [{ path, value }]
}

function withValue(object: JsonObject, [key, ...rest]: string[], value: Json): JsonObject {
  if (key === undefined) return object
  const inner = object[key]
  return { ...object, [key]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value) }
}
