/** From an asset to the manifest of one kind, with the account of every leaf. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { type Account, emptyAccount, noteLeaves } from './account.ts'
import type { Asset } from './asset.ts'
import type { AssetName } from './asset-name.ts'
import type { ResolveReference } from './convert-value.ts'
import { type Identity, identityOf, impossibleLabels, labelsAt, manifestName } from './identity.ts'
import type { KindTable, RefuseRule, SourcePath } from './kind-table.ts'
import { mapObject } from './map-fields.ts'
import { fits } from './match-field.ts'
import { identifyingFields } from './parent-fields.ts'
import { fillParents } from './parents.ts'
import { Refusal } from './refusal.ts'
import { type TableNode, tableTree } from './table-tree.ts'
import { secretFields, type Target, targetOf } from './target.ts'
import { isNothing, type Walk } from './walk.ts'

/** A kind made ready for many assets. */
export interface MappedKind {
  compiled: CompiledKind
  spec: Target | undefined
  table: KindTable | undefined
  tableTree: TableNode | undefined
  observed: ReadonlySet<string>
  /** Fields that hold secrets, from the root of the manifest. */
  secrets: string[][]
  /** The controller leaves live values alone where the manifest says nothing. */
  keepsUnsetFields: boolean
  /** Generated from the schema of an older controller: labels stand in the metadata even where the spec has some, and organisations are named by their number. */
  generated: boolean
  /** The generated ones that name organizations and folders as the service does. */
  declarative: boolean
}

export interface MappingContext {
  /** Project numbers to ids. */
  projectIds?: ReadonlyMap<string, string>
  /** References to resources of the same import, or managed already. */
  resolve?: ResolveReference
}

export interface Mapped {
  manifest: JsonObject
  account: Account
  /** The live labels; undefined when the asset shows none. */
  labels: Readonly<Record<string, string>> | undefined
  /** Where the manifest leaves a secret out that the kind asks for: paths from its root. */
  emptied: readonly JsonPath[]
  /** Why applying the manifest would make another resource instead of adopting this one: a sentence. */
  makesAnother: string | undefined
}

/** What the definition says beyond its fields. */
export interface KindTraits {
  /** Fields of the status and the observed state: folded names joined by dots. */
  observed: ReadonlySet<string>
  generated: boolean
  /** Generated from the schema of the declarative library: organizations and folders are named as the service names them. */
  declarative: boolean
}

/** Kinds that have an older controller's schema and a newer controller (Config Connector 1.155). */
const rewritten = new Set(['TagsLocationTagBinding', 'VertexAITensorboard'])

/** Makes a kind ready. */
export function mappedKind(compiled: CompiledKind, traits: KindTraits, table: KindTable | undefined): MappedKind {
  const spec = compiled.root.type === 'object' ? compiled.root.children.find(({ key }) => key === 'spec') : undefined
  const target = spec && targetOf(spec)
  return {
    compiled,
    spec: target,
    table,
    tableTree: table && tableTree(table),
    observed: traits.observed,
    generated: traits.generated,
    declarative: traits.declarative,
    keepsUnsetFields: traits.generated && !rewritten.has(compiled.kind),
    secrets: target ? secretFields(target, ['spec']) : [],
  }
}

/**
 * Converts one asset.
 * @throws Refusal when it cannot be adopted without a change, with the reason.
 */
