/** The whole way of one asset: read, find its kind, convert it and its parts, judge. Pure; never throws. */
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { type Account, emptyAccount, noteLeaves } from './account.ts'
import { type Asset, readAsset } from './asset.ts'
import type { Catalogue } from './catalogue.ts'
import { iamManifest } from './iam-manifest.ts'
import { projectNumberAndId } from './project-ids.ts'
import { Refusal, type RefusalReason } from './refusal.ts'
import { type MappedKind, type MappingContext, toManifest } from './to-manifest.ts'
import { judge, type Verdict } from './verdict.ts'

export interface Conversion {
  /** The resource first, then its parts and its access policy; empty when the asset was refused. */
  manifests: JsonObject[]
  account: Account | null
  verdict: Verdict | null
  refused: { reason: RefusalReason; message: string } | null
  /** Why applying the manifests would make another resource instead of adopting this one: a sentence. */
  makesAnother: string | null
}

/** Converts one asset as it came from the inventory. */
export function convertAsset(value: Json, catalogue: Catalogue, context: MappingContext): Conversion {
  try {
    return convertRead(readAsset(value), catalogue, withOwnProject(value, context))
  } catch (error) {
    if (error instanceof Refusal) return refusedWith(error.reason, error.message)
    if (error instanceof CorbelError) return refusedWith('malformed', error.message)
    throw error
  }
}

/** What the asset itself tells about its project's number and id belongs to what is known of projects. */
function withOwnProject(value: Json, context: MappingContext): MappingContext {
  const own = projectNumberAndId(value)
  if (!own || context.projectIds?.has(own.number)) return context
  return { ...context, projectIds: new Map([...(context.projectIds ?? []), [own.number, own.id]]) }
}

/** A conversion that did not happen. */
export function refusedWith(reason: RefusalReason, message: string): Conversion {
  return { manifests: [], account: null, verdict: null, refused: { reason, message }, makesAnother: null }
}

function convertRead(asset: Asset, catalogue: Catalogue, context: MappingContext): Conversion {
  const head = catalogue.kindOf(asset)
  const kind = head && catalogue.load(head.kind)
  if (!kind) throw new Refusal('unsupported', `No kind of the cluster stands for ${asset.assetType}.`)
  const onlyPolicy = asset.iamPolicy !== undefined && Object.keys(asset.data).length === 0
  if (onlyPolicy) {
    const account = emptyAccount()
    const manifests = policyManifests(asset, kind, undefined, catalogue, account)
    if (manifests.length === 0) throw new Refusal('default', 'The access policy binds nobody.')
    return {
      manifests,
      account,
      verdict: { verdict: 'nothing-changes', reasons: ['The bindings are there already.'], fields: [] },
      refused: null,
      makesAnother: null,
    }
  }
  const { manifest, account, labels, emptied, makesAnother } = toManifest(asset, kind, context)
  const verdict = judge({
    kind: kind.compiled.kind,
    account,
    labels,
    keepsUnsetFields: kind.keepsUnsetFields,
    alwaysUpdates: makesAnother ?? kind.table?.alwaysUpdates,
    renamed: renamedField(asset, kind, manifest),
    emptied,
  })
  const name = textAt(manifest, 'metadata', 'name')
  const parts = partManifests(asset, kind, catalogue, context, account)
  const mark = account.entries.length
  const policies = policyManifests(asset, kind, name, catalogue, account)
  for (const entry of account.entries.slice(mark)) if (entry.to) entry.manifest = 1 + parts.length
  const manifests = [manifest, ...parts, ...policies]
  return { manifests, account, verdict, refused: null, makesAnother: makesAnother ?? null }
}

/** The field that adoption would fill with the manifest's name, when it holds something else. */
function renamedField(asset: Asset, kind: MappedKind, manifest: JsonObject): string[] | undefined {
  const { nameFills } = kind.table ?? {}
  return nameFills && valueAt(asset.data, [...nameFills]) !== textAt(manifest, 'metadata', 'name') ? [...nameFills] : undefined
}

/** Resources inside the asset that are kinds of their own. What cannot be one stays in the account as unmapped. */
function partManifests(asset: Asset, kind: MappedKind, catalogue: Catalogue, context: MappingContext, account: Account): JsonObject[] {
  const manifests: JsonObject[] = []
  for (const { from, kind: partKind, collection } of kind.table?.parts ?? []) {
    const parts = valueAt(asset.data, [...from])
    if (parts === undefined) continue
    const mapped = catalogue.load(partKind)
    if (!Array.isArray(parts) || !mapped) {
      noteLeaves(account, parts, [...from], { fate: 'unmapped', why: `the cluster has no kind ${partKind}` })
      continue
    }
    for (const [index, part] of parts.entries()) {
      const at = [...from, index]
      try {
        if (!isObject(part)) throw new Refusal('malformed', 'it is no object')
        const id = textAt(part, 'name') ?? (typeof part.priority === 'number' ? String(part.priority) : String(index))
        const made = toManifest({ ...asset, name: `${asset.name}/${collection}/${id}`, data: part }, mapped, context)
        manifests.push(made.manifest)
        const where = { manifest: manifests.length } // behind the resource itself
        for (const entry of made.account.entries)
          account.entries.push({ ...entry, from: [...at, ...entry.from], ...(entry.to ? where : {}) })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        noteLeaves(account, part, at, { fate: error.reason === 'default' ? 'output-only' : 'unmapped', why: error.message })
      }
    }
  }
  return manifests
}

function policyManifests(asset: Asset, kind: MappedKind, name: string | undefined, catalogue: Catalogue, account: Account): JsonObject[] {
  if (!asset.iamPolicy) return []
  const policyKind = catalogue.load('IAMPartialPolicy')
  if (!policyKind) {
    noteLeaves(account, asset.iamPolicy, ['iamPolicy'], { fate: 'unmapped', why: 'the cluster has no kind IAMPartialPolicy' })
    return []
  }
  const { apiVersion, kind: owner } = kind.compiled
  const manifest = iamManifest(asset.iamPolicy, asset.name, { apiVersion, kind: owner, ...(name === undefined ? {} : { name }) }, account)
  if (!manifest) return []
  const [error] = validateResource(policyKind.compiled, manifest)
  if (error) throw new Refusal('does-not-fit', `The access policy does not fit: ${error.path.join('.')}: ${error.message}`)
  return [manifest]
}
