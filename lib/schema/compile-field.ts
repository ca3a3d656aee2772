/**
 * One node of an OpenAPI v3 schema, as CustomResourceDefinitions have it, to one node of the field tree. Follows
 * Kubernetes' structural schemas (KEP-1002), but takes anything: what is no structural schema still gets a node.
 */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { choiceOf, choicesOfRule, notTogether, only, rulesOf, saysImmutable } from '#lib/schema/compile-choices.ts'
import type {
  Choice,
  FieldNode,
  FreeFormField,
  FreeFormReason,
  IntOrStringField,
  ListField,
  NumberField,
  ObjectField,
  ReferenceField,
  StringField,
} from '#lib/schema/field-tree.ts'
import { labelOfKey } from '#lib/schema/label-of-key.ts'
import { type Holds, mineDescription } from '#lib/schema/mine-description.ts'
import { mineReference } from '#lib/schema/mine-reference.ts'

/** Deeper than this we do not follow; the deepest of Config Connector is 15. */
const deepest = 64

/** What compiling counts on its way. */
export interface CompileCount {
  nodes: number
}

type Common = Omit<ObjectField, 'type' | 'children' | 'choices' | 'minProperties' | 'maxProperties' | 'preserveUnknown' | 'embedded'>

/** Compiles a schema into a node. `key` is its key in the parent (`''` for items and map values), `labelKey` what to name it after. */
export function compileField(schema: Json | undefined, key: string, labelKey: string, count: CompileCount, depth = 0): FieldNode {
  count.nodes += 1
  if (!isObject(schema)) return freeForm({ key, label: labelOfKey(labelKey) }, 'broken', 'The schema of this field is not an object.')
  const merged = Array.isArray(schema.allOf) ? mergeAllOf(schema, schema.allOf) : schema
  const type = typeOf(merged)
  const common = commonOf(merged, key, labelKey, type)
  if (depth > deepest) return freeForm(common, 'too-deep', 'This field lies deeper than the form follows.')
  switch (type) {
    case 'string':
      return { ...common, type, ...stringFacts(merged) }
    case 'integer':
    case 'number':
      return { ...common, type, ...numberFacts(merged) }
    case 'boolean':
      return { ...common, type, ...enumOf(merged) }
    case 'int-or-string':
      return { ...common, type, ...intOrStringFacts(merged) }
    case 'array':
      return listField(merged, common, count, depth)
    case 'object':
      return objectField(merged, common, count, depth)
    case 'any':
      return freeForm(common, 'preserve-unknown', 'The schema allows any value here.', 'any')
    default:
      return freeForm(common, 'broken', brokenBecause(merged), 'any')
  }
}

type SchemaType = 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'array' | 'object' | 'any' | 'broken'

function typeOf(schema: JsonObject): SchemaType {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return 'int-or-string'
  const stated = Array.isArray(schema.type) ? schema.type.filter((type) => type !== 'null') : [schema.type]
  const type = stated.length === 1 ? stated[0] : undefined
  if (type === 'string' || type === 'integer' || type === 'number' || type === 'boolean' || type === 'array' || type === 'object')
    return type
  if (isIntOrString(schema.anyOf) || (stated.length === 2 && stated.includes('integer') && stated.includes('string')))
    return 'int-or-string'
  if (stated.length > 1 || type !== undefined || typeof schema.$ref === 'string') return 'broken'
  // No type: the server refuses such a schema unless unknown fields are preserved; read the intention.
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return isObject(schema.properties) ? 'object' : 'any'
  if (isObject(schema.properties) || isObject(schema.additionalProperties)) return 'object'
  if (isObject(schema.items)) return 'array'
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && schema.enum.every((item) => typeof item === 'string')) return 'string'
  return 'broken'
}

function isIntOrString(anyOf: Json | undefined): boolean {
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return false
  const types = anyOf.map((branch) => (isObject(branch) && Object.keys(branch).length === 1 ? branch.type : undefined))
  return types.includes('integer') && types.includes('string')
}