export function toManifest(asset: Asset, kind: MappedKind, context: MappingContext): Mapped {
  const identity = identityOf(asset, kind.table, context.projectIds)
  refuseByTable(asset, kind.table, identity.id)
  const account = emptyAccount()
  const spec: JsonObject = {}
  const skip = noteIdentity(asset, kind, account, identity)
  const labels = takeLabels(asset, kind, account, skip)
  const walk: Walk = {
    account,
    resolve: context.resolve,
    observed: kind.observed,
    generated: kind.generated,
    declarative: kind.declarative,
    emptied: [],
    projectIds: context.projectIds ?? new Map(),
    fill: mapObject,
  }
  if (kind.spec) {
    mapObject(walk, kind.spec, asset.data, spec, { from: [], to: ['spec'], table: kind.tableTree }, skip)
    applySettings(asset.data, kind.table, spec, account)
    fillParents(kind.spec, spec, identity, kind.generated)
    refuseWithoutPlace(kind, spec, identity)
    const { place } = kind.table ?? {}
    if (place !== undefined && !Object.hasOwn(spec, 'location')) spec.location = place
    if (kind.spec.byKey.has('resourceID')) spec.resourceID = identity.id
  }
  const manifest: JsonObject = {
    apiVersion: kind.compiled.apiVersion,
    kind: kind.compiled.kind,
    metadata: {
      name: manifestName(ownName(asset, kind) ?? identity.id),
      annotations: annotationsOf(kind, asset.data, identity),
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    },
    spec: ordered(kind.spec, spec),
  }
  const errors = validateResource(kind.compiled, manifest)
  const [first] = errors
  if (first) throw new Refusal('does-not-fit', `${first.path.join('.')}: ${first.message}`)
  const makesAnother = kind.table?.makesAnother ?? (losesId(manifest, kind, identity) ? lostId : undefined)
  const emptied = walk.emptied.filter((path) => valueAt(manifest, path) !== undefined)
  account.unreadable = [...kind.secrets.filter((path) => !emptied.some((one) => startsWith(path, one))), ...emptied]
  return { manifest, account, labels, emptied, makesAnother }
}

const startsWith = (path: readonly string[], start: JsonPath): boolean =>
  start.every((step, index) => path[index] === (typeof step === 'number' ? '*' : step))

/** Why a resource whose id stands nowhere in its manifest is not adopted. */
export const lostId =
  'The kind has no field for the id of an existing resource, and the name of the manifest cannot be that id: its controller would make another one.'

/** Whether the resource is found again by the manifest's name alone. */
export const isKnownByName = ({ compiled, spec }: MappedKind): boolean =>
  spec !== undefined && !spec.byKey.has('resourceID') && !spec.byKey.has('resourceRef') && !Object.hasOwn(identifyingFields, compiled.kind)

function losesId(manifest: JsonObject, kind: MappedKind, { id, name }: Identity): boolean {
  if (!isKnownByName(kind) || textAt(manifest, 'metadata', 'name') === id) return false
  // There is only one of it where it stands: `folders/1/autokeyConfig`.
  if (name.parts.at(-1)?.collection === '') return false
  return !holdsText(manifest.spec, (text) => text === id || `/${name.path}`.endsWith(`/${text}`))
}

function holdsText(value: Json | undefined, isWanted: (text: string) => boolean): boolean {
  if (typeof value === 'string') return value !== '' && isWanted(value)
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => holdsText(inner, isWanted))
}

/** What tells a resource apart whose id alone does not: a record set is `www.shop.test.` and `A`. */
function ownName(asset: Asset, kind: MappedKind): string | undefined {
  const fields = identifyingFields[kind.compiled.kind]?.map((key) => textAt(asset.data, key))
  return fields?.every((field) => field !== undefined) ? fields.join('-') : undefined
}

const containerFields = ['projectRef', 'folderRef', 'organizationRef']

/** @throws Refusal when the kind asks in what the resource stands, and nothing says it: it would be made anew in the namespace's project. */
function refuseWithoutPlace({ compiled, spec: target }: MappedKind, spec: JsonObject, { project, container }: Identity): void {
  if (project !== undefined || container !== undefined || compiled.kind === 'Project') return
  const asked = containerFields.filter((key) => target?.byKey.get(key)?.isReference)
  if (asked.length > 0 && ![...asked, 'billingAccountRef', 'parentRef', 'resourceRef'].some((key) => Object.hasOwn(spec, key)))
    throw new Refusal('does-not-fit', 'Neither its name nor its data say in which project, folder or organization it stands.')
}

/** @throws Refusal when the table says that such a resource is not imported. */
function refuseByTable(asset: Asset, table: KindTable | undefined, id: string): void {
  for (const rule of table?.refuse ?? []) {
    const values = rule.from.length === 1 && rule.from[0] === 'name' ? [id] : valuesAt(asset.data, rule.from)
    if (values.some((value) => ruleHolds(rule, value))) throw new Refusal(rule.reason, rule.why)
  }
}

function ruleHolds({ is, matches, atLeast }: RefuseRule, value: Json): boolean {
  if (is !== undefined) return value === is
  if (matches !== undefined) return typeof value === 'string' && new RegExp(matches).test(value)
  return atLeast === undefined || (typeof value === 'number' && value >= atLeast)
}

