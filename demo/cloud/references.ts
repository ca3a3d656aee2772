/** Finds what a resource refers to, from its kind's schema and its spec. Pure. */
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'

/** A reference to another object of this cluster. */
export interface Reference {
  kind: string
  namespace: string
  name: string
}

/** The key under which an object is known: kind, namespace, name. */
export const keyOf = ({ kind, namespace, name }: Reference): string => `${kind}/${namespace}/${name}`

/**
 * The references in a value: objects with `name` at fields called …Ref or …Refs, or that have `external` beside. The target's kind is the
 * value's own `kind`, else the one named in the schema's descriptions.
 */
export function referencesIn(schema: Json | undefined, value: Json | undefined, namespace: string): Reference[] {
  if (!isObject(schema)) return []
  if (Array.isArray(value)) return value.flatMap((item) => referencesIn(schema.items, item, namespace))
  if (!isObject(value)) return []
  const fields = isObject(schema.properties) ? schema.properties : {}
  const name = value.name
  if (typeof name === 'string' && isReference(fields)) {
    const kind = typeof value.kind === 'string' ? value.kind : targetKind(fields)
    return kind === undefined || kind === 'Secret' ? [] : [{ kind, namespace: textAt(value, 'namespace') ?? namespace, name }]
  }
  return Object.entries(value).flatMap(([key, child]) =>
    referencesIn(Object.hasOwn(fields, key) ? fields[key] : schema.additionalProperties, child, namespace),
  )
}

/** External references have `external`; those of IAM members have `name` with a kind in its description and no `external`. */
const isReference = (fields: JsonObject): boolean =>
  'external' in fields ||
  (Object.keys(fields).every((key) => ['name', 'namespace', 'type'].includes(key)) && targetKind(fields) !== undefined)

/** The kind named in the descriptions of a reference's fields, in the forms that Config Connector's schemas and ours use. */
export function targetKind(fields: JsonObject): string | undefined {
  const texts = ['name', 'external'].map((key) => textAt(fields, key, 'description') ?? '')
  const patterns = [/externally[- ]managed `?([A-Z]\w+)/, /`([A-Z]\w+)` resource/, /of an? ([A-Z]\w+) resource/]
  for (const text of texts) {
    for (const pattern of patterns) {
      const found = pattern.exec(text.replace(/\s+/g, ' '))?.[1]
      if (found !== undefined) return found
    }
  }
  return undefined
}