function brokenBecause(schema: JsonObject): string {
  if (typeof schema.$ref === 'string') return 'The schema points elsewhere with $ref, which custom resources do not allow.'
  if (schema.type === undefined) return 'The schema does not say what type this field has.'
  return `The schema gives the type ${JSON.stringify(schema.type)}, which Kubernetes does not know.`
}

function freeForm(common: Common, reason: FreeFormReason, why: string, accepts: 'object' | 'any' = 'any'): FreeFormField {
  return { ...common, type: 'free-form', accepts, reason, why }
}

/** Logic that is not a choice among children. */
const logic = ['oneOf', 'anyOf', 'not'] as const

function commonOf(schema: JsonObject, key: string, labelKey: string, type: SchemaType): Common {
  const common: Common = { key, label: labelOfKey(labelKey) }
  if (typeof schema.description === 'string' && schema.description !== '') {
    const mined = mineDescription(schema.description, key, holdsOf(schema, type))
    if (mined.text !== '') common.description = mined.text
    if (mined.immutable) common.immutable = 'description'
    if (mined.deprecated !== undefined) common.deprecated = mined.deprecated
    if (mined.facts) common.mined = mined.facts
  }
  if (schema.nullable === true || (Array.isArray(schema.type) && schema.type.includes('null'))) common.nullable = true
  if (schema.default !== undefined) common.default = schema.default
  const rules = rulesOf(schema['x-kubernetes-validations'])
  if (rules.length > 0) common.rules = rules
  if (rules.some(saysImmutable)) common.immutable = 'schema'
  const constraints = [...(unfolded.get(schema) ?? [])]
  if (type !== 'object') {
    const rest = type === 'int-or-string' && isIntOrString(schema.anyOf) ? only(schema, ['oneOf', 'not']) : only(schema, logic)
    if (rest) constraints.push(rest)
  }
  addConstraints(common, constraints)
  return common
}

/** Logic deeper than `satisfies` follows is left to the server. */
function addConstraints(common: Common, more: readonly JsonObject[]): void {
  const kept = [...(common.constraints ?? []), ...more.filter((constraint) => isShallow(constraint, deepestLogic))]
  if (kept.length > 0) common.constraints = kept
}

const deepestLogic = 40

const isShallow = (value: Json, levels: number): boolean =>
  typeof value !== 'object' || value === null || (levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1)))

function holdsOf(schema: JsonObject, type: SchemaType): Holds {
  if (type === 'string') return schema.format === undefined ? 'text' : 'scalar'
  if (type === 'array') return isObject(schema.items) && schema.items.type === 'string' ? 'texts' : 'group'
  return type === 'integer' || type === 'number' || type === 'boolean' || type === 'int-or-string' ? 'scalar' : 'group'
}

/** Keywords that simply move into the node when the node does not have them. */
const movable = ['pattern', 'format', 'enum', 'multipleOf', 'oneOf', 'anyOf', 'not'] as const
const largest = ['minimum', 'minLength', 'minItems', 'minProperties'] as const
const smallest = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const

/** What of a merged schema's `allOf` could not be folded in (a second pattern, say); `commonOf` takes it from here. */
const unfolded = new WeakMap<JsonObject, JsonObject[]>()

/** The schema with its `allOf` branches folded in. */
function mergeAllOf(schema: JsonObject, branches: Json[], depth = 0): JsonObject {
  const { allOf: _, ...merged } = schema
  const left: JsonObject[] = []
  for (const outer of branches) {
    if (!isObject(outer)) continue
    const branch = Array.isArray(outer.allOf) && depth < deepest ? mergeAllOf(outer, outer.allOf, depth + 1) : outer
    const rest: JsonObject = { ...branch }
    left.push(...(unfolded.get(branch) ?? []))
    for (const key of movable) {
      if (branch[key] !== undefined && (merged[key] === undefined || JSON.stringify(merged[key]) === JSON.stringify(branch[key]))) {
        merged[key] = branch[key]
        delete rest[key]
      }
    }
    for (const [keys, better] of [
      [largest, Math.max],
      [smallest, Math.min],
    ] as const) {
      for (const key of keys) {
        const [mine, theirs] = [merged[key], branch[key]]
        const exclusive = key === 'minimum' ? 'exclusiveMinimum' : key === 'maximum' ? 'exclusiveMaximum' : key
        if (typeof theirs !== 'number' || merged[exclusive] === true || branch[exclusive] === true) continue
        merged[key] = typeof mine === 'number' ? better(mine, theirs) : theirs
        delete rest[key]
      }
    }
    if (Array.isArray(branch.required)) {
      merged.required = [...new Set([...(Array.isArray(merged.required) ? merged.required : []), ...branch.required])]
      delete rest.required
    }
    if (foldChildren(merged, branch)) delete rest.properties
    delete rest.description
    if (rest.type === merged.type) delete rest.type
    if (Object.keys(rest).length > 0) left.push(rest)
  }
  if (left.length > 0) unfolded.set(merged, left)
  return merged
}

