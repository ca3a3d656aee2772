/**
 * Cloud Asset Inventory: what exists in the cloud, with every field the inventory keeps. Reading is all this adapter can do.
 *
 * Every call may throw
 * - InventoryQuota (429): wait `retryAfterMs`, then ask the same again;
 * - InventoryForbidden (403): `reason` tells a missing permission from an API that is not enabled;
 * - NotFound, Invalid (an asset type the inventory does not know, an old page token), Unavailable (after four attempts);
 * - Unavailable with the sentence of `inventoryProblem` where the inventory is not set up;
 * - the signal's own reason when it was aborted.
 */
import { config } from '#lib/config/config.ts'
import { type Database, database } from '#lib/database/client.ts'
import { Invalid, NotFound, Unavailable } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { admitCall } from './call-quota.ts'
import { type Caller, connectInventory } from './inventory-client.ts'

/** `scope`: `projects/ID or NUMBER`, `folders/N` or `organizations/N`. */
export interface AssetQuery {
  scope: string
  /** The moment to read at, RFC 3339, up to 35 days back; now where left out. All pages of one listing must give the same. */
  readTime?: string
  pageToken?: string
  /** Types or RE2 patterns of types; all where left out. One that the inventory does not know: Invalid. */
  assetTypes?: string[]
  /** Up to 1,000, which is also what is asked for where left out. */
  pageSize?: number
  signal?: AbortSignal
}

/** One page. `assets` have the API's form, `resource.data` included. */
export interface AssetPage {
  assets: Json[]
  /** Empty on the last page. */
  nextPageToken: string
  /** The moment the page tells about: give it with the next page. */
  readTime: string
}

/** One page of IAM policies: `{resource, assetType, project, policy: {bindings}}` each. */
export interface PolicyPage {
  policies: Json[]
  nextPageToken: string
}

/** What the inventory knows of one asset now. `asset` is null where it has none of that name; `deleted` where it saw it go. */
export interface AssetNow {
  asset: Json | null
  updateTime: string | null
  deleted: boolean
}

/** A cloud project by both of its names. */
export interface CloudProject {
  id: string
  number: string
}

export interface Inventory {
  listAssets(query: AssetQuery): Promise<AssetPage>
  searchPolicies(query: { scope: string; pageToken?: string; signal?: AbortSignal }): Promise<PolicyPage>
  /** Each name has an entry. `scope` must be a project or an organization: the inventory keeps no history by folder. */
  assetsAt(names: string[], scope: string, signal?: AbortSignal): Promise<Map<string, AssetNow>>
  /** The project with that id or number. Throws NotFound where the inventory lists none. */
  projectOf(idOrNumber: string, signal?: AbortSignal): Promise<CloudProject>
}

export interface InventorySettings {
  url: string
  quotaProject: string | undefined
  listsPerMinute: number
  policySearchesPerMinute: number
  historiesPerMinute: number
}

const largestPage = 1000
const largestPolicyPage = 500
const mostNames = 100
/** Names travel in the address, and servers take only so long ones. */
const longestAddress = 8000
const projectType = 'cloudresourcemanager.googleapis.com/Project'

/** An inventory whose calls are counted in that database. */
export function createInventory(settings: InventorySettings, counts: Database): Inventory {
  const call: Caller = connectInventory(settings)
  const projects = new Map<string, CloudProject>()

  const listAssets = async (query: AssetQuery): Promise<AssetPage> => {
    const { scope, readTime, pageToken, assetTypes, pageSize, signal } = query
    const request = {
      parent: checkedScope(scope),
      contentType: 'RESOURCE' as const,
      pageSize: Math.min(pageSize ?? largestPage, largestPage),
      ...(assetTypes ? { assetTypes } : {}),
      ...(pageToken ? { pageToken } : {}),
      ...(readTime ? { readTime: timestamp(readTime) } : {}),
    }
    const answer = await call(
      (client, options) => client.listAssets(request, options),
      { doing: 'list assets', scope, ...(assetTypes ? { assetTypes } : {}) },
      { signal, admit: () => admitCall(counts, 'listAssets', settings.listsPerMinute) },
    )
    return {
      assets: listAt(answer, 'assets'),
      nextPageToken: textAt(answer, 'nextPageToken') ?? '',
      readTime: textAt(answer, 'readTime') ?? readTime ?? new Date().toISOString(),
    }
  }

  const history = async (names: string[], scope: string, signal: AbortSignal | undefined): Promise<Json[]> => {
    // No window: as things are now.
    const request = { parent: scope, contentType: 'RESOURCE' as const, assetNames: names, readTimeWindow: {} }
    const answer = await call(
      (client, options) => client.batchGetAssetsHistory(request, options),
      { doing: 'read assets by name', scope },
      { signal, admit: () => admitCall(counts, 'batchGetAssetsHistory', settings.historiesPerMinute) },
    )
    return listAt(answer, 'assets')
  }

  return {
    listAssets,

    async searchPolicies({ scope, pageToken, signal }) {
      const request = { scope: checkedScope(scope), pageSize: largestPolicyPage, ...(pageToken ? { pageToken } : {}) }
      const answer = await call(
        (client, options) => client.searchAllIamPolicies(request, options),
        { doing: 'search IAM policies', scope },
        { signal, admit: () => admitCall(counts, 'searchAllIamPolicies', settings.policySearchesPerMinute) },
      )
      return { policies: listAt(answer, 'results'), nextPageToken: textAt(answer, 'nextPageToken') ?? '' }
    },

    async assetsAt(names, scope, signal) {
      const checked = checkedScope(scope)
      if (checked.startsWith('folders/'))
        throw new Invalid('The inventory reads assets by name in projects and organizations, not in folders.')
      const found = new Map<string, AssetNow>(names.map((name) => [name, { asset: null, updateTime: null, deleted: false }]))
      for (const part of inParts(names))
        for (const moment of await history(part, checked, signal)) {
          const name = textAt(moment, 'asset', 'name')
          if (name !== undefined && found.has(name)) found.set(name, newer(found.get(name), moment))
        }
      return found
    },

    async projectOf(idOrNumber, signal) {
      const known = projects.get(idOrNumber)
      if (known) return known
      const { assets } = await listAssets({
        scope: `projects/${idOrNumber}`,
        assetTypes: [projectType],
        pageSize: 1,
        ...(signal ? { signal } : {}),
      })
      const project = projectIn(assets[0])
      if (!project)
        throw new NotFound(
          `The inventory has no project ${idOrNumber}. Correct the annotation cnrm.cloud.google.com/project-id of the namespace.`,
        )
      for (const name of [idOrNumber, project.id, project.number]) projects.set(name, project)
      return project
    },
  }
}

