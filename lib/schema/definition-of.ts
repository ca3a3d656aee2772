/** A CustomResourceDefinition around a schema, as small as an API server takes it: for tests. */
import type { Json, JsonObject } from '#lib/json.ts'

/** `schema` is that of the whole object. */
export function definitionOf(
  schema: Json,
  { kind = 'Thing', group = 'things.test', version = 'v1' }: { kind?: string; group?: string; version?: string } = {},
): JsonObject {
  const singular = kind.toLowerCase()
  const plural = `${singular}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }
}

/** The schema of an object that has only a `spec`. */
export const withSpec = (spec: Json): JsonObject => ({ type: 'object', properties: { spec } })