/** Moves what a branch says about known properties into them; false when it speaks of others. */
function foldChildren(merged: JsonObject, branch: JsonObject): boolean {
  if (!isObject(branch.properties) || !isObject(merged.properties)) return false
  const properties = new Map(Object.entries(merged.properties))
  for (const [key, said] of Object.entries(branch.properties)) {
    const known = properties.get(key)
    if (!isObject(known) || !isObject(said)) return false
    properties.set(key, { ...known, allOf: [...(Array.isArray(known.allOf) ? known.allOf : []), said] })
  }
  merged.properties = Object.fromEntries(properties)
  return true
}

const numberAt = (schema: JsonObject, key: string): number | undefined => {
  const value = schema[key]
  return typeof value === 'number' ? value : undefined
}

/** An object of the numeric keywords a schema has. */
function limits<K extends string>(schema: JsonObject, keys: readonly K[]): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {}
  for (const key of keys) {
    const value = numberAt(schema, key)
    if (value !== undefined) found[key] = value
  }
  return found
}

function enumOf(schema: JsonObject): { enum?: Json[] } {
  return Array.isArray(schema.enum) && schema.enum.length > 0 ? { enum: schema.enum } : {}
}

const formatOf = (schema: JsonObject): { format?: string } => (typeof schema.format === 'string' ? { format: schema.format } : {})
const patternOf = (schema: JsonObject): { pattern?: string } =>
  typeof schema.pattern === 'string' && schema.pattern !== '' ? { pattern: schema.pattern } : {}

const stringFacts = (schema: JsonObject): Partial<StringField> => ({
  ...formatOf(schema),
  ...enumOf(schema),
  ...patternOf(schema),
  ...limits(schema, ['minLength', 'maxLength']),
})

const numberFacts = (
  schema: JsonObject,
): Partial<Pick<NumberField, 'format' | 'enum' | 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum' | 'multipleOf'>> => ({
  ...formatOf(schema),
  ...enumOf(schema),
  ...limits(schema, ['minimum', 'maximum', 'multipleOf']),
  ...(schema.exclusiveMinimum === true ? { exclusiveMinimum: true } : {}),
  ...(schema.exclusiveMaximum === true ? { exclusiveMaximum: true } : {}),
})

const intOrStringFacts = (schema: JsonObject): Partial<IntOrStringField> => ({
  ...enumOf(schema),
  ...patternOf(schema),
  ...limits(schema, ['minimum', 'maximum', 'minLength', 'maxLength']),
})

function listField(schema: JsonObject, common: Common, count: CompileCount, depth: number): FieldNode {
  if (schema.items === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
    return freeForm(common, 'broken', 'The schema does not say what the items of this list are.')
  }
  const items: Json = schema.items ?? { 'x-kubernetes-preserve-unknown-fields': true }
  const item = compileField(items, '', common.key, count, depth + 1)
  // The values a list of texts may hold stand in its own description: they are those of its items.
  const { values, ...mined } = common.mined ?? {}
  if (values) {
    if (item.type === 'string' && !item.enum && !item.mined?.values) item.mined = { ...item.mined, values }
    if (Object.keys(mined).length > 0) common.mined = mined
    else delete common.mined
  }
  const list: ListField = {
    ...common,
    type: 'list',
    item,
    ...limits(schema, ['minItems', 'maxItems']),
  }
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'atomic' || listType === 'set' || listType === 'map') list.listType = listType
  const keys = schema['x-kubernetes-list-map-keys']
  if (Array.isArray(keys)) list.keys = keys.filter((key) => typeof key === 'string')
  if (schema.uniqueItems === true) list.uniqueItems = true
  return list
}

