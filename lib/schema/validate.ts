/**
 * What the API server would say about a resource, said at once and in plain words. An interpreter of the field tree
 * (no generated code: the content security policy forbids eval). Aims to accept and refuse as the server does under
 * strict field validation; CEL rules other than choices are left to the server's dry run.
 *
 * As in the server, in this order: nulls where null is no value count as unset, defaults count as set, then types,
 * bounds, required fields, choices, lists. Errors stand at the field the server would name: a missing required field
 * at its own path, a broken choice at the object.
 */
import type { FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath } from '#lib/json.ts'
import { choiceProblems } from '#lib/schema/check-choices.ts'
import { satisfies } from '#lib/schema/check-constraint.ts'
import { nameOfType, nameOfValue, scalarProblems } from '#lib/schema/check-value.ts'
import type {
  CompiledKind,
  FieldNode,
  FreeFormField,
  ListField,
  MapField,
  ObjectField,
  ReferenceField,
  SecretField,
} from '#lib/schema/field-tree.ts'
import { metadataErrors } from '#lib/schema/metadata-rules.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'
import { suggestKey } from '#lib/schema/suggest-key.ts'

/** More complaints than this help nobody: the check ends there, which also bounds what a hostile manifest costs. */
const mostErrors = 500
const deepest = 200

/** Everything wrong with a resource, in document order. Empty when the server should accept it. */
export function validateResource(kind: CompiledKind, value: Json): FieldError[] {
  if (!isObject(value)) return [{ path: [], message: `A manifest is a mapping; this is ${nameOfValue(value)}.` }]
  const errors: FieldError[] = []
  if (value.apiVersion !== kind.apiVersion) {
    const other = kind.versions.some((version) => version.served && value.apiVersion === `${kind.group}/${version.name}`)
    if (!other) errors.push({ path: ['apiVersion'], message: `Must be ${kind.apiVersion}.` })
  }
  if (value.kind !== kind.kind) errors.push({ path: ['kind'], message: `Must be ${kind.kind}.` })
  errors.push(...metadataErrors(value.metadata, kind.scope))
  if (kind.nameRule && isObject(value.metadata) && typeof value.metadata.name === 'string' && value.metadata.name !== '') {
    for (const message of scalarProblems(kind.nameRule, value.metadata.name)) errors.push({ path: ['metadata', 'name'], message })
  }
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...rest } = value
  if (kind.root.type === 'object') check(kind.root, rest, [], errors, 0)
  return errors.slice(0, mostErrors)
}

/** Everything wrong with one field's value, for the time of typing: the field itself and what is below it. Paths start at the field. */
export function validateField(node: FieldNode, value: Json | undefined): FieldError[] {
  if (value === undefined) return node.required && node.default === undefined ? [{ path: [], message: missing(node) }] : []
  const errors: FieldError[] = []
  check(node, value, [], errors, 0)
  return errors.slice(0, mostErrors)
}

const missing = (node: FieldNode): string => {
  switch (node.type) {
    case 'reference':
      return 'Required: choose a resource or give an external value.'
    case 'list':
      return 'Required: give a list, even an empty one.'
    default:
      return 'Required.'
  }
}

function check(node: FieldNode, value: Json, path: JsonPath, errors: FieldError[], depth: number): void {
  if (errors.length >= mostErrors || depth > deepest) return
  if (value === null) {
    if (!node.nullable && !(node.type === 'free-form' && node.accepts === 'any'))
      errors.push({ path, message: `Must be ${nameOfType(node)}, not null.` })
    return
  }
  const before = errors.length
  switch (node.type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'int-or-string':
      for (const message of scalarProblems(node, value)) errors.push({ path, message })
      break
    case 'list':
      checkList(node, value, path, errors, depth)
      break
    case 'map':
      checkMap(node, value, path, errors, depth)
      break
    case 'object':
    case 'reference':
    case 'secret-or-literal':
      checkObject(node, value, path, errors, depth)
      break
    case 'free-form':
      checkFreeForm(node, value, path, errors)
      break
    default:
      node satisfies never
  }
  if (errors.length > before) return
  for (const constraint of node.constraints ?? []) {
    if (!satisfies(constraint, value))
      errors.push({ path, message: 'Does not satisfy a condition of the schema; see the description of the field.' })
  }
}

function checkFreeForm(node: FreeFormField, value: Json, path: JsonPath, errors: FieldError[]): void {
  if (node.accepts === 'object' && !isObject(value)) {
    errors.push({ path, message: `Must be a mapping, not ${nameOfValue(value)}.` })
    return
  }
  if (node.reason !== 'empty' || !isObject(value)) return
  for (const key of Object.keys(value))
    errors.push({ path: [...path, key], message: `Unknown field "${key}": the schema names no fields here.` })
}

