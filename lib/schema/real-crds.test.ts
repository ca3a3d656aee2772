/** All published Config Connector kinds, where they are present: see `scripts/published-kinds.ts`. */
import { expect, test } from 'vitest'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { compileExpression, NotCheckedHere } from '#lib/schema/cel-environment.ts'
import { choicesOfRule } from '#lib/schema/compile-choices.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type CompiledKind, childrenOf, type FieldNode, fieldAt } from '#lib/schema/field-tree.ts'
import { initialResource } from '#lib/schema/initial.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { publishedKinds } from '#scripts/published-kinds.ts'

const kinds = publishedKinds().map(({ definition, kind }): [JsonObject, CompiledKind] => [definition, kind])
if (kinds.length === 0) console.log('real-crds.test.ts: no definitions found (set KCC_CRDS): 613 kinds are skipped')

const wholeSchema = (crd: JsonObject, kind: CompiledKind): Json | undefined => {
  const versions = valueAt(crd, ['spec', 'versions'])
  const version = Array.isArray(versions) ? versions.find((one) => isObject(one) && one.name === kind.version) : undefined
  return valueAt(version, ['schema', 'openAPIV3Schema'])
}
const specSchema = (crd: JsonObject, kind: CompiledKind): Json | undefined => valueAt(wholeSchema(crd, kind), ['properties', 'spec'])

/** Paths of all nodes of a raw schema, read without the compiler: properties by name, `0` for items, `k` for map values. */
function rawPaths(schema: Json | undefined, path: (string | number)[], found: [(string | number)[], JsonObject][]): void {
  if (!isObject(schema)) return
  found.push([path, schema])
  if (isObject(schema.properties)) for (const [key, child] of Object.entries(schema.properties)) rawPaths(child, [...path, key], found)
  if (isObject(schema.items)) rawPaths(schema.items, [...path, 0], found)
  if (isObject(schema.additionalProperties)) rawPaths(schema.additionalProperties, [...path, 'k'], found)
}

/** Which editors are right for a raw schema. YAML in place of fields is right only where the schema names none. */
function rightEditors(schema: JsonObject): readonly FieldNode['type'][] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['int-or-string']
  switch (schema.type) {
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return [schema.type]
    case 'array':
      return ['list']
    case 'object':
      if (isObject(schema.properties)) return ['object', 'reference', 'secret-or-literal']
      return isObject(schema.additionalProperties) ? ['map'] : ['free-form']
    default:
      return schema['x-kubernetes-preserve-unknown-fields'] === true ? ['free-form'] : []
  }
}

const isLeaf = (schema: JsonObject): boolean => !(schema.properties || schema.items || isObject(schema.additionalProperties))

