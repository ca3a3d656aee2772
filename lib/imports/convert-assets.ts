/**
 * A page of the inventory as rows: each asset is read, converted and judged by itself, and one that cannot be is a row with the reason. The
 * event loop is let go every few milliseconds, so that whoever converts thousands holds nobody up.
 */
import { createHash } from 'node:crypto'
import { setImmediate as letOthers } from 'node:timers/promises'
import { isObject, type Json, type JsonObject, sameJson, textAt, valueAt } from '#lib/json.ts'
import { type Asset, holdsControl, readAsset } from '#lib/mapping/asset.ts'
import { readAssetName } from '#lib/mapping/asset-name.ts'
import { type Conversion, convertAsset, refusedWith } from '#lib/mapping/convert-asset.ts'
import { identityOf } from '#lib/mapping/identity.ts'
import { withJoined } from '#lib/mapping/joined-assets.ts'
import { assetIdentity } from '#lib/mapping/live-identity.ts'
import { identifyingFields } from '#lib/mapping/parent-fields.ts'
import { projectIn, projectNumberAndId } from '#lib/mapping/project-ids.ts'
import { type RefusalReason, refusalReasons } from '#lib/mapping/refusal.ts'
import { skipRule } from '#lib/mapping/skip-rules.ts'
import { redactResource, secretPaths } from '#lib/redact/redact.ts'
import { log } from '#lib/telemetry/log.ts'
import type { ClusterCatalogue } from './cluster-catalogue.ts'
import type { ImportCategory } from './contract.ts'
import type { StoredAccount, StoredVerdict } from './stored-asset.ts'

/** Milliseconds of work after which others get their turn. */
const turnMs = 12
/** Assets above this many bytes of JSON are not converted; the cluster itself takes no object above a mebibyte and a half. */
export const largestAsset = 2 * 1024 * 1024
/** PostgreSQL's indexes take no longer texts. */
const longestName = 1500

/** A manifest before names and references are settled (close-scan.ts). `kind`: Kind.group. */
export interface DraftManifest {
  kind: string
  name: string
  value: JsonObject
}

/** A row before it is stored. */
export interface DraftRow {
  name: string
  displayName: string
  assetType: string
  service: string
  kind: string | null
  namespace: string | null
  cloudProject: string | null
  location: string | null
  parent: string | null
  /** RFC 3339 */
  updateTime: string | null
  category: ImportCategory
  reason: string | null
  message: string | null
  identity: string | null
  unmapped: number
  asset: Json
  manifests: DraftManifest[]
  account: StoredAccount | null
  verdict: StoredVerdict | null
}

/** What converting needs to know of the run. */
export interface ConversionPlace {
  catalogue: ClusterCatalogue
  cluster: string
  /** Project numbers to ids; grows with the assets that tell both. */
  projectIds: Map<string, string>
  /** The project of Corbel that an asset belongs to; undefined where none stands for its cloud project. */
  namespaceOf: (cloudProject: string | undefined) => string | undefined
}

/** Converts assets in their order. The definitions they need are read first. Throws the signal's reason when it is aborted. */
export async function convertAssets(assets: readonly Json[], place: ConversionPlace, signal?: AbortSignal): Promise<DraftRow[]> {
  await place.catalogue.prepare(assets)
  const rows: DraftRow[] = []
  let turnBegan = performance.now()
  for (const asset of assets) {
    const project = projectNumberAndId(asset)
    if (project) place.projectIds.set(project.number, project.id)
    rows.push(convertOne(asset, place))
    if (performance.now() - turnBegan < turnMs) continue
    await letOthers()
    signal?.throwIfAborted()
    turnBegan = performance.now()
  }
  return rows
}

/**
 * Converts one asset; what cannot be converted is a row all the same. `joined`: assets that are parts of it (join-assets.ts); they are kept beside
 * the asset's own data, so that it stays comparable with what the inventory gives.
 */
export function convertOne(value: Json, place: ConversionPlace, joined: readonly Json[] = []): DraftRow {
  const size = sizeOf(value)
  if (size > largestAsset)
    return unreadRow(value, place, 'too-large', `It has ${(size / 1024 / 1024).toFixed(1)} MiB, more than a cluster stores in one object.`)
  try {
    if (joined.length === 0) return convertRead(value, readAsset(value), place)
    const whole = withJoined(value, joined, place.catalogue)
    return {
      ...convertRead(whole, readAsset(whole), place),
      asset: redactResource({ ...(isObject(value) ? value : {}), joined: [...joined] }),
    }
  } catch (error) {
    const told = error instanceof Error && 'code' in error && error.code === 'invalid'
    if (!told)
      log().error({ err: error, asset: textAt(value, 'name'), assetType: textAt(value, 'assetType') }, 'an asset could not be converted')
    const message = told ? error.message : 'Corbel failed to read this asset. Tell the operator: its log has the details.'
    return unreadRow(value, place, told ? 'malformed' : 'failed', message)
  }
}