function checkObject(
  node: ObjectField | ReferenceField | SecretField,
  value: Json,
  path: JsonPath,
  errors: FieldError[],
  depth: number,
): void {
  if (!isObject(value)) {
    errors.push({ path, message: wrongMapping(node, value) })
    return
  }
  const children = new Map(node.children.map((child) => [child.key, child]))
  let set = 0
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    if (errors.length >= mostErrors) return
    const child = children.get(key)
    if (child) {
      if (inner === null && !child.nullable) continue
      set += 1
      check(child, inner, [...path, key], errors, depth + 1)
    } else {
      set += 1
      if (!node.preserveUnknown && !(node.embedded && embeddedKeys.has(key)))
        errors.push({ path: [...path, key], message: unknownField(key, [...children.keys()]) })
    }
  }
  for (const child of node.children) {
    if (!child.required || child.default !== undefined) continue
    const own = Object.hasOwn(value, child.key) ? value[child.key] : undefined
    if (own === undefined || (own === null && !child.nullable)) errors.push({ path: [...path, child.key], message: missing(child) })
  }
  checkCount(node, set, path, errors)
  for (const problem of choiceProblems(node, value)) errors.push({ path, ...problem })
  if (node.embedded) checkEmbedded(node, value, path, errors)
}

const embeddedKeys = new Set(['apiVersion', 'kind', 'metadata'])

function checkEmbedded(node: ObjectField | ReferenceField | SecretField, value: JsonObject, path: JsonPath, errors: FieldError[]): void {
  for (const key of ['apiVersion', 'kind'] as const) {
    if (typeof value[key] !== 'string' || value[key] === '')
      errors.push({ path: [...path, key], message: 'Required: this is a whole Kubernetes object.' })
  }
  const own = node.children.some((child) => child.key === 'metadata')
  if (!own && value.metadata !== undefined && !isObject(value.metadata))
    errors.push({ path: [...path, 'metadata'], message: 'metadata must be a mapping.' })
}

function wrongMapping(node: FieldNode, value: Json): string {
  if (node.type === 'reference' && typeof value === 'string') return `Must be a mapping such as {name: ${value || 'NAME'}}, not text.`
  return `Must be a mapping, not ${nameOfValue(value)}.`
}

function unknownField(key: string, known: string[]): string {
  const near = suggestKey(key, known)
  return near === undefined ? `Unknown field "${key}".` : `Unknown field "${key}": did you mean "${near}"?`
}

function checkCount(node: { minProperties?: number; maxProperties?: number }, count: number, path: JsonPath, errors: FieldError[]): void {
  if (node.minProperties !== undefined && count < node.minProperties)
    errors.push({ path, message: `Must have at least ${entries(node.minProperties)}, has ${count}.` })
  if (node.maxProperties !== undefined && count > node.maxProperties)
    errors.push({ path, message: `Must have at most ${entries(node.maxProperties)}, has ${count}.` })
}

const entries = (count: number): string => (count === 1 ? '1 entry' : `${count} entries`)

function checkMap(node: MapField, value: Json, path: JsonPath, errors: FieldError[], depth: number): void {
  if (!isObject(value)) {
    errors.push({ path, message: `Must be a mapping, not ${nameOfValue(value)}.` })
    return
  }
  const pattern = node.keyPattern === undefined ? undefined : compileRe2(node.keyPattern)
  let set = 0
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || (inner === null && !node.value.nullable)) continue
    set += 1
    if (pattern && !pattern.matches(key))
      errors.push({ path: [...path, key], message: `The key must match the pattern ${node.keyPattern}` })
    check(node.value, inner, [...path, key], errors, depth + 1)
  }
  checkCount(node, set, path, errors)
}

function checkList(node: ListField, value: Json, path: JsonPath, errors: FieldError[], depth: number): void {
  if (!Array.isArray(value)) {
    errors.push({ path, message: `Must be a list, not ${nameOfValue(value)}.` })
    return
  }
  if (node.minItems !== undefined && value.length < node.minItems)
    errors.push({ path, message: `Must have at least ${items(node.minItems)}, has ${value.length}.` })
  if (node.maxItems !== undefined && value.length > node.maxItems)
    errors.push({ path, message: `Must have at most ${items(node.maxItems)}, has ${value.length}.` })
  for (const [index, item] of value.entries()) check(node.item, item, [...path, index], errors, depth + 1)
  if (node.listType === 'set' || node.uniqueItems) checkDistinct(value, path, errors, canonical)
  if (node.listType === 'map' && node.keys) {
    const { item, keys } = node
    for (const [index, entry] of value.entries()) {
      if (!isObject(entry)) continue
      for (const key of keys) {
        const child = item.type === 'object' ? item.children.find((one) => one.key === key) : undefined
        if (child && !child.required && child.default === undefined && entry[key] === undefined)
          errors.push({ path: [...path, index, key], message: 'Required: it tells the items of this list apart.' })
      }
    }
    checkDistinct(value, path, errors, (entry) => (isObject(entry) ? canonical(keys.map((key) => keyValue(item, entry, key))) : undefined))
  }
}

function keyValue(item: FieldNode, entry: JsonObject, key: string): Json {
  const child = item.type === 'object' ? item.children.find((one) => one.key === key) : undefined
  return entry[key] ?? child?.default ?? null
}

const items = (count: number): string => (count === 1 ? '1 item' : `${count} items`)

function checkDistinct(list: Json[], path: JsonPath, errors: FieldError[], identity: (item: Json) => string | undefined): void {
  const seen = new Map<string, number>()
  for (const [index, item] of list.entries()) {
    const id = identity(item)
    if (id === undefined) continue
    const first = seen.get(id)
    if (first === undefined) seen.set(id, index)
    else errors.push({ path: [...path, index], message: `The same as item ${first + 1}; every item must differ.` })
  }
}

/** A text that is the same for the same value, whatever the order of keys. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : inner,
  )
}
