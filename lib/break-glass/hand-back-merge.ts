/**
 * What an emergency change comes to in Git's manifest, and what of it is still different. Pure. Only the fields the change touched are looked
 * at: everything else of the manifest, and of the live object, is nobody's business here.
 */
import { isObject, type Json, type JsonPath, sameJson, textAt } from '#lib/json.ts'
import { itemNames, ownValue } from '#lib/manifest/live-differences.ts'
import type { MergeLists } from '#lib/manifest/merge-values.ts'
import { pathText } from '#lib/manifest/with-value.ts'

/** The part of an object that people write: spec, labels and annotations, without what Corbel and Kubernetes note themselves. */
export function writtenPart(object: Json | undefined): Json {
  if (!isObject(object)) return {}
  const metadata = isObject(object.metadata) ? object.metadata : {}
  const map = (value: Json | undefined): Json =>
    isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !isNote(key))) : {}
  return {
    metadata: { labels: map(metadata.labels), annotations: map(metadata.annotations) },
    ...(object.spec === undefined ? {} : { spec: object.spec }),
  }
}

/** Annotations that describe the live object, not what is wanted of it. */
const isNote = (key: string): boolean =>
  key.startsWith('corbel.dev/') ||
  key === 'kustomize.toolkit.fluxcd.io/reconcile' ||
  key === 'kubectl.kubernetes.io/last-applied-configuration'

export interface Merged {
  value: Json | undefined
  /** Fields at which Git said something else than the live object before the change. */
  differed: JsonPath[]
  /** Why it cannot be told what Git should say, with the field. */
  refused: { path: JsonPath; why: string } | undefined
}

/** Git's value with the change from `before` to `after` in it. Lists are changed item by item where their items can be told apart. */
export function mergeChange(git: Json | undefined, before: Json | undefined, after: Json | undefined, lists: MergeLists): Merged {
  const differed: JsonPath[] = []
  let refused: Merged['refused']
  const refuse = (path: JsonPath, why: string, kept: Json | undefined): Json | undefined => {
    refused ??= { path, why }
    return kept
  }
  const merge = (here: Json | undefined, old: Json | undefined, now: Json | undefined, path: JsonPath): Json | undefined => {
    if (sameJson(old, now) || sameJson(here, now)) return here
    if (isObject(now) && (isObject(old) || (old === undefined && isObject(here)))) {
      if (here !== undefined && here !== null && !isObject(here))
        return refuse(path, 'Git has a single value or a list there, and the change a map.', here)
      const result = new Map(Object.entries(here ?? {}))
      for (const key of new Set([...Object.keys(old ?? {}), ...Object.keys(now)])) {
        const merged = merge(
          isObject(here) ? ownValue(here, key) : undefined,
          isObject(old) ? ownValue(old, key) : undefined,
          ownValue(now, key),
          [...path, key],
        )
        if (merged === undefined) result.delete(key)
        else result.set(key, merged)
      }
      // a map that Git does not have is not made for a field that went
      return here === undefined && result.size === 0 && isObject(old) ? undefined : Object.fromEntries(result)
    }
    if (Array.isArray(old) && Array.isArray(now) && Array.isArray(here) && !sameJson(here, old)) return mergeList(here, old, now, path)
    if (here !== undefined && !sameJson(here, old)) differed.push(path)
    return now
  }
  const mergeList = (here: Json[], old: Json[], now: Json[], path: JsonPath): Json | undefined => {
    const [names, oldNames, newNames] = [itemNames(lists, path, here), itemNames(lists, path, old), itemNames(lists, path, now)]
    if (names && oldNames && newNames && [names, oldNames, newNames].every((all) => new Set(all).size === all.length)) {
      const result = here.map((item, index) => ({ name: names[index] ?? '', item }))
      for (const [index, name] of newNames.entries()) {
        const at = result.findIndex((one) => one.name === name)
        const had = old[oldNames.indexOf(name)]
        const item = now[index] ?? null
        if (sameJson(had, item)) continue
        if (at >= 0) {
          const merged = merge(result[at]?.item, had, item, [...path, at])
          if (merged !== undefined) result[at] = { name, item: merged }
        } else {
          const following = result.findIndex((one) => newNames.indexOf(one.name) > index)
          result.splice(following < 0 ? result.length : following, 0, { name, item })
        }
      }
      return result.filter(({ name }) => newNames.includes(name) || !oldNames.includes(name)).map(({ item }) => item)
    }
    if ([here, old, now].every((list) => list.every((item) => item === null || typeof item !== 'object'))) {
      differed.push(path)
      const has = (list: Json[], item: Json): boolean => list.some((other) => sameJson(other, item))
      const kept = here.filter((item) => has(now, item) || !has(old, item))
      return [...kept, ...now.filter((item) => !has(old, item) && !has(here, item))]
    }
    if (here.length === old.length && old.length === now.length)
      return here.map((item, index) => merge(item, old[index], now[index], [...path, index]) ?? null)
    return refuse(path, `${pathText(path)} is a list whose items cannot be told apart, and Git has another one than the cluster had.`, here)
  }
  const value = merge(git, before, after, [])
  return { value, differed, refused }
}

