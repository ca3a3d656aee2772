/**
 * A CustomResourceDefinition to what Corbel knows about its kind. Takes any object the API server could hold or a file
 * could contain: what has no usable schema compiles into a free-form root with the reason, never into nothing.
 */
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { type CompileCount, compileField } from '#lib/schema/compile-field.ts'
import type {
  CompiledKind,
  FieldNode,
  FreeFormField,
  KindVersion,
  PrinterColumn,
  StatusHints,
  StringField,
} from '#lib/schema/field-tree.ts'
import { titleOfKind } from '#lib/schema/label-of-key.ts'

/**
 * Compiles a CustomResourceDefinition (`apiextensions.k8s.io/v1`).
 * @throws Invalid when the object is no CustomResourceDefinition or serves no version.
 */
export function compileKind(crd: JsonObject): CompiledKind {
  const { spec, names, group, kind } = readCrd(crd)
  const versions =
    isObject(spec) && Array.isArray(spec.versions)
      ? spec.versions.filter(isObject).filter((version) => typeof version.name === 'string')
      : []
  const chosen = chooseVersion(versions)
  if (!chosen)
    throw new Invalid(
      `The CustomResourceDefinition of ${kind} (${group}) serves no version, so nobody can create one. Ask whoever installs it to serve a version.`,
    )
  const version = textAt(chosen, 'name') ?? ''
  const schema = valueAt(chosen, ['schema', 'openAPIV3Schema'])
  const count: CompileCount = { nodes: 0 }
  const root = compileRoot(schema, kind, count)
  const status = valueAt(schema, ['properties', 'status'])
  const nameRule = compileNameRule(schema)
  const warning =
    chosen.deprecated === true ? (textAt(chosen, 'deprecationWarning') ?? `${group}/${version} ${kind} is deprecated.`) : undefined
  return {
    key: `${kind}.${group}`,
    group,
    kind,
    plural: textAt(names, 'plural') ?? kind.toLowerCase(),
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    shortNames: textsAt(names, 'shortNames'),
    categories: textsAt(names, 'categories'),
    scope: textAt(spec, 'scope') === 'Cluster' ? 'Cluster' : 'Namespaced',
    version,
    apiVersion: `${group}/${version}`,
    versions: versions.map(versionOf),
    title: titleOfKind(kind),
    description: kindDescription(schema, kind),
    stability: stabilityOf(version),
    ...(warning === undefined ? {} : { deprecated: warning }),
    root,
    ...(nameRule ? { nameRule } : {}),
    hasStatusSubresource: isObject(valueAt(chosen, ['subresources', 'status'])),
    hasScaleSubresource: isObject(valueAt(chosen, ['subresources', 'scale'])),
    printerColumns: printerColumns(chosen.additionalPrinterColumns),
    status: statusHints(status),
    fieldCount: count.nodes,
  }
}

function readCrd(crd: JsonObject): { spec: Json | undefined; names: Json | undefined; group: string; kind: string } {
  const name = textAt(crd, 'metadata', 'name') ?? 'without a name'
  if (!isObject(crd) || crd.kind !== 'CustomResourceDefinition') {
    const what = isObject(crd) && typeof crd.kind === 'string' ? `a ${crd.kind}` : 'something without a kind'
    throw new Invalid(`Expected a CustomResourceDefinition, got ${what} (${name}).`)
  }
  if (typeof crd.apiVersion === 'string' && crd.apiVersion !== 'apiextensions.k8s.io/v1') {
    throw new Invalid(
      `The CustomResourceDefinition ${name} is written for ${crd.apiVersion}; only apiextensions.k8s.io/v1 is served by current clusters. Convert it.`,
    )
  }
  const spec = crd.spec
  const group = textAt(spec, 'group')
  const names = valueAt(spec, ['names'])
  const kind = textAt(names, 'kind')
  if (!group || !kind)
    throw new Invalid(`The CustomResourceDefinition ${name} lacks ${group ? 'spec.names.kind' : 'spec.group'}, so its kind has no name.`)
  return { spec, names, group, kind }
}

/** The stored version if it is served, else the most stable served one. */
function chooseVersion(versions: JsonObject[]): JsonObject | undefined {
  const served = versions.filter((version) => version.served === true)
  return served.find((version) => version.storage === true) ?? served.toSorted((a, b) => byPriority(String(b.name), String(a.name)))[0]
}

/** Kubernetes' order of version names: v2 > v1 > v1beta2 > v1beta1 > v1alpha1 > anything else. Positive when `a` is preferred. */
function byPriority(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)]
  for (const [index, value] of left.entries()) if (value !== right[index]) return value - (right[index] ?? 0)
  return a < b ? 1 : a > b ? -1 : 0
}

