/**
 * What exists in the simulated cloud, and what was asked of it. Assets keep their past, so that a listing can be read at one moment.
 * Changes are written to a file line by line and read again at the next start.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { ancestorsOf, isWithin } from './cloud-projects.ts'

/** A change that happens when the asset is read by name for the first time: what people meet who take their time. */
export type Later = { deleted: true } | { data: JsonObject }

export interface SeedAsset {
  project: string
  /** In the API's form. */
  asset: JsonObject
  policy?: JsonObject
  later?: Later
  /** Spec and labels it was made from, where the simulated cloud made it. */
  made?: JsonObject
}

/** A call that changed the cloud, or would have. */
export interface CloudCall {
  at: string
  method: 'POST' | 'PATCH' | 'DELETE'
  /** Full name of the asset. */
  resource: string
  project: string
  /** Dotted paths below the asset's data, for people; `labels.managed-by-cnrm` for the label of Config Connector. */
  fields: string[]
  /** Who made it: Kind namespace/name. */
  by: string
}

interface Moment {
  from: number
  /** Null from when it is deleted. */
  asset: JsonObject | null
}

interface Kept {
  project: string
  name: string
  assetType: string
  moments: Moment[]
  policy?: JsonObject
  later?: Later
  made?: JsonObject
}

type Change =
  | { put: SeedAsset; at: number }
  | { remove: string; at: number }
  | { call: CloudCall }
  | { noticed: string }
  | { policy: JsonObject; of: string }

export interface AssetStore {
  /** Assets of a scope as they were at a moment (milliseconds since 1970), by name. */
  at: (scope: string, moment: number) => JsonObject[]
  /** The newest moment of an asset, or undefined when it never was. */
  newest: (name: string) => { asset: JsonObject | null; assetType: string; since: string; project: string } | undefined
  /** What exists now, with what it was made from. */
  items: (scope: string) => SeedAsset[]
  policies: (scope: string) => { asset: JsonObject; project: string; policy: JsonObject }[]
  projects: () => string[]
  put: (seed: SeedAsset) => void
  remove: (name: string) => boolean
  /** Adds assets that tests ask for; they are not written to the file. */
  add: (seeds: SeedAsset[]) => void
  /** Gives an asset another IAM policy. False when there is no such asset. */
  setPolicy: (name: string, policy: JsonObject) => boolean
  record: (call: CloudCall) => void
  calls: () => CloudCall[]
  /** What somebody does behind our back: the asset's `later` comes true, once. */
  notice: (name: string) => void
  /** Forgets every change and call, of one project or all. */
  reset: (project?: string) => void
}