function convertRead(value: Json, asset: Asset, place: ConversionPlace): DraftRow {
  const { catalogue, projectIds } = place
  const kind = catalogue.kindOf(asset)
  const table = kind && catalogue.tableOf(kind.kind)
  const { id, project } = identityOf(asset, table, projectIds)
  const name = readAssetName(asset.name)
  const namespace = place.namespaceOf(project)
  const conversion = namespace === undefined ? withoutNamespace(project, place.cluster) : convertAsset(value, catalogue, { projectIds })
  // what would only make another resource is shown, never proposed
  const manifests =
    namespace === undefined || conversion.makesAnother !== null
      ? []
      : conversion.manifests.flatMap((manifest) => draftsOf(manifest, namespace, catalogue))
  return {
    ...headOf(asset.assetType),
    name: asset.name.length > longestName ? shortened(asset.name) : asset.name,
    displayName: shown(titleOf(asset, id, kind?.kind)),
    kind: kind ? (catalogue.keyOf(kind.kind) ?? null) : null,
    namespace: namespace ?? null,
    cloudProject: project ?? null,
    location: textAt(value, 'resource', 'location') || name.location || null,
    parent: parentOf(value, name.parts, asset.name),
    updateTime: instant(asset.updateTime),
    ...categoryOf(conversion, value),
    identity: assetIdentity(value, catalogue, { projectIds }) ?? null,
    unmapped: conversion.account?.entries.filter(({ fate }) => fate === 'unmapped').length ?? 0,
    asset: redactResource(isObject(value) ? value : {}),
    manifests,
    account: conversion.account && {
      entries: conversion.account.entries,
      unreadable: conversion.account.unreadable.map((path) => [...path]),
    },
    verdict: conversion.verdict && withSecretsTold(conversion.verdict, manifests),
  }
}

/** What looks like a secret would be written to Git with the manifest: people must know before. */
function withSecretsTold(verdict: StoredVerdict, manifests: readonly DraftManifest[]): StoredVerdict {
  const found = manifests.filter(({ value }) => !sameJson(redactResource(value), value))
  if (found.length === 0) return verdict
  const [place] = found.flatMap(({ value }) => secretPaths(value))
  const where = place === undefined ? 'The manifest' : `The manifest (${place.join('.')})`
  return {
    ...verdict,
    reasons: [...verdict.reasons, `${where} holds what looks like a secret, and would bring it into Git. Move it to a Secret first.`],
  }
}

/** Reasons for which nobody would want to import something; the others say what stands in the way. */
const leftOut = new Set<RefusalReason>(['default', 'job', 'gone', 'managed'])

function categoryOf({ refused, makesAnother }: Conversion, asset: Json): Pick<DraftRow, 'category' | 'reason' | 'message'> {
  const skipped = refused?.reason === 'malformed' ? undefined : skipRule(asset)
  if (skipped) return { category: 'skipped', reason: skipped.rule, message: skipped.message }
  const elsewhere = refused ? undefined : managedElsewhere(asset)
  if (elsewhere !== undefined) return { category: 'skipped', reason: 'managed-elsewhere', message: elsewhere }
  if (makesAnother !== null) return { category: 'unsupported', reason: 'makes-another', message: makesAnother }
  if (!refused) return { category: 'importable', reason: null, message: null }
  const message = refused.reason === 'does-not-fit' ? `${refusalReasons[refused.reason]}: ${refused.message}` : refused.message
  return { category: leftOut.has(refused.reason) ? 'skipped' : 'unsupported', reason: refused.reason, message }
}

/**
 * Whether another Config Connector seems to have it, as a sentence. What has a resource in this cluster carries the label too: that is told
 * when the run is closed, and then counts instead.
 */
function managedElsewhere(asset: Json): string | undefined {
  const data = valueAt(asset, ['resource', 'data'])
  const labels = [['labels'], ['userLabels'], ['resourceLabels'], ['settings', 'userLabels']]
    .map((path) => valueAt(data, path))
    .find(isObject)
  const holder = textAt(labels, 'cnrm-lease-holder-id')
  if (holder !== undefined)
    return `The Config Connector of another cluster holds it (label cnrm-lease-holder-id: ${holder}). Imported here, both would be in conflict.`
  return textAt(labels, 'managed-by-cnrm') === 'true'
    ? 'It carries the label managed-by-cnrm, and no resource of this cluster stands for it: another cluster manages it, or one did. Choose it if nobody does any more.'
    : undefined
}

