/** What is left of a break-glass change: where the live object and Git still differ at the touched fields. */
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import { configConnectorManager } from './consequences.ts'
import { type FieldChange, type ListKeys, namesOf } from './exact-diff.ts'
import { type ExactJson, type ExactObject, exactAt, isExactObject, lostDigits, ownExact, sameExact } from './exact-json.ts'
import { fieldOwners } from './field-owners.ts'

/** A side without the field is undefined. */
export interface ResidualDifference {
  path: JsonPath
  live: ExactJson | undefined
  git: ExactJson | undefined
}

export interface ResidueInput {
  /** Undefined where the resource is gone. With its managedFields, so that what the controller fills in is known. */
  live: ExactObject | undefined
  /** The manifest in Git as lib/manifest reads it; undefined where Git has none. */
  git: Json | undefined
  /** `touchedPaths` of the changes. */
  paths: readonly JsonPath[]
  listKeys?: ListKeys
  /** What the API server sets where nothing is said: CompiledKind's defaults. */
  defaults?: (path: JsonPath) => Json | undefined
}

/**
 * The fields to compare once the change is applied. An item that came or went moves all others of its list: then the list is compared.
 */
export function touchedPaths(changes: readonly Pick<FieldChange, 'kind' | 'path'>[]): JsonPath[] {
  const paths = changes.map(({ kind, path }) => {
    const moved = kind !== 'changed' && typeof path.at(-1) === 'number'
    return moved ? path.slice(0, -1) : path
  })
  const texts = new Set<string>()
  return paths.filter((path) => {
    const text = JSON.stringify(path)
    return !texts.has(text) && texts.add(text)
  })
}

/** Empty where nothing is left. What the API server or Config Connector filled in beside Git's values is no difference. */
export function residueOf({
  live,
  git,
  paths,
  listKeys = () => undefined,
  defaults = () => undefined,
}: ResidueInput): ResidualDifference[] {
  if (!live || git === undefined || !isObject(git)) {
    if (!live && git === undefined) return []
    return live ? differencesWithoutGit(live, paths) : [{ path: [], live: undefined, git }]
  }
  const found: ResidualDifference[] = []

  const compare = (there: ExactJson | undefined, wanted: ExactJson | undefined, path: JsonPath): void => {
    if (sameNumberOrValue(there, wanted) || (isNothing(there) && isNothing(wanted))) return
    if (wanted === undefined && isFilledIn(there, path)) return
    if (isExactObject(there) && (isExactObject(wanted) || wanted === undefined)) {
      const keys = new Set([...Object.keys(there), ...Object.keys(wanted ?? {})])
      for (const key of keys) compare(ownExact(there, key), wanted && ownExact(wanted, key), [...path, key])
    } else if (Array.isArray(there) && Array.isArray(wanted)) compareItems(there, wanted, path)
    else found.push({ path, live: there, git: wanted })
  }

  const compareItems = (there: ExactJson[], wanted: ExactJson[], path: JsonPath): void => {
    const keys = listKeys(path)
    const [here, names] = keys ? [namesOf(there, keys), namesOf(wanted, keys)] : []
    if (there.length !== wanted.length || (here && names && here.some((name) => !names.includes(name)))) {
      found.push({ path, live: there, git: wanted })
      return
    }
    for (const [index, item] of there.entries()) {
      const at = here && names ? names.indexOf(here[index] ?? '') : index
      compare(item, wanted[at], [...path, index])
    }
  }

  const isFilledIn = (value: ExactJson | undefined, path: JsonPath): boolean => {
    const byServer = defaults(path)
    if (byServer !== undefined && sameExact(byServer, value)) return true
    const [owned] = fieldOwners(live, [path])
    return !!owned && owned.owners.length > 0 && owned.owners.every(({ manager }) => manager === configConnectorManager)
  }

  for (const path of paths) {
    const { live: there, git: wanted, path: at } = sides(live, git, path, listKeys)
    compare(there, wanted, at)
  }
  return found
}

/** Follows a path of the live object in both, matching items by their keys; stops at the first list whose items cannot be matched. */
function sides(live: ExactJson, git: ExactJson, path: JsonPath, listKeys: ListKeys): ResidualDifference {
  let [there, wanted]: [ExactJson | undefined, ExactJson | undefined] = [live, git]
  for (const [depth, key] of path.entries()) {
    if (typeof key === 'number') {
      const item = itemPair(there, wanted, key, listKeys(path.slice(0, depth)))
      if (!item) return { path: path.slice(0, depth), live: there, git: wanted }
      ;[there, wanted] = item
    } else [there, wanted] = [exactAt(there, [key]), exactAt(wanted, [key])]
  }
  return { path, live: there, git: wanted }
}

/** The item of the live list and the same one of Git's; undefined where it cannot be told, or one side has no such list or item. */
function itemPair(
  there: ExactJson | undefined,
  wanted: ExactJson | undefined,
  index: number,
  keys: readonly string[] | undefined,
): [ExactJson, ExactJson] | undefined {
  if (!Array.isArray(there) || !Array.isArray(wanted)) return undefined
  const [here, names] = keys ? [namesOf(there, keys), namesOf(wanted, keys)] : []
  if (!(here && names) && there.length !== wanted.length) return undefined
  const [item, same] = [there[index], wanted[here && names ? names.indexOf(here[index] ?? '') : index]]
  return item === undefined || same === undefined ? undefined : [item, same]
}

function differencesWithoutGit(live: ExactObject, paths: readonly JsonPath[]): ResidualDifference[] {
  return paths.flatMap((path) => {
    const there = exactAt(live, path)
    return there === undefined ? [] : [{ path, live: there, git: undefined }]
  })
}

/** Absent, null and empty are one to whoever reads a manifest. */
const isNothing = (value: ExactJson | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** Numbers of a parsed manifest may have lost digits: then those that are left decide. */
function sameNumberOrValue(live: ExactJson | undefined, git: ExactJson | undefined): boolean {
  if (typeof live === 'bigint' && typeof git === 'number' && lostDigits(git)) return Number(live) === git
  return sameExact(live, git)
}
