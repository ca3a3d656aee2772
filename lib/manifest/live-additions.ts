/**
 * What the live object has and the manifest in Git does not, as far as the API server recorded who set it: another field manager's
 * work, such as an operator's or somebody's `kubectl edit`. Source: metadata.managedFields, kubernetes.io "Server-Side Apply".
 */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'
import { isOurs, itemNames, ownValue } from './live-differences.ts'
import type { MergeLists } from './merge-values.ts'

/** A field and who set it. `path` leads into the object it was read from, list indexes included. */
export interface FieldOwner {
  path: JsonPath
  manager: string
}

/** The field manager `corbel apply` writes as: what it set comes from Git. */
const ours = 'corbel'
/** More owned fields of one object are left out. */
const mostOwners = 2000

/** Who else set which fields, other than the status; in the order of the record. Needs the object as the API server gives it. */
export function fieldOwners(object: JsonObject): FieldOwner[] {
  const entries = valueAt(object, ['metadata', 'managedFields'])
  const found: FieldOwner[] = []
  for (const entry of Array.isArray(entries) ? entries : []) {
    const manager = textAt(entry, 'manager')
    const fields = valueAt(entry, ['fieldsV1'])
    if (!manager || manager === ours || textAt(entry, 'subresource') || !isObject(fields)) continue
    const walk = (set: JsonObject, here: Json, path: JsonPath): void => {
      for (const [key, inside] of Object.entries(set)) {
        const step = key === '.' ? undefined : stepTo(key, here)
        if (step === undefined || found.length >= mostOwners) continue
        const there = [...path, step]
        if (isOurs(there)) continue
        const next = valueAt(here, [step])
        if (isObject(inside) && next !== undefined && Object.keys(inside).some((each) => each !== '.')) walk(inside, next, there)
        else found.push({ path: there, manager })
      }
    }
    walk(fields, object, [])
  }
  return found
}

/** The key or index that a key of `fieldsV1` means: `f:name`, `k:{"name":"a"}`, `v:"value"`, `i:0`. Undefined where it is gone. */
function stepTo(key: string, here: Json): string | number | undefined {
  const rest = key.slice(2)
  if (key.startsWith('f:')) return isObject(here) && Object.hasOwn(here, rest) ? rest : undefined
  if (!Array.isArray(here)) return undefined
  let index = -1
  if (key.startsWith('i:')) index = here[Number(rest)] === undefined ? -1 : Number(rest)
  else {
    const wanted = read(rest)
    if (key.startsWith('v:')) index = here.findIndex((item) => sameJson(item, wanted))
    if (key.startsWith('k:') && isObject(wanted))
      index = here.findIndex(
        (item) => isObject(item) && Object.entries(wanted).every(([name, value]) => sameJson(ownValue(item, name), value)),
      )
  }
  return index < 0 ? undefined : index
}

function read(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no record of the API server looks like that; it then tells nothing
  }
}

export interface LiveAddition {
  /** Where it stands in the live object. */
  path: JsonPath
  live: Json
  /** Who set it, or parts of it. */
  managers: string[]
}

/** The fields other managers set and Git does not, the highest ones, in the live object's order. */
export function liveAdditions(
  git: Json | undefined,
  live: Json,
  owners: readonly FieldOwner[],
  { lists = () => undefined }: { lists?: MergeLists } = {},
): LiveAddition[] {
  const found: LiveAddition[] = []
  const managersOf = (path: JsonPath): string[] => [
    ...new Set(owners.filter((owner) => path.every((key, at) => owner.path[at] === key)).map(({ manager }) => manager)),
  ]
  const compare = (there: Json, wanted: Json | undefined, path: JsonPath): void => {
    if (isOurs(path)) return
    if (wanted === undefined && !(path[0] === 'metadata' && path.length < 3)) {
      const managers = managersOf(path)
      if (managers.length > 0) found.push({ path, live: there, managers })
    } else if (isObject(there)) {
      for (const [key, item] of Object.entries(there)) compare(item, isObject(wanted) ? ownValue(wanted, key) : undefined, [...path, key])
    } else if (Array.isArray(there) && Array.isArray(wanted)) {
      const [here, known] = [itemNames(lists, path, there), itemNames(lists, path, wanted)]
      if (here && known)
        for (const [index, item] of there.entries()) compare(item, wanted[known.indexOf(here[index] ?? '')], [...path, index])
      else if (there.length === wanted.length) for (const [index, item] of there.entries()) compare(item, wanted[index], [...path, index])
    }
  }
  if (git !== undefined && isObject(live)) compare(live, git, [])
  return found
}