function objectField(schema: JsonObject, common: Common, count: CompileCount, depth: number): FieldNode {
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : []
  const values = schema.additionalProperties
  const { choices, constraints } = togetherness(schema, common)
  addConstraints(common, constraints)
  const counts = limits(schema, ['minProperties', 'maxProperties'])
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const names = new Set(properties.map(([key]) => key))
  const strangers = [...required].filter((key) => typeof key === 'string' && !names.has(key))
  if (strangers.length > 0) addConstraints(common, [{ required: strangers }])

  if (properties.length === 0 && !embedded) {
    if (isObject(values) && Object.keys(values).length > 0) {
      const value = compileField(values, '', common.key, count, depth + 1)
      return { ...common, type: 'map', value, ...counts, ...keyPatternOf(schema) }
    }
    if (preserve || values === true || isObject(values))
      return freeForm(common, 'preserve-unknown', 'The schema allows any keys here.', 'object')
    return freeForm(common, 'empty', 'The schema names no fields here, so the server keeps only an empty mapping.', 'object')
  }

  const children = properties.map(([key, child]) => {
    const node = compileField(child, key, key, count, depth + 1)
    if (required.has(key)) node.required = true
    if (key === '') node.label = '""'
    return node
  })
  const body = {
    children,
    ...(choices.length > 0 ? { choices } : {}),
    ...counts,
    ...(preserve || values === true || isObject(values) ? { preserveUnknown: true as const } : {}),
    ...(embedded ? { embedded: true as const } : {}),
  }
  const shape = referenceShape(names)
  if (shape && !embedded) return { ...common, type: 'reference', shape, ...mineReference(schema, common.key), ...body }
  if (isSecret(children)) return { ...common, type: 'secret-or-literal', ...body }
  return { ...common, type: 'object', ...body }
}

/** Splits an object's logic into choices among its children and raw constraints. */
function togetherness(schema: JsonObject, common: Common): { choices: Choice[]; constraints: JsonObject[] } {
  const choices: Choice[] = []
  const constraints: JsonObject[] = []
  for (const [keyword, rule] of [
    ['oneOf', 'exactly-one'],
    ['anyOf', 'at-least-one'],
  ] as const) {
    const branches = schema[keyword]
    if (branches === undefined) continue
    const choice = choiceOf(branches, rule)
    if (choice) choices.push(choice)
    else constraints.push({ [keyword]: branches })
  }
  if (schema.not !== undefined) {
    const sets = notTogether(schema.not)
    if (sets) choices.push(...sets)
    else constraints.push({ not: schema.not })
  }
  for (const rule of common.rules ?? []) choices.push(...choicesOfRule(rule))
  return { choices, constraints }
}

function keyPatternOf(schema: JsonObject): { keyPattern?: string } {
  const names = schema.propertyNames
  return isObject(names) && typeof names.pattern === 'string' ? { keyPattern: names.pattern } : {}
}

const referenceKeys = new Set(['external', 'name', 'namespace', 'kind', 'apiVersion'])

function referenceShape(names: ReadonlySet<string>): ReferenceField['shape'] | undefined {
  if (!names.has('external')) return undefined
  for (const name of names) if (!referenceKeys.has(name)) return undefined
  if (names.size === 1) return 'D'
  if (!names.has('name')) return undefined
  if (names.has('apiVersion')) return 'C'
  return names.has('kind') ? 'B' : 'A'
}

/** Whether the children are `value` and `valueFrom.secretKeyRef`, or the latter alone. */
function isSecret(children: FieldNode[]): boolean {
  if (children.length === 0 || children.some((child) => child.key !== 'value' && child.key !== 'valueFrom')) return false
  const from = children.find((child) => child.key === 'valueFrom')
  if (from?.type !== 'object' || from.children.length !== 1) return false
  return from.children[0]?.key === 'secretKeyRef'
}