/** The values at a path in which `*` stands for every entry. */
function valuesAt(value: Json | undefined, [step, ...rest]: SourcePath): Json[] {
  if (value === undefined || value === null) return []
  if (step === undefined) return [value]
  if (step === '*')
    return (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []).flatMap((inner) => valuesAt(inner, rest))
  return isObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], rest) : []
}

/** What the table sets, and what it lets only one field say. */
function applySettings(data: JsonObject, table: KindTable | undefined, spec: JsonObject, account: Account): void {
  for (const { to, value, when } of table?.set ?? []) {
    const [key] = to
    if (key !== undefined && isObject(valueAt(data, [...when]))) spec[key] = value
  }
  for (const { fields, first } of table?.exclusive ?? []) {
    const [best] = fields
    const isFirst = first && best !== undefined && !Object.hasOwn(spec, best) && valuesAt(data, first.when).length > 0
    const order = isFirst ? [first.field, ...fields.filter((key) => key !== first.field)] : fields
    const [kept, ...others] = order.filter((key) => Object.hasOwn(spec, key))
    for (const key of others) {
      delete spec[key]
      for (const [index, { from, to }] of account.entries.entries())
        if (to?.[0] === 'spec' && to[1] === key) account.entries[index] = { from, fate: 'output-only', why: `${kept} says the same` }
    }
  }
}

const projectAnnotation = ['metadata', 'annotations', 'cnrm.cloud.google.com/project-id']

/** Leaves that say who the resource is; gives the keys that are accounted for. */
function noteIdentity(asset: Asset, kind: MappedKind, account: Account, { id, project, name }: Identity): Set<string> {
  const skip = new Set<string>()
  for (const key of ['name', 'id', 'selfLink', 'kind', 'projectId', 'projectNumber'])
    if (Object.hasOwn(asset.data, key) && (!kind.spec?.byKey.has(key) || (key === 'name' && isPathOf(asset.data.name, name)))) {
      skip.add(key)
      const leaf = asset.data[key] ?? null
      noteLeaves(
        account,
        leaf,
        [key],
        key === 'name' ? { fate: 'written', to: ['spec', 'resourceID'], by: 'identity' } : { fate: 'output-only' },
      )
    }
  if (saysContainer(asset.data.parent, kind)) {
    skip.add('parent')
    account.entries.push(
      project !== undefined && kind.compiled.kind !== 'Project' && kind.compiled.kind !== 'Folder'
        ? { from: ['parent'], fate: 'written', to: [...projectAnnotation], by: 'identity' }
        : { from: ['parent'], fate: 'output-only', why: 'where the resource stands' },
    )
  }
  // Some services say the id once more, as `clusterName` or `responsePolicyName`.
  for (const [key, value] of Object.entries(asset.data))
    if (value === id && /(?:Name|Id)$/.test(key) && !kind.spec?.byKey.has(key) && !kind.tableTree?.at(key) && !skip.has(key)) {
      const own = key.replace(/(?:Name|Id)$/, '').toLowerCase()
      if (!kind.compiled.kind.toLowerCase().endsWith(own)) continue
      skip.add(key)
      account.entries.push({ from: [key], fate: 'output-only', why: 'the id of the resource' })
    }
  return skip
}

/** Whether a parent is only where the resource stands, which its name says too, and no field of the kind means it. */
function saysContainer(parent: Json | undefined, { spec, tableTree: table }: MappedKind): boolean {
  const collection = typeof parent === 'string' ? /^(projects|folders|organizations)\/[^/]+$/.exec(parent)?.[1] : undefined
  if (collection === undefined || !spec || spec.byKey.has('parent') || table?.at('parent')) return false
  const parentRef = spec.byKey.get('parentRef')
  if (parentRef) return parentRef.kinds.length > 0 && !fits(parentRef, collection)
  return collection === 'projects' || !(spec.byKey.has('folderRef') || spec.byKey.has('organizationRef'))
}

/** Whether a name in the data is the asset's own, in full, where the kind's field of that key may mean something else. */
function isPathOf(text: Json | undefined, { parts }: AssetName): boolean {
  const own = parts.at(-1)?.collection
  return typeof text === 'string' && own !== undefined && own !== '' && text.split('/').at(-2) === own
}

const labelPaths: readonly SourcePath[] = [['labels'], ['userLabels'], ['resourceLabels']]