/** A store that begins with `seeds` and goes on where `file` ended. */
export function openAssetStore(seeds: SeedAsset[], file?: string): AssetStore {
  const kept = new Map<string, Kept>()
  let calls: CloudCall[] = []

  const put = ({ project, asset, policy, later, made }: SeedAsset, from: number): void => {
    const name = textAt(asset, 'name') ?? ''
    const known = kept.get(name)
    if (known) {
      known.moments.push({ from, asset })
      if (made) known.made = made
    } else
      kept.set(name, {
        project,
        name,
        assetType: textAt(asset, 'assetType') ?? '',
        moments: [{ from, asset }],
        ...(policy ? { policy } : {}),
        ...(later ? { later } : {}),
        ...(made ? { made } : {}),
      })
  }
  const apply = (change: Change): void => {
    if ('put' in change) put(change.put, change.at)
    else if ('remove' in change) kept.get(change.remove)?.moments.push({ from: change.at, asset: null })
    else if ('call' in change) calls.push(change.call)
    else if ('policy' in change) {
      const one = kept.get(change.of)
      if (one) one.policy = change.policy
    } else delete kept.get(change.noticed)?.later
  }
  const change = (one: Change): void => {
    apply(one)
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(one)}\n`, { mode: 0o600 })
  }
  const begin = (): void => {
    kept.clear()
    calls = []
    for (const seed of seeds) put(seed, 0)
  }
  const written = (): Change[] =>
    file !== undefined && existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line): Change[] => {
            try {
              return line === '' ? [] : [JSON.parse(line)]
            } catch {
              return [] // the line that was being written when the program was killed
            }
          })
      : []
  const projectOf = (one: Change): string | undefined => {
    if ('put' in one) return one.put.project
    if ('call' in one) return one.call.project
    return kept.get('remove' in one ? one.remove : 'of' in one ? one.of : one.noticed)?.project
  }

  begin()
  for (const one of written()) apply(one)

  const momentOf = ({ moments }: Kept, at: number): Moment | undefined => moments.findLast(({ from }) => from <= at)

  return {
    at: (scope, moment) =>
      [...kept.values()]
        .filter(({ project }) => isWithin(scope, project))
        .flatMap((one): JsonObject[] => {
          const asset = momentOf(one, moment)?.asset
          return asset ? [asset] : []
        })
        .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
    newest: (name) => {
      const one = kept.get(name)
      const last = one?.moments.at(-1)
      if (!one || !last) return undefined
      const since =
        last.from === 0 ? (textAt(last.asset ?? undefined, 'updateTime') ?? new Date(0).toISOString()) : new Date(last.from).toISOString()
      return { asset: last.asset, assetType: one.assetType, since, project: one.project }
    },
    items: (scope) =>
      [...kept.values()].flatMap(({ project, moments, made, policy }): SeedAsset[] => {
        const asset = moments.at(-1)?.asset
        return asset && isWithin(scope, project) ? [{ project, asset, ...(made ? { made } : {}), ...(policy ? { policy } : {}) }] : []
      }),
    policies: (scope) =>
      [...kept.values()].flatMap((one) => {
        const asset = one.moments.at(-1)?.asset
        return one.policy && asset && isWithin(scope, one.project) ? [{ asset, project: one.project, policy: one.policy }] : []
      }),
    projects: () => [...new Set([...kept.values()].map(({ project }) => project))],
    put: (seed) => change({ put: seed, at: Date.now() }),
    remove: (name) => {
      if (!kept.get(name)?.moments.at(-1)?.asset) return false
      change({ remove: name, at: Date.now() })
      return true
    },
    add: (more) => {
      for (const seed of more) put(seed, 0)
    },
    setPolicy: (name, policy) => {
      if (!kept.get(name)?.moments.at(-1)?.asset) return false
      change({ policy, of: name })
      return true
    },
    record: (call) => change({ call }),
    calls: () => calls,
    notice: (name) => {
      const one = kept.get(name)
      const asset = one?.moments.at(-1)?.asset
      if (!one?.later || !asset) return
      const { later } = one
      change({ noticed: name })
      if ('deleted' in later) change({ remove: name, at: Date.now() })
      else change({ put: { project: one.project, asset: changed(asset, later.data) }, at: Date.now() })
    },
    reset: (project) => {
      const rest = project === undefined ? [] : written().filter((one) => projectOf(one) !== project)
      if (file !== undefined) rmSync(file, { force: true })
      begin()
      for (const one of rest) change(one)
    },
  }
}

/** An asset with other data (a merge patch, RFC 7396), changed now. */
export function changed(asset: JsonObject, data: JsonObject, now = new Date()): JsonObject {
  const resource = isObject(asset.resource) ? asset.resource : {}
  return { ...asset, updateTime: now.toISOString(), resource: { ...resource, data: merged(resource.data ?? {}, data) } }
}

function merged(value: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const result: JsonObject = isObject(value) ? { ...value } : {}
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) delete result[key]
    else result[key] = merged(result[key] ?? {}, part)
  }
  return result
}

/** An asset in the API's form, out of its parts. */
export function assetOf(project: string, name: string, assetType: string, updateTime: string, resource: JsonObject): JsonObject {
  return { name, assetType, updateTime, ancestors: ancestorsOf(project), resource }
}