/** What a form must know of a leaf, by keyword of the raw schema. */
const kept = ['enum', 'format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'nullable', 'default'] as const

test.runIf(kinds.length > 0)('every leaf of every published schema has the editor its type needs, with what limits it', () => {
  const lacking: string[] = []
  let [nodes, leaves] = [0, 0]
  for (const [crd, kind] of kinds) {
    const properties = valueAt(wholeSchema(crd, kind), ['properties'])
    const raw: [(string | number)[], JsonObject][] = []
    for (const [key, schema] of isObject(properties) ? Object.entries(properties) : [])
      if (!['apiVersion', 'kind', 'metadata', 'status'].includes(key)) rawPaths(schema, [key], raw)
    for (const [path, schema] of raw) {
      nodes += 1
      if (isLeaf(schema)) leaves += 1
      const node = fieldAt(kind.root, path)
      const where = `${kind.kind} ${path.join('.')}`
      if (!node || !rightEditors(schema).includes(node.type)) lacking.push(`${where}: ${String(schema.type)} → ${node?.type}`)
      else if (isLeaf(schema) && node.type !== 'free-form')
        for (const keyword of kept)
          if (schema[keyword] !== undefined && JSON.stringify(Reflect.get(node, keyword)) !== JSON.stringify(schema[keyword]))
            lacking.push(`${where}: ${keyword} lost`)
    }
    const counted = raw.length + (kind.root.type === 'object' ? 1 : 0)
    if (kind.fieldCount !== counted) lacking.push(`${kind.kind}: ${kind.fieldCount} fields counted, ${counted} in the schema`)
  }
  console.log(`${kinds.length} kinds, ${nodes} schema nodes, ${leaves} leaves, ${lacking.length} without an editor`)
  expect(lacking).toEqual([])
  expect(leaves).toBeGreaterThan(15_000)
})

test.runIf(kinds.length > 0)('all kinds compile; how long it takes is told', () => {
  const began = performance.now()
  for (const [crd] of kinds) compileKind(crd)
  console.log(`${kinds.length} kinds compiled in ${Math.round(performance.now() - began)} ms`)
})

test.runIf(kinds.length > 0)('every rule is understood', () => {
  const left: string[] = []
  let [rules, changes, choices] = [0, 0, 0]
  const visit = (node: FieldNode): void => {
    for (const rule of node.rules ?? []) {
      rules += 1
      if (rule.transition) changes += 1
      if (choicesOfRule(rule).length > 0) choices += 1
      try {
        compileExpression(rule.rule)
      } catch (error) {
        if (!(error instanceof NotCheckedHere)) throw error
        left.push(`${rule.rule}: ${error.message}`)
      }
    }
    if (node.type === 'list') visit(node.item)
    if (node.type === 'map') visit(node.value)
    childrenOf(node).forEach(visit)
  }
  for (const [, kind] of kinds) visit(kind.root)
  console.log(`${rules} rules (${changes} on changes, ${choices} shown as choices), ${left.length} left to the server`)
  expect(left).toEqual([])
  expect(rules).toBeGreaterThan(90)
})

test.runIf(kinds.length > 0)('every reference and secret is recognised, counted against the raw schemas', () => {
  let [references, secrets, external, valueFrom, withTarget] = [0, 0, 0, 0, 0]
  const visit = (node: FieldNode): void => {
    if (node.type === 'reference') references += 1
    if (node.type === 'reference' && node.targets.length > 0) withTarget += 1
    if (node.type === 'secret-or-literal') secrets += 1
    if (node.type === 'list') visit(node.item)
    if (node.type === 'map') visit(node.value)
    childrenOf(node).forEach(visit)
  }
  for (const [crd, kind] of kinds) {
    visit(kind.root)
    const raw: [(string | number)[], JsonObject][] = []
    rawPaths(specSchema(crd, kind), ['spec'], raw)
    external += raw.filter(([, schema]) => isObject(schema.properties) && schema.properties.external !== undefined).length
    valueFrom += raw.filter(([, schema]) => valueAt(schema, ['properties', 'valueFrom', 'properties', 'secretKeyRef']) !== undefined).length
  }
  console.log(`${references} references (${withTarget} with target kinds), ${secrets} secrets`)
  expect(references).toBe(external)
  expect(secrets).toBe(valueFrom)
  expect(withTarget / references).toBeGreaterThan(0.95)
})

test.runIf(kinds.length > 0)('no oneOf is left as a raw constraint, and required marks are all there', () => {
  const wrong: string[] = []
  for (const [crd, kind] of kinds) {
    const raw: [(string | number)[], JsonObject][] = []
    rawPaths(specSchema(crd, kind), ['spec'], raw)
    for (const [path, schema] of raw) {
      const node = fieldAt(kind.root, path)
      if (!node) continue
      const choices = 'choices' in node ? (node.choices?.length ?? 0) : 0
      if ((schema.oneOf !== undefined || schema.anyOf !== undefined) && choices === 0)
        wrong.push(`${kind.kind} ${path.join('.')}: choice lost`)
      for (const key of Array.isArray(schema.required) ? schema.required : []) {
        if (!childrenOf(node).some((child) => child.key === key && child.required))
          wrong.push(`${kind.kind} ${path.join('.')}.${String(key)}: required lost`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test.runIf(kinds.length > 0)('a started resource of any kind lacks only required values, never has a wrong one', () => {
  const wrong: string[] = []
  for (const [, kind] of kinds) {
    for (const { path, message } of validateResource(kind, initialResource(kind, { namespace: 'payments-prod', name: 'first' }))) {
      if (!/^Required|^Set (?:exactly|at least|only)|^Choose a resource|^Give a value|^Must have at least/.test(message))
        wrong.push(`${kind.kind} ${path.join('.')}: ${message}`)
    }
  }
  expect(wrong).toEqual([])
})
