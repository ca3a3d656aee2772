/**
 * References between the manifests of one import. Each manifest is made alone, so its references are links (`external`); this second pass
 * turns those that point to a resource with a manifest into references by name, where the kind allows it. Paths do not change, so the
 * accounts stay true. Pure.
 */
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { collectionOf } from './asset-name.ts'
import { type IdentityContext, linkIdentity } from './live-identity.ts'
import { fits } from './match-field.ts'
import type { Target } from './target.ts'
import type { MappedKind } from './to-manifest.ts'
import { collectionFitsKind } from './words.ts'

/** A resource that has a manifest. */
export interface NamedResource {
  kind: string
  name: string
  namespace: string
}

export interface LinkContext extends IdentityContext {
  /** The resource of an identity (`liveIdentity`), when it has a manifest: of the same import, or managed already. */
  find: (identity: string) => NamedResource | undefined
  /** Whether a reference may leave the manifest's own namespace. */
  crossNamespace?: boolean
}

/** The container stays a link: who may write the manifest should see where it leads. */
const staying = new Set(['projectRef', 'folderRef', 'organizationRef', 'billingAccountRef'])

/** The manifest with references by name; the same object when there is nothing to change. */
export function linkReferences(manifest: JsonObject, kind: MappedKind, context: LinkContext): JsonObject {
  if (!kind.spec || !isObject(manifest.spec)) return manifest
  const project =
    textAt(manifest, 'metadata', 'annotations', 'cnrm.cloud.google.com/project-id') ??
    textAt(manifest.spec, 'projectRef', 'external')?.split('/').at(-1)
  const namespace = textAt(manifest, 'metadata', 'namespace')
  const spec = linked(kind.spec, manifest.spec, { context, project, namespace })
  return spec === manifest.spec ? manifest : { ...manifest, spec }
}

interface From {
  context: LinkContext
  project: string | undefined
  namespace: string | undefined
}

function linked(target: Target, value: Json, from: From): Json {
  if (target.isReference) return isObject(value) && !staying.has(target.key) ? byName(target, value, from) : value
  if (Array.isArray(value)) {
    const { item } = target
    if (!item) return value
    const items = value.map((entry) => linked(item, entry, from))
    return items.some((entry, index) => entry !== value[index]) ? items : value
  }
  if (!isObject(value)) return value
  let changed = false
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => {
    const field = target.byKey.get(key) ?? (target.type === 'map' ? target.item : undefined)
    const after = field ? linked(field, inner, from) : inner
    changed ||= after !== inner
    return [key, after]
  })
  return changed ? Object.fromEntries(entries) : value
}

function byName(target: Target, value: JsonObject, { context, project, namespace }: From): JsonObject {
  const { external } = value
  const keys = target.node.type === 'reference' || target.node.type === 'object' ? target.node.children.map(({ key }) => key) : []
  if (typeof external !== 'string' || !keys.includes('name')) return value
  for (const kind of kindsMeant(target, value, external)) {
    const identity = linkIdentity(kind, external, project, context)
    const found = identity === undefined ? undefined : context.find(identity)
    if (!found) continue
    const elsewhere = namespace !== undefined && found.namespace !== namespace
    if (elsewhere && (context.crossNamespace === false || !keys.includes('namespace'))) continue
    const { external: _, ...rest } = value
    return {
      ...rest,
      ...(keys.includes('kind') ? { kind: found.kind } : {}),
      name: found.name,
      ...(elsewhere ? { namespace: found.namespace } : {}),
    }
  }
  return value
}

/** The kinds a link may mean: those of the reference, narrowed to what the link points into. */
function kindsMeant(target: Target, value: JsonObject, external: string): string[] {
  const said = typeof value.kind === 'string' ? [value.kind] : target.kinds
  const collection = collectionOf(external)
  if (collection === undefined || said.length < 2) return said
  const fitting = said.filter((kind) => collectionFitsKind(collection, kind))
  return fitting.length > 0 && fits(target, collection) ? fitting : said
}
