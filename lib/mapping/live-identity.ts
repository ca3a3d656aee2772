/**
 * Which cloud resource a manifest or an asset is, as one text: equal texts mean one resource. Projects count by their id, places by their
 * name, parents by theirs; nothing else of the many spellings of links matters. Pure.
 */
import { type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { type Asset, readAsset } from './asset.ts'
import type { KindHead } from './asset-kinds.ts'
import { namePartsOf, readAssetName, relativeName } from './asset-name.ts'
import { identityOf } from './identity.ts'
import type { KindTable } from './kind-table.ts'
import { identifyingFields, parentFieldOf, placeCounts, projectCounts } from './parent-fields.ts'

export interface IdentityContext {
  /** Project numbers to ids. */
  projectIds?: ReadonlyMap<string, string>
  /** The cloud project of a namespace, for manifests that do not name theirs. Without it a namespace counts as its own name. */
  projectOfNamespace?: (namespace: string) => string | undefined
  /** The manifest that a reference by name means. Without it a name counts as the id. */
  manifestNamed?: (kind: string | undefined, namespace: string | undefined, name: string) => JsonObject | undefined
}

/** What tells the kind of an asset and its table: a `Catalogue`. */
export interface KindFinder {
  kindOf: (asset: Asset) => KindHead | undefined
  tableOf: (kind: string) => KindTable | undefined
}

export interface IdentityParts {
  kind: string
  /** Id of the project, or `folders/1`, `organizations/1`. */
  container: string | undefined
  place: string | undefined
  parents: readonly string[]
  id: string
}

/** One text for one resource. */
export function identityKey({ kind, container, place, parents, id }: IdentityParts): string {
  const where = projectCounts(kind) ? (container ?? '') : ''
  return JSON.stringify([
    kind,
    where,
    placeCounts(kind) && place !== 'global' ? (place ?? '') : '',
    ...(parentFieldOf(kind) ? parents : []),
    id,
  ])
}

/** The resource of a live object or a manifest; undefined for what names none: no kind, no name, an access policy. */
export function liveIdentity(manifest: JsonObject, context: IdentityContext = {}): string | undefined {
  const parts = partsOfManifest(manifest, context, 0)
  return parts && identityKey(parts)
}

/** The resource of an asset as the inventory gives it; undefined for what cannot be read and for types without a kind. */
export function assetIdentity(value: Json, kinds: KindFinder, context: IdentityContext = {}): string | undefined {
  let asset: Asset
  try {
    asset = readAsset(value)
  } catch {
    return undefined
  }
  const kind = kinds.kindOf(asset)?.kind
  if (kind === undefined) return undefined
  const { name, id, project, container } = identityOf(asset, kinds.tableOf(kind), context.projectIds)
  const fields = identifyingFields[kind]?.map((key) => textAt(asset.data, key))
  return identityKey({
    kind,
    container: container ?? project,
    place: name.location,
    parents: parentIds(fields ? pathAbove(name.path, fields) : name.path, context).slice(0, fields ? undefined : -1),
    id: fields?.every((field) => field !== undefined) ? fields.join(' ') : id,
  })
}

/** The path of what stands above a resource whose own part of the path is made of those fields: `…/rrsets/NAME/TYPE`. */
function pathAbove(path: string, fields: readonly (string | undefined)[]): string {
  const steps = path.split('/')
  while (steps.length > 0 && fields.includes(steps.at(-1))) steps.pop()
  return steps.slice(0, -1).join('/')
}

/** The resource that a link or name means when it points to a resource of a kind. `project`: the one that is meant where the link names none. */
export function linkIdentity(kind: string, link: string, project: string | undefined, context: IdentityContext = {}): string | undefined {
  const account = /^(?:serviceAccount:)?([^@/\s]+)@([a-z0-9-]+)(?:\.[a-z0-9.-]+)?\.iam\.gserviceaccount\.com$/.exec(
    link.split('/').at(-1) ?? '',
  )
  if (kind === 'IAMServiceAccount')
    return account ? identityKey({ kind, container: account[2], place: undefined, parents: [], id: account[1] ?? '' }) : undefined
  const path = relativeName(link)
  if (path === undefined) {
    const bare = /^(?:(?:https?:)?\/\/[a-z0-9.-]+\/|gs:\/\/|[a-z]+\.googleapis\.com\/)?([^/\s]+)$/.exec(link)?.[1]
    return bare === undefined || parentFieldOf(kind)
      ? undefined
      : identityKey({ kind, container: project, place: undefined, parents: [], id: bare })
  }
  const name = readAssetName(`//x/${path}`)
  return identityKey({
    kind,
    container: projectId(name.project, context) ?? project,
    place: name.location,
    parents: parentIds(path, context).slice(0, -1),
    id: name.id,
  })
}

function partsOfManifest(manifest: JsonObject, context: IdentityContext, depth: number): IdentityParts | undefined {
  const kind = textAt(manifest, 'kind')
  const metadataName = textAt(manifest, 'metadata', 'name')
  if (!kind || !metadataName || depth > 8 || /^IAM(?:Partial)?Policy|^IAMAuditConfig$/.test(kind)) return undefined
  const spec = valueAt(manifest, ['spec']) ?? {}
  const resourceId = valueAt(spec, ['resourceID'])
  const fields = identifyingFields[kind]?.map((key) => textAt(spec, key))
  const id = fields?.every((field) => field !== undefined)
    ? fields.join(' ')
    : typeof resourceId === 'string' || typeof resourceId === 'number'
      ? String(resourceId)
      : (idFromStatus(manifest) ?? metadataName)
  const seen = seenLive(manifest, context)
  const parent = seen ?? parentOf(kind, spec, manifest, context, depth)
  return {
    kind,
    container: parent.container ?? containerOf(spec, manifest, context),
    place: placeOf(spec) ?? parent.place,
    parents: parent.ids,
    // Ids may be written with the whole path before them.
    id: id.startsWith('projects/') ? (id.split('/').at(-1) ?? id) : id,
  }
}

/** The id that the service gave, where the manifest does not say it. */
const idFromStatus = (manifest: JsonObject): string | undefined => {
  const path = relativeName(textAt(manifest, 'status', 'externalRef') ?? '')
  return path === undefined ? undefined : path.split('/').at(-1)
}

/** What the controller says of the live resource, where it does: surer than what the manifest says. */
function seenLive(manifest: JsonObject, context: IdentityContext): ParentParts | undefined {
  const link = textAt(manifest, 'status', 'externalRef') ?? textAt(manifest, 'status', 'selfLink')
  const path = link && relativeName(link)
  if (!path) return undefined
  const name = readAssetName(`//x/${path}`)
  if (name.project === undefined) return undefined
  return { ids: parentIds(path, context).slice(0, -1), container: projectId(name.project, context), place: name.location }
}

interface ParentParts {
  ids: string[]
  container: string | undefined
  place: string | undefined
}

const noParent: ParentParts = { ids: [], container: undefined, place: undefined }

function parentOf(kind: string, spec: Json, manifest: JsonObject, context: IdentityContext, depth: number): ParentParts {
  const field = parentFieldOf(kind)
  const value = field === undefined ? undefined : valueAt(spec, [field])
  const text = typeof value === 'string' ? value : textAt(value, 'external')
  if (text !== undefined) {
    const path = relativeName(text)
    if (path === undefined) return { ...noParent, ids: [text] }
    const name = readAssetName(`//x/${path}`)
    return { ids: parentIds(path, context), container: projectId(name.project, context), place: name.location }
  }
  const named = textAt(value, 'name')
  if (named === undefined) return noParent
  const namespace = textAt(value, 'namespace') ?? textAt(manifest, 'metadata', 'namespace')
  const said = textAt(value, 'kind')
  const found = (said === undefined ? [...parentKinds(kind, field ?? ''), undefined] : [said])
    .map((parent) => context.manifestNamed?.(parent, namespace, named))
    .find((one) => one !== undefined)
  const parts = found && partsOfManifest(found, context, depth + 1)
  if (!parts) return { ...noParent, ids: [named] }
  // What stands below a resource whose place is no part of its name has none in its own name either.
  return { ids: [...parts.parents, parts.id], container: parts.container, place: placeCounts(parts.kind) ? parts.place : undefined }
}

/** What a reference without a kind may point to: `keyRingRef` of a KMSCryptoKey to a KMSKeyRing, `instanceRef` of a SQLUser to a SQLInstance. */
function parentKinds(kind: string, field: string): string[] {
  const target = field.charAt(0).toUpperCase() + field.slice(1).replace(/Ref$/, '')
  const words = kind.match(/[A-Z]+(?![a-z])|[A-Z][a-z0-9]*/g) ?? []
  return words.map((_, at) => words.slice(0, at).join('') + target).toReversed()
}

const containers = new Set(['projects', 'locations', 'regions', 'zones', 'folders', 'organizations', 'collections', ''])

/** The ids on the way of a path, without the project and the place. The last one is always there. */
function parentIds(path: string, context: IdentityContext): string[] {
  const parts = namePartsOf(path)
  return parts
    .filter(({ collection }, index) => index === parts.length - 1 || !containers.has(collection))
    .map(({ id, collection }) => (collection === 'projects' ? (projectId(id, context) ?? id) : id))
}

function placeOf(spec: Json): string | undefined {
  for (const key of ['location', 'region', 'zone', 'locationID']) {
    const place = textAt(spec, key)
    if (place) return place.split('/').at(-1)
  }
  return undefined
}

function containerOf(spec: Json, manifest: JsonObject, context: IdentityContext): string | undefined {
  const annotation = (key: string): string | undefined => textAt(manifest, 'metadata', 'annotations', `cnrm.cloud.google.com/${key}`)
  const above = idIn(textAt(spec, 'folderRef', 'external'), 'folders') ?? idIn(textAt(spec, 'organizationRef', 'external'), 'organizations')
  if (above) return above
  const named = textAt(spec, 'projectRef', 'name')
  const found = named === undefined ? undefined : context.manifestNamed?.('Project', textAt(spec, 'projectRef', 'namespace'), named)
  const project = textAt(spec, 'projectRef', 'external') ?? textAt(found, 'spec', 'resourceID') ?? named ?? annotation('project-id')
  if (project) return projectId(project.split('/').at(-1), context)
  const annotated = idIn(annotation('folder-id'), 'folders') ?? idIn(annotation('organization-id'), 'organizations')
  if (annotated) return annotated
  const namespace = textAt(manifest, 'metadata', 'namespace')
  return namespace === undefined ? undefined : (context.projectOfNamespace?.(namespace) ?? namespace)
}

const idIn = (text: string | undefined, collection: string): string | undefined => text && `${collection}/${text.split('/').at(-1)}`

const projectId = (project: string | undefined, context: IdentityContext): string | undefined =>
  project === undefined ? undefined : (context.projectIds?.get(project) ?? project)