/** What the operator has to do before anything can be imported; null where the inventory is set up. */
export const inventoryProblem = (): string | null =>
  config().assetInventory
    ? null
    : 'Import is not set up: the operator sets CORBEL_ASSET_INVENTORY to google and grants the portal’s account roles/cloudasset.viewer (operator guide, "Asset inventory").'

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelAssetInventory?: Inventory }

function inventory(): Inventory {
  const settings = config().assetInventory
  if (!settings) throw new Unavailable('asset-inventory', inventoryProblem() ?? 'Import is not set up.')
  held.corbelAssetInventory ??= createInventory(settings, database())
  return held.corbelAssetInventory
}

/** One page of the assets of a scope. */
export const listAssets = async (query: AssetQuery): Promise<AssetPage> => inventory().listAssets(query)

/** One page of the IAM policies of a scope. */
export const searchPolicies: Inventory['searchPolicies'] = async (query) => inventory().searchPolicies(query)

/** Assets by their full names, as they are now; 100 names cost one call. */
export const assetsAt: Inventory['assetsAt'] = async (names, scope, signal) => inventory().assetsAt(names, scope, signal)

/** Id and number of a project. Asked once per process: neither ever changes. */
export const projectOf: Inventory['projectOf'] = async (idOrNumber, signal) => inventory().projectOf(idOrNumber, signal)

/** A scope as the inventory takes it, nothing else: it becomes part of an address. */
function checkedScope(scope: string): string {
  if (/^projects\/[A-Za-z0-9.:-]{1,100}$/.test(scope) || /^(?:folders|organizations)\/\d{1,20}$/.test(scope)) return scope
  throw new Invalid(`"${scope.slice(0, 200)}" is not written like projects/ID, folders/NUMBER or organizations/NUMBER.`)
}

function timestamp(rfc3339: string): { seconds: number; nanos: number } {
  const milliseconds = Date.parse(rfc3339)
  if (Number.isNaN(milliseconds)) throw new Invalid(`"${rfc3339.slice(0, 100)}" is no moment like 2026-11-23T07:00:00Z.`)
  const fraction = /\.(\d{1,9})/.exec(rfc3339)?.[1] ?? ''
  return { seconds: Math.floor(milliseconds / 1000), nanos: Number(fraction.padEnd(9, '0')) }
}

/** Names in parts that fit into one call each. */
function inParts(names: string[]): string[][] {
  const parts: string[][] = []
  let length = longestAddress
  for (const name of new Set(names)) {
    const needed = encodeURIComponent(name).length + '&assetNames='.length
    const last = parts.at(-1)
    if (last && last.length < mostNames && length + needed <= longestAddress) {
      last.push(name)
      length += needed
    } else {
      parts.push([name])
      length = needed
    }
  }
  return parts
}

/** The later of two moments of one asset: a window without an end is the present. */
function newer(before: AssetNow | undefined, moment: Json): AssetNow {
  const asset = valueAt(moment, ['asset']) ?? null
  const deleted = valueAt(moment, ['deleted']) === true
  const updateTime = textAt(asset, 'updateTime') ?? textAt(moment, 'window', 'startTime') ?? null
  const isOlder = before?.updateTime && updateTime && Date.parse(updateTime) < Date.parse(before.updateTime)
  return before && isOlder ? before : { asset: deleted ? null : asset, updateTime, deleted }
}

/** Both names of a project out of its own asset. The number stands there as a number or as text, by API version. */
function projectIn(asset: Json | undefined): CloudProject | undefined {
  const data = valueAt(asset, ['resource', 'data'])
  if (!isObject(data)) return undefined
  const number = String(data.projectNumber ?? textAt(data, 'name')?.replace(/^projects\//, '') ?? '')
  return typeof data.projectId === 'string' && /^\d+$/.test(number) ? { id: data.projectId, number } : undefined
}

function listAt(answer: Json, key: string): Json[] {
  const list = (isObject(answer) ? answer : ({} satisfies JsonObject))[key]
  return Array.isArray(list) ? list : []
}