/** Where an asset's labels stand, and whether they go into the spec. */
function labelsOf(asset: Asset, kind: MappedKind): { path: SourcePath; inSpec: boolean; labels: Record<string, string> } | undefined {
  const path = (kind.table?.labels ?? labelPaths).find((one) => isObject(valueAt(asset.data, [...one])))
  const [key = ''] = path ?? []
  const labels = path && labelsAt(asset.data, path)
  return path && labels && { path, labels, inSpec: path.length === 1 && !kind.generated && kind.spec?.byKey.has(key) === true }
}

/** The live labels for the manifest's metadata. Newer kinds have them in the spec as well, where the walk writes them. */
function takeLabels(asset: Asset, kind: MappedKind, account: Account, skip: Set<string>): Record<string, string> | undefined {
  const found = labelsOf(asset, kind)
  for (const other of kind.table?.labels ?? []) {
    const value = valueAt(asset.data, [...other])
    if (value === undefined || other === found?.path) continue
    noteLeaves(
      account,
      value,
      [...other],
      isNothing(value) ? { fate: 'default', why: 'empty' } : { fate: 'unmapped', why: 'labels are texts, and stand in one place' },
    )
  }
  if (!found) return undefined
  const { path, inSpec } = found
  const labels = inSpec ? found.labels : withoutServices(found.labels)
  for (const key of Object.keys(found.labels))
    if (!Object.hasOwn(labels, key)) account.entries.push({ from: [...path, key], fate: 'output-only', why: 'the service sets it' })
  if (Object.keys(labels).length === 0) {
    if (Object.keys(found.labels).length > 0) {
      if (path.length === 1) skip.add(path[0] ?? '')
    } else if (kind.table?.labels) account.entries.push({ from: [...path], fate: 'default', why: 'empty' })
    return undefined
  }
  const impossible = impossibleLabels(labels)
  if (impossible.length > 0) {
    if (inSpec) return {}
    throw new Refusal('labels', `Kubernetes cannot hold the ${impossible.length > 1 ? 'labels' : 'label'} ${impossible.join(', ')}.`)
  }
  if (inSpec) return labels
  const [top = ''] = path
  if (path.length === 1) skip.add(top)
  for (const key of Object.keys(labels))
    account.entries.push({ from: [...path, key], fate: 'written', to: ['metadata', 'labels', key], by: 'label' })
  return labels
}

/** Labels without those that a service gives its own resources: `aiplatform.googleapis.com/dataset_metadata_schema`. */
const withoutServices = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !/^[a-z0-9-]+\.googleapis\.com\//.test(key)))

/** Where something stands that no name of its own and no field tells: an access policy. */
function containerAbove({ spec }: MappedKind, { parent }: JsonObject): string | undefined {
  if (typeof parent !== 'string' || !/^(?:folders|organizations)\/[^/]+$/.test(parent)) return undefined
  return spec?.byKey.has('parent') || spec?.byKey.has('parentRef') ? undefined : parent
}

function annotationsOf(kind: MappedKind, data: JsonObject, { project, ...identity }: Identity): JsonObject {
  const container = identity.container ?? containerAbove(kind, data)
  const annotations: JsonObject = { 'cnrm.cloud.google.com/deletion-policy': 'abandon' }
  if (kind.compiled.kind === 'Project' || kind.compiled.kind === 'Folder') return annotations
  if (project !== undefined) annotations['cnrm.cloud.google.com/project-id'] = project
  else if (container !== undefined && !kind.spec?.byKey.has('folderRef') && !kind.spec?.byKey.has('organizationRef')) {
    const [collection, id = ''] = container.split('/')
    // What Apigee calls organizations has names; those of the cloud have numbers.
    if (/^[a-z]/.test(id)) return annotations
    annotations[`cnrm.cloud.google.com/${collection === 'folders' ? 'folder-id' : 'organization-id'}`] = id
  }
  return annotations
}

/** Fields in the order of the schema, with the id first. */
function ordered(target: Target | undefined, spec: JsonObject): JsonObject {
  const { resourceID, ...rest } = spec
  const sorted: [string, Json][] = []
  for (const { key } of target?.fields ?? []) if (Object.hasOwn(rest, key)) sorted.push([key, rest[key] ?? null])
  return { ...(resourceID === undefined ? {} : { resourceID }), ...Object.fromEntries(sorted) }
}
