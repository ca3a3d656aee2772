/**
 * Config Connector refuses changes of immutable fields with a webhook (deny-immutable-field-updates). The demo has admission
 * policies instead, one for each kind, made from the fields whose description begins with "Immutable.". Simulated, and
 * only for the demo's own definitions: fields inside lists, and those with a rule of their own, are left to the API server.
 */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** Words that cannot stand as a field name in CEL. https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */
const reserved =
  /^(as|break|const|continue|else|for|function|if|import|in|let|loop|namespace|package|return|var|void|while|true|false|null)$/

/** Paths below spec of the fields that cannot change once set. */
export function immutableFields(definition: JsonObject): string[][] {
  const versions = valueAt(definition, ['spec', 'versions'])
  const stored = Array.isArray(versions) ? versions.filter(isObject).find((version) => version.storage === true) : undefined
  const found: string[][] = []
  const walk = (schema: Json | undefined, path: string[]): void => {
    if (!isObject(schema) || path.some((key) => reserved.test(key))) return
    if (path.length > 0 && /^immutable\./i.test(textAt(schema, 'description') ?? '')) {
      if (schema['x-kubernetes-validations'] === undefined) found.push(path)
      return
    }
    for (const [key, child] of Object.entries(isObject(schema.properties) ? schema.properties : {})) walk(child, [...path, key])
  }
  walk(valueAt(stored, ['schema', 'openAPIV3Schema', 'properties', 'spec']), [])
  return found
}

/** The policy of a kind and its binding; nothing for a kind without such fields. */
export function immutableFieldPolicy(definition: JsonObject): JsonObject[] {
  const fields = immutableFields(definition)
  const plural = textAt(definition, 'spec', 'names', 'plural') ?? ''
  const group = textAt(definition, 'spec', 'group') ?? ''
  if (fields.length === 0) return []
  const name = `demo-immutable-fields.${plural}.${group}`
  const inside = (object: string, path: string[]) => `${object}.?spec.?${path.join('.?')}`
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [group], apiVersions: ['*'], resources: [plural], operations: ['UPDATE'] }] },
        validations: fields.map((path) => ({
          expression: `!${inside('oldObject', path)}.hasValue() || ${inside('oldObject', path)} == ${inside('object', path)}`,
          message: `cannot make changes to immutable field(s): [${path.join('.')}]`,
        })),
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ]
}
