/**
 * Where the resources of a kind refer to other objects, taken out of the field tree: small enough to keep for every kind, and enough
 * to find the references in an object. Pure.
 *
 * A reference is what the field tree calls one (shapes A to D), an object at a key `…Ref` that has only a name and a place (IAM members,
 * the platform's kinds), or the Secret of a secret-or-literal field.
 */
import { isObject, type Json, type JsonObject, type JsonPath, textAt } from '#lib/json.ts'
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'
import { mineReference } from '#lib/schema/mine-reference.ts'

/** What one field may refer to. */
export interface ReferenceTarget {
  /** Kind names without group; empty where the schema does not tell. */
  kinds: string[]
  /** The keys the schema has: whether `namespace`, `external`, `kind` may be written. */
  keys: string[]
  /** What `external` must hold, in the schema's words. */
  externalFormat?: string
}

export type ReferenceTree = { reference: ReferenceTarget } | { each: ReferenceTree } | { fields: [string, ReferenceTree][] }

/** A reference as an object has it: by `name` or by `external`. */
export interface FoundReference {
  path: JsonPath
  target: ReferenceTarget
  /** Kind names it may mean: the one written beside it, else those of the schema. */
  kinds: string[]
  /** The group written beside it, in `apiVersion`. */
  group: string | undefined
  name: string | undefined
  /** As written; without one it means the namespace of the object itself. */
  namespace: string | undefined
  external: string | undefined
}

/** Members of IAM bindings, whose schemas name no kind. */
const memberKinds: Record<string, string> = {
  serviceAccountRef: 'IAMServiceAccount',
  logSinkRef: 'LoggingLogSink',
  sqlInstanceRef: 'SQLInstance',
  serviceIdentityRef: 'ServiceIdentity',
  bigQueryConnectionConnectionRef: 'BigQueryConnectionConnection',
  secretRef: 'Secret',
}
const looseKeys = new Set(['name', 'namespace', 'kind', 'apiVersion'])

/** The references below a node; undefined where there are none. */
export function referenceTree(node: FieldNode): ReferenceTree | undefined {
  switch (node.type) {
    case 'reference':
      return {
        reference: {
          kinds: node.targets,
          keys: node.children.map(({ key }) => key),
          ...(node.externalFormat === undefined ? {} : { externalFormat: node.externalFormat }),
        },
      }
    case 'secret-or-literal': {
      const secret: ReferenceTree = { reference: { kinds: ['Secret'], keys: ['name', 'key'] } }
      return { fields: [['valueFrom', { fields: [['secretKeyRef', secret]] }]] }
    }
    case 'list':
    case 'map': {
      const each = referenceTree(node.type === 'list' ? node.item : node.value)
      return each && { each }
    }
    case 'object': {
      const loose = looseTarget(node)
      if (loose) return { reference: loose }
      const fields = childrenOf(node).flatMap((child): [string, ReferenceTree][] => {
        const inside = referenceTree(child)
        return inside ? [[child.key, inside]] : []
      })
      return fields.length > 0 ? { fields } : undefined
    }
    default:
      return undefined
  }
}

/** An object called `…Ref` with a name and nothing but a place beside it. */
function looseTarget(node: FieldNode): ReferenceTarget | undefined {
  const children = childrenOf(node)
  const keys = children.map(({ key }) => key)
  if (!/Ref$/.test(node.key) || !keys.includes('name') || !keys.every((key) => looseKeys.has(key))) return undefined
  const properties = Object.fromEntries(children.map(({ key, description }) => [key, { description: description ?? '' }]))
  const mined = mineReference({ properties, description: node.description ?? '' }, node.key).targets
  const known = Object.hasOwn(memberKinds, node.key) ? memberKinds[node.key] : undefined
  return { kinds: mined.length > 0 ? mined : known ? [known] : [], keys }
}

/** The references an object holds, in the order of the schema; at most `limit`. */
export function referencesIn(tree: ReferenceTree | undefined, object: JsonObject, limit = 1000): FoundReference[] {
  const found: FoundReference[] = []
  const walk = (here: ReferenceTree, value: Json | undefined, path: JsonPath): void => {
    if (found.length >= limit) return
    if ('reference' in here) {
      const reference = readReference(here.reference, value, path)
      if (reference) found.push(reference)
    } else if ('each' in here) {
      if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(here.each, item, [...path, index])
      else if (isObject(value)) for (const [key, item] of Object.entries(value)) walk(here.each, item, [...path, key])
    } else if (isObject(value)) {
      for (const [key, inside] of here.fields) if (Object.hasOwn(value, key)) walk(inside, value[key], [...path, key])
    }
  }
  if (tree) walk(tree, object, [])
  return found
}

function readReference(target: ReferenceTarget, value: Json | undefined, path: JsonPath): FoundReference | undefined {
  const name = textAt(value, 'name') || undefined
  const external = name === undefined ? textAt(value, 'external') || undefined : undefined
  if (name === undefined && external === undefined) return undefined
  const kind = textAt(value, 'kind')
  const apiVersion = textAt(value, 'apiVersion')
  return {
    path,
    target,
    kinds: kind ? [kind] : target.kinds,
    group: apiVersion?.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : undefined,
    name,
    namespace: textAt(value, 'namespace') || undefined,
    external,
  }
}

/**
 * Which object an external value means: `place` is `projects/<id>` where the value says so, `''` where it is a plain name (buckets), and
 * `name` its last part. Reads relative names, links, e-mail addresses of service accounts and `gs://` addresses.
 */
export function readExternal(external: string): { place: string; name: string } {
  const account = /^(?:serviceAccount:)?([^@\s/]+)@([a-z][a-z0-9-]*)\.iam\.gserviceaccount\.com$/.exec(external.trim())
  if (account) return { place: `projects/${account[2]}`, name: account[1] ?? '' }
  const text = external.trim().replace(/\/+$/, '')
  const project = /(?:^|\/)projects\/([^/]+)\//.exec(text)?.[1]
  return { place: project === undefined ? '' : `projects/${project}`, name: text.slice(text.lastIndexOf('/') + 1) }
}
