/** Who holds a field, by the API server's record (`metadata.managedFields`; kubernetes.io "Server-Side Apply", fieldsV1). */
import type { JsonPath } from '#lib/json.ts'
import type { FieldChange } from './exact-diff.ts'
import { type ExactJson, type ExactObject, exactAt, isExactObject, ownExact, readExactJson, sameExact } from './exact-json.ts'

/** Writes of break-glass, whoever's they are. */
export const breakGlassManager = 'corbel-break-glass'

export interface FieldOwner {
  manager: string
  /** Apply or Update. */
  operation: string
  /** When it last wrote any of its fields: RFC 3339, whole seconds. */
  time: string | undefined
  subresource: string | undefined
}

export interface OwnedPath {
  path: JsonPath
  owners: FieldOwner[]
}

interface Entry extends FieldOwner {
  fields: ExactObject
}

/** The owners of each path of the live object, the newest first: of the value itself, of a part of it, or of a whole it belongs to. */
export function fieldOwners(live: ExactObject, paths: readonly JsonPath[]): OwnedPath[] {
  const entries = entriesOf(live)
  return paths.map((path) => ({ path, owners: ownersIn(entries, (fields) => holds(fields, live, path)) }))
}

/**
 * The same for changes, under their own paths. What is added belongs to nobody yet, unless it joins a list or map that somebody holds as a
 * whole.
 */
export function ownersOfChanges(live: ExactObject, changes: readonly FieldChange[]): OwnedPath[] {
  const entries = entriesOf(live)
  return changes.map(({ path, livePath }) => ({
    path,
    owners: ownersIn(entries, (fields) => (livePath ? holds(fields, live, livePath) : holdsWhole(fields, path))),
  }))
}

/** Every manager of the object, status aside. */
export const managersOf = (live: ExactObject): FieldOwner[] => ownersIn(entriesOf(live), () => true)

function ownersIn(entries: Entry[], isOwner: (fields: ExactObject) => boolean): FieldOwner[] {
  return entries
    .filter(({ fields }) => isOwner(fields))
    .map(({ fields: _, ...owner }) => owner)
    .sort((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))
}

function entriesOf(live: ExactObject): Entry[] {
  const recorded = exactAt(live, ['metadata', 'managedFields'])
  return (Array.isArray(recorded) ? recorded : []).flatMap((entry): Entry[] => {
    if (!isExactObject(entry)) return []
    const { manager, operation, time, subresource, fieldsV1 } = entry
    if (typeof manager !== 'string' || !isExactObject(fieldsV1)) return []
    const text = (value: ExactJson | undefined) => (typeof value === 'string' && value !== '' ? value : undefined)
    return [{ manager, operation: text(operation) ?? 'Update', time: text(time), subresource: text(subresource), fields: fieldsV1 }]
  })
}

/** Held as a whole, with all it contains. `{".":{}}` in contrast holds that the object is there, and none of its keys. */
const isWhole = (fields: ExactObject): boolean => Object.keys(fields).length === 0

function holds(fields: ExactObject, live: ExactJson, path: JsonPath): boolean {
  let [set, here]: [ExactObject, ExactJson | undefined] = [fields, live]
  for (const [depth, key] of path.entries()) {
    if (depth > 0 && isWhole(set)) return true
    const inside = childSet(set, here, key)
    if (!inside) return false
    set = inside
    here = exactAt(here, [key])
  }
  return true
}

/** Whether a path below it ends in a whole: a list that is atomic, a map that is. */
function holdsWhole(fields: ExactObject, path: JsonPath): boolean {
  let set = fields
  for (const [depth, key] of path.entries()) {
    if (depth > 0 && isWhole(set)) return true
    const inside = typeof key === 'string' ? ownExact(set, `f:${key}`) : undefined
    if (!isExactObject(inside)) return false
    set = inside
  }
  return false
}

/** What `f:name`, `k:{"name":"a"}`, `v:"value"` or `i:0` holds below a key or index. */
function childSet(set: ExactObject, here: ExactJson | undefined, key: string | number): ExactObject | undefined {
  if (typeof key === 'string') {
    const inside = ownExact(set, `f:${key}`)
    return isExactObject(inside) ? inside : undefined
  }
  const item = exactAt(here, [key])
  for (const [name, inside] of Object.entries(set)) if (isExactObject(inside) && isItem(name, key, item)) return inside
  return undefined
}

function isItem(name: string, index: number, item: ExactJson | undefined): boolean {
  const rest = name.slice(2)
  if (name.startsWith('i:')) return rest === String(index)
  if (item === undefined || !(name.startsWith('v:') || name.startsWith('k:'))) return false
  let wanted: ExactJson
  try {
    wanted = readExactJson(rest)
  } catch {
    return false // no record of the API server looks like that; it then tells nothing
  }
  if (name.startsWith('v:')) return sameExact(item, wanted)
  return (
    isExactObject(wanted) && isExactObject(item) && Object.entries(wanted).every(([key, value]) => sameExact(ownExact(item, key), value))
  )
}
