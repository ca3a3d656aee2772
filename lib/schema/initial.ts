/** The smallest resource of a kind: what a form starts from. */
import type { Json, JsonObject } from '#lib/json.ts'
import type { CompiledKind, FieldNode, ObjectField, ReferenceField, SecretField } from '#lib/schema/field-tree.ts'

/**
 * A resource with apiVersion, kind, metadata and the required fields as empty placeholders, in schema order. Defaults
 * are never written: the server fills them in. Scalars stay out of it (a form shows required fields whether they are
 * set or not, and an empty text would be a value); only the objects and lists that must exist are there.
 */
export function initialResource(kind: CompiledKind, { namespace, name = '' }: { namespace?: string; name?: string }): JsonObject {
  const metadata: JsonObject = { name }
  if (kind.scope === 'Namespaced' && namespace !== undefined) metadata.namespace = namespace
  const resource: JsonObject = { apiVersion: kind.apiVersion, kind: kind.kind, metadata }
  if (kind.root.type !== 'object') return resource
  const fields = requiredParts(kind.root)
  const spec = kind.root.children.find((child) => child.key === 'spec')
  // A spec nobody requires is still where everything goes.
  if (spec && fields.every(([key]) => key !== 'spec'))
    fields.push(['spec', spec.type === 'object' ? Object.fromEntries(requiredParts(spec)) : {}])
  return { ...resource, ...Object.fromEntries(fields) }
}

/** The emptiest value to start a field with when somebody adds it: `''`, `0`, `false`, or the parts an object needs. Enums start with their first value only when it is the only one. */
export function initialValue(node: FieldNode): Json {
  switch (node.type) {
    case 'string':
    case 'int-or-string': {
      const only = node.enum?.length === 1 ? node.enum[0] : undefined
      return only ?? ''
    }
    case 'integer':
    case 'number':
      return node.minimum !== undefined && node.minimum > 0 ? node.minimum : 0
    case 'boolean':
      return false
    case 'list':
      return []
    case 'map':
      return {}
    case 'free-form':
      return {}
    case 'object':
      return Object.fromEntries(requiredParts(node))
    case 'reference':
    case 'secret-or-literal':
      return {}
    default: {
      const never: never = node
      return never
    }
  }
}

/** The required children that are objects or lists, each with its own required parts. */
function requiredParts(node: ObjectField | ReferenceField | SecretField): [string, Json][] {
  return node.children.flatMap((child): [string, Json][] => {
    if (!child.required || child.default !== undefined) return []
    if (child.type === 'object') return [[child.key, Object.fromEntries(requiredParts(child))]]
    if (child.type === 'reference' || child.type === 'secret-or-literal' || child.type === 'map') return [[child.key, {}]]
    if (child.type === 'list') return [[child.key, []]]
    if (child.type === 'free-form' && child.accepts === 'object') return [[child.key, {}]]
    return []
  })
}