/** A field that the change touched and that Git and the cluster hold differently. A side without it is undefined. */
export interface LeftOver {
  path: JsonPath
  live: Json | undefined
  git: Json | undefined
}

/**
 * What is left over of a change: touched fields that differ between the live object and Git, also those that only one of them has. A field
 * that Git does not set is none where it is again as it was before the change, or `filledIn` by the API server or the controller.
 */
export function leftOver(
  { before, after }: { before: Json | undefined; after: Json | undefined },
  live: Json | undefined,
  git: Json | undefined,
  lists: MergeLists,
  filledIn: (path: JsonPath) => boolean = () => false,
): LeftOver[] {
  const found: LeftOver[] = []
  const compare = (old: Json | undefined, now: Json | undefined, there: Json | undefined, here: Json | undefined, path: JsonPath): void => {
    if (sameJson(old, now) || sameJson(there, here) || (isNothing(there) && isNothing(here))) return
    if (here === undefined && (sameJson(there, old) || filledIn(path))) return
    if ((isObject(old) || old === undefined) && (isObject(now) || now === undefined) && isObject(there ?? {}) && isObject(here ?? {})) {
      const side = (value: Json | undefined, key: string) => (isObject(value) ? ownValue(value, key) : undefined)
      const keys = new Set([...Object.keys(isObject(old) ? old : {}), ...Object.keys(isObject(now) ? now : {})])
      for (const key of keys) compare(side(old, key), side(now, key), side(there, key), side(here, key), [...path, key])
      if (keys.size === 0) found.push({ path, live: there, git: here })
      return
    }
    if (
      [old, now, there, here].every((value) => value === undefined || Array.isArray(value)) &&
      Array.isArray(there) &&
      Array.isArray(here)
    )
      compareLists(Array.isArray(old) ? old : [], Array.isArray(now) ? now : [], there, here, path)
    else found.push({ path, live: there, git: here })
  }
  const compareLists = (old: Json[], now: Json[], there: Json[], here: Json[], path: JsonPath): void => {
    const sides = [old, now, there, here].map((items) => ({ items, names: itemNames(lists, path, items) }))
    if (sides.every(({ names }) => names !== undefined)) {
      const item = (side: number, name: string) => sides[side]?.items[sides[side]?.names?.indexOf(name) ?? -1]
      for (const name of new Set([...(sides[0]?.names ?? []), ...(sides[1]?.names ?? [])])) {
        const at = sides[2]?.names?.indexOf(name) ?? -1
        compare(item(0, name), item(1, name), item(2, name), item(3, name), [...path, at >= 0 ? at : there.length])
      }
    } else if (old.length === now.length && there.length === here.length && there.length === now.length) {
      for (const index of now.keys()) compare(old[index], now[index], there[index], here[index], [...path, index])
    } else if (there.length === here.length && there.every((item, index) => covers(item, here[index]))) {
      return // the same items, as far as Git says anything; the rest was filled in
    } else found.push({ path, live: there, git: here })
  }
  compare(before, after, live, git, [])
  return found
}

/** Absent, null and empty are one to whoever reads a manifest. */
const isNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/** Whether everything that Git says stands in the live value. */
function covers(live: Json | undefined, git: Json | undefined): boolean {
  if (isObject(git) && isObject(live)) return Object.entries(git).every(([key, item]) => covers(ownValue(live, key), item))
  if (Array.isArray(git) && Array.isArray(live)) return git.length === live.length && git.every((item, index) => covers(live[index], item))
  return sameJson(live, git)
}

/** Whether an object is there and not on its way out. */
export const isThere = (object: Json | undefined): boolean =>
  isObject(object) && textAt(object, 'metadata', 'deletionTimestamp') === undefined