function rank(name: string): number[] {
  const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name)
  if (!found) return [0, 0, 0]
  return [found[2] === 'alpha' ? 1 : found[2] === 'beta' ? 2 : 3, Number(found[1]), Number(found[3] ?? 0)]
}

function stabilityOf(version: string): CompiledKind['stability'] {
  const found = /^v\d+(alpha|beta)?/.exec(version)
  if (!found) return 'alpha'
  return found[1] === 'alpha' ? 'alpha' : found[1] === 'beta' ? 'beta' : 'stable'
}

function versionOf(version: JsonObject): KindVersion {
  return {
    name: textAt(version, 'name') ?? '',
    served: version.served === true,
    storage: version.storage === true,
    ...(version.deprecated === true ? { deprecated: true as const } : {}),
  }
}

/** Keys every object has; people do not fill them as fields. */
const notFields = new Set(['apiVersion', 'kind', 'metadata', 'status'])

function compileRoot(schema: Json | undefined, kind: string, count: CompileCount): CompiledKind['root'] {
  if (schema === undefined)
    return freeRoot(
      'no-schema',
      `The CustomResourceDefinition of ${kind} has no schema, so its fields are unknown. Write the manifest as YAML.`,
    )
  if (!isObject(schema)) return freeRoot('broken', `The schema of ${kind} is not an object. Write the manifest as YAML.`)
  const properties = isObject(schema.properties) ? schema.properties : {}
  const own = Object.fromEntries(Object.entries(properties).filter(([key]) => !notFields.has(key)))
  const required = Array.isArray(schema.required) ? schema.required.filter((key) => typeof key === 'string' && !notFields.has(key)) : []
  const { description: _, properties: __, required: ___, ...rest } = schema
  if (Object.keys(own).length === 0) {
    const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true
    if (preserve || !isObject(schema.properties))
      return freeRoot('preserve-unknown', `The schema of ${kind} names no fields. Write the manifest as YAML.`)
    count.nodes += 1
    return { key: '', label: '', type: 'object', children: [] }
  }
  const root: FieldNode = compileField(
    { ...rest, type: 'object', properties: own, ...(required.length > 0 ? { required } : {}) },
    '',
    '',
    count,
  )
  if (root.type === 'object' || root.type === 'free-form') return root
  // An `external` or `valueFrom` beside apiVersion is no reference: keep the root an object.
  const children = root.type === 'reference' || root.type === 'secret-or-literal' ? root.children : []
  return { key: '', label: '', type: 'object', children }
}

function freeRoot(reason: FreeFormField['reason'], why: string): FreeFormField {
  return { key: '', label: '', type: 'free-form', accepts: 'object', reason, why }
}

/** What the CRD asks of `metadata.name`; Kubernetes allows a schema to limit `name` and `generateName` only. */
function compileNameRule(schema: Json | undefined): StringField | undefined {
  const name = valueAt(schema, ['properties', 'metadata', 'properties', 'name'])
  if (!isObject(name)) return undefined
  const node = compileField({ type: 'string', ...name }, 'name', 'name', { nodes: 0 })
  return node.type === 'string' ? node : undefined
}

/** The schema's description, unless it only says that it is a schema. */
function kindDescription(schema: Json | undefined, kind: string): string {
  const own = textAt(schema, 'description')?.trim() ?? ''
  const idle = /is the schema for the/i.test(own) || own === kind
  if (own !== '' && !idle) return own
  const spec = textAt(schema, 'properties', 'spec', 'description')?.trim() ?? ''
  return /defines the (?:desired )?(?:state|specification)|^Spec\b/i.test(spec) ? '' : spec
}

function statusHints(status: Json | undefined): StatusHints {
  const fields = isObject(status) && isObject(status.properties) ? Object.keys(status.properties) : []
  return {
    conditions: valueAt(status, ['properties', 'conditions', 'type']) === 'array',
    observedGeneration: fields.includes('observedGeneration'),
    fields,
  }
}

function printerColumns(columns: Json | undefined): PrinterColumn[] {
  if (!Array.isArray(columns)) return []
  return columns.flatMap((column): PrinterColumn[] => {
    const name = textAt(column, 'name')
    const jsonPath = textAt(column, 'jsonPath')
    if (name === undefined || jsonPath === undefined) return []
    const description = textAt(column, 'description')
    const priority = valueAt(column, ['priority'])
    return [
      {
        name,
        jsonPath,
        type: textAt(column, 'type') ?? 'string',
        ...(description === undefined ? {} : { description }),
        ...(typeof priority === 'number' && priority !== 0 ? { priority } : {}),
      },
    ]
  })
}

function textsAt(value: Json | undefined, key: string): string[] {
  const list = valueAt(value, [key])
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}
