/**
 * Where the live object differs from the manifest in Git, as far as the manifest says anything: what the API server adds by default, what
 * operators report and what other managers own is no difference (see live-additions.ts for these).
 */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson } from '#lib/json.ts'
import type { MergeLists } from './merge-values.ts'

/** A field that Git sets to one value and the cluster has with another, or not at all. */
export interface LiveDifference {
  /** The path with the keys of list items in place of their indexes: the same for every version of the manifest. */
  id: string
  /** Where the field stands in the manifest. */
  path: JsonPath
  git: Json
  live: Json | undefined
}

/** What `corbel apply` sets itself, and what only names the object. */
export const isOurs = (path: JsonPath): boolean =>
  path[0] === 'status' ||
  path[0] === 'apiVersion' ||
  path[0] === 'kind' ||
  (path[0] === 'metadata' && path[1] !== undefined && path[1] !== 'labels' && path[1] !== 'annotations') ||
  (path[0] === 'metadata' && path[1] === 'annotations' && String(path[2] ?? '').startsWith('corbel.dev/'))

/** Metadata, labels and annotations differ key by key, also where they are missing. */
const isMetadata = (path: JsonPath): boolean => path[0] === 'metadata' && path.length < 3

/** The differences, in the manifest's order. `isHidden` tells values that were taken out of the live object: nothing is known of them. */
export function liveDifferences(
  git: Json | undefined,
  live: Json | undefined,
  { lists = () => undefined, isHidden = () => false }: { lists?: MergeLists; isHidden?: (value: Json) => boolean } = {},
): LiveDifference[] {
  const found: LiveDifference[] = []
  const compare = (wanted: Json, there: Json | undefined, path: JsonPath, id: Json[]): void => {
    if (isOurs(path) || wanted === null || sameJson(wanted, there)) return
    if (there !== undefined && isHidden(there)) return
    if (isObject(wanted) && (isObject(there) || (there === undefined && (isMetadata(path) || Object.keys(wanted).length === 0)))) {
      for (const [key, item] of Object.entries(wanted))
        compare(item, isObject(there) ? ownValue(there, key) : undefined, [...path, key], [...id, key])
      return
    }
    if (Array.isArray(wanted) && Array.isArray(there) && compareItems(wanted, there, path, id)) return
    if (Array.isArray(wanted) && wanted.length === 0 && there === undefined) return
    found.push({ id: JSON.stringify(id), path, git: wanted, live: there })
  }
  const compareItems = (wanted: Json[], there: Json[], path: JsonPath, id: Json[]): boolean => {
    const [here, names] = [itemNames(lists, path, wanted), itemNames(lists, path, there)]
    if (here && names) {
      for (const [index, item] of wanted.entries()) {
        const name = here[index] ?? ''
        compare(item, there[names.indexOf(name)], [...path, index], [...id, name])
      }
      return true
    }
    // of equal length they are taken for the same items, so that what the server added to one is no difference
    if (wanted.length !== there.length) return false
    for (const [index, item] of wanted.entries()) compare(item, there[index], [...path, index], [...id, index])
    return true
  }
  if (git !== undefined) compare(git, live, [], [])
  return found
}

/** What tells the items of a list apart, one text each; undefined where something does not have it. */
export function itemNames(lists: MergeLists, path: JsonPath, items: Json[]): string[] | undefined {
  const keys = lists(path) ?? ['name']
  if (keys === 'whole') return undefined
  const names = items.flatMap((item) =>
    isObject(item) && keys.some((key) => ownValue(item, key) !== undefined)
      ? JSON.stringify(keys.map((key) => ownValue(item, key) ?? null))
      : [],
  )
  return names.length === items.length ? names : undefined
}

export const ownValue = (object: JsonObject, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined)