function withoutNamespace(project: string | undefined, cluster: string): Conversion {
  const whose =
    project === undefined ? 'It belongs to no cloud project' : `No project of ${cluster} stands for the cloud project ${project}`
  return {
    ...refusedWith(
      'unsupported',
      `${whose}, so there is no place for a manifest. Ask the platform team for a namespace with its project-id.`,
    ),
  }
}

/** A manifest in its namespace; none where the cluster does not offer its kind. */
export function draftsOf(manifest: JsonObject, namespace: string, catalogue: ClusterCatalogue): DraftManifest[] {
  const kind = textAt(manifest, 'kind')
  const key = kind === undefined ? undefined : catalogue.keyOf(kind)
  const name = textAt(manifest, 'metadata', 'name')
  if (key === undefined || name === undefined || !isObject(manifest.metadata)) return []
  const { name: _, ...rest } = manifest.metadata
  return [{ kind: key, name, value: { ...manifest, metadata: { name, namespace, ...rest } } }]
}

/** What people call it: its id, or its display name where the id says nothing, or what else tells it from others. */
function titleOf({ data }: Asset, id: string, kind: string | undefined): string {
  const telling = kind === undefined ? undefined : identifyingFields[kind]?.map((key) => textAt(data, key))
  if (telling?.every((text) => text !== undefined)) return telling.join(' ')
  const title = textAt(data, 'displayName') ?? textAt(data, 'display_name')
  return title && /^(?:\d+|[0-9a-f-]{20,})$/.test(id) ? title : id
}

const outside = new Set(['projects', 'folders', 'organizations', 'locations', 'regions', 'zones', ''])

/** The asset it stands below, by its own word or by its name; null at the top. */
function parentOf(value: Json, parts: { collection: string; path: string }[], name: string): string | null {
  const said = textAt(value, 'resource', 'parent')
  if (said && said.length <= longestName && !/^\/\/cloudresourcemanager\.googleapis\.com\//.test(said)) return said
  const above = parts.slice(0, -1).findLast(({ collection }) => !outside.has(collection))
  const host = /^\/\/[^/]+\//.exec(name)?.[0]
  return above && host && above.path.length <= longestName ? `${host}${above.path}` : null
}

function headOf(assetType: string): { assetType: string; service: string } {
  return { assetType: assetType.slice(0, 200), service: (assetType.split('.')[0] ?? '').slice(0, 100) }
}

/** A row of something that is no asset, or none that can be handled. */
function unreadRow(value: Json, place: ConversionPlace, reason: string, message: string): DraftRow {
  const project = projectIn(textAt(value, 'name'))?.slice(0, 100)
  const said = textAt(value, 'name') || undefined
  const type = textAt(value, 'assetType') ?? textAt(value, 'asset_type') ?? ''
  const assetType = /^[a-z0-9.-]+\/[A-Za-z0-9]+$/.test(type) && type.length <= 200 ? type : 'unknown/Unknown'
  return {
    ...headOf(assetType),
    name: shortened(said ?? `an asset without a name ${digest(jsonOf(value))}`),
    displayName: said ? shown(said.split('/').at(-1) || said) : 'An asset without a name',
    kind: null,
    namespace: place.namespaceOf(project) ?? null,
    cloudProject: project ?? null,
    location: null,
    parent: null,
    updateTime: instant(textAt(value, 'updateTime')),
    category: 'unsupported',
    reason,
    message,
    identity: null,
    unmapped: 0,
    asset: { name: shown(said ?? ''), assetType, note: 'Corbel does not keep what it cannot read.' },
    manifests: [],
    account: null,
    verdict: null,
  }
}

/** The JSON of something; of what is nested too deeply to be written, only how large it is. */
function jsonOf(value: Json): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return `nested ${sizeOf(value)}`
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** A name that the database's index takes, still one per asset. */
function shortened(name: string): string {
  if (name.length <= longestName && !holdsControl(name)) return name
  return `${shown(name)} ${digest(name)}`
}

/** A text as it is shown: short, and without what makes it look like another. */
const shown = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .slice(0, 200)
    .toWellFormed() || '(no name)'

/** PostgreSQL's years have four digits. */
function instant(text: string | undefined): string | null {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  const written = Number.isNaN(time) ? '' : new Date(time).toISOString()
  return /^[1-9]\d{3}-/.test(written) ? written : null
}

/** About the bytes of a value's JSON, counted no further than what is too large already. */
function sizeOf(value: Json): number {
  let size = 0
  const waiting: Json[] = [value]
  for (let next = waiting.pop(); next !== undefined && size <= largestAsset * 64; next = waiting.pop()) {
    if (typeof next === 'string') size += next.length + 2
    else if (typeof next !== 'object' || next === null) size += 6
    else if (Array.isArray(next)) for (const item of next) waiting.push(item)
    else
      for (const [key, item] of Object.entries(next)) {
        size += key.length + 4
        waiting.push(item)
      }
  }
  return size
}
