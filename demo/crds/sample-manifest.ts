/** Makes manifests from a definition's schema, for tests: the smallest one the schema takes, or one with every field. Pure. */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** `smallest` holds required fields only, `rich` every field once. */
export type Size = 'smallest' | 'rich'

/** A manifest of the definition's stored version. Text follows enumerations, formats and the patterns in use. */
export function sampleManifest(definition: JsonObject, size: Size, name: string, namespace: string): JsonObject {
  const versions = valueAt(definition, ['spec', 'versions'])
  const stored = Array.isArray(versions) ? versions.filter(isObject).find((version) => version.storage === true) : undefined
  const schema = valueAt(stored, ['schema', 'openAPIV3Schema'])
  const spec = valueAt(schema, ['properties', 'spec'])
  const required = valueAt(schema, ['required'])
  const needed = Array.isArray(required) && required.includes('spec')
  return {
    apiVersion: `${textAt(definition, 'spec', 'group')}/${textAt(stored, 'name')}`,
    kind: textAt(definition, 'spec', 'names', 'kind') ?? '',
    metadata: { name, namespace },
    ...(needed || size === 'rich' || valueAt(spec, ['required']) !== undefined ? { spec: sample(spec, size) } : {}),
  }
}

function sample(schema: Json | undefined, size: Size): Json {
  if (!isObject(schema)) return {}
  if (schema.default !== undefined) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null
  if (schema['x-kubernetes-int-or-string'] === true) return 1
  switch (schema.type) {
    case 'string':
      return sampleText(schema)
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1
    case 'boolean':
      return true
    case 'array':
      return [sample(schema.items, size)]
    default:
      return sampleObject(schema, size)
  }
}

function sampleText(schema: JsonObject): string {
  if (schema.format === 'date-time') return '2026-01-31T00:00:00Z'
  const pattern = new RegExp(textAt(schema, 'pattern') ?? '')
  return ['text', 'roles/viewer'].find((text) => pattern.test(text)) ?? 'text'
}

function sampleObject(schema: JsonObject, size: Size): JsonObject {
  const fields = isObject(schema.properties) ? schema.properties : {}
  const chosen = new Set(size === 'rich' ? Object.keys(fields) : textsOf(schema.required))
  chooseAlternative(schema, fields, chosen)
  const entries = [...chosen].map((key) => [key, sample(fields[key], size)])
  if (isObject(schema.additionalProperties)) entries.push(['key', sample(schema.additionalProperties, size)])
  return Object.fromEntries(entries)
}

/** Keeps to one alternative of a oneOf: that of `external` for references, else the first; the others' fields go. */
function chooseAlternative(schema: JsonObject, fields: JsonObject, chosen: Set<string>): void {
  const alternatives = Array.isArray(schema.oneOf) ? schema.oneOf.filter(isObject).map((one) => textsOf(one.required)) : []
  if (alternatives.length === 0) return
  const wanted = alternatives.find((keys) => keys.includes('external')) ?? alternatives[0] ?? []
  const always = new Set(textsOf(schema.required))
  for (const key of alternatives.flat()) if (!wanted.includes(key) && !always.has(key)) chosen.delete(key)
  if ('external' in fields) chosen.delete('namespace')
  for (const key of wanted) chosen.add(key)
}

const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])
