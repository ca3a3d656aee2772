/** All real Config Connector kinds, where they are present: `KCC_CRDS`, else `../shared/kcc/crds` beside the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type CompiledKind, childrenOf, type FieldNode, fieldAt } from '#lib/schema/field-tree.ts'
import { initialResource } from '#lib/schema/initial.ts'
import { validateResource } from '#lib/schema/validate.ts'

const folder = process.env.KCC_CRDS ?? join(import.meta.dirname, '../../../shared/kcc/crds')
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
if (files.length === 0) console.log('real-crds.test.ts: no CRDs found (set KCC_CRDS), 613 kinds skipped')

// Published CRDs are objects; compileKind refuses whatever is not.
const crds = files.map((file) => parse(readFileSync(join(folder, file), 'utf8')) as JsonObject)
const kinds = crds.map((crd): [JsonObject, CompiledKind] => [crd, compileKind(crd)])

const specSchema = (crd: JsonObject, kind: CompiledKind): Json | undefined => {
  const versions = valueAt(crd, ['spec', 'versions'])
  const version = Array.isArray(versions) ? versions.find((one) => isObject(one) && one.name === kind.version) : undefined
  return valueAt(version, ['schema', 'openAPIV3Schema', 'properties', 'spec'])
}

/** Paths of all nodes of a raw schema, read without the compiler: properties by name, `0` for items, `k` for map values. */
function rawPaths(schema: Json | undefined, path: (string | number)[], found: [(string | number)[], JsonObject][]): void {
  if (!isObject(schema)) return
  found.push([path, schema])
  if (isObject(schema.properties)) for (const [key, child] of Object.entries(schema.properties)) rawPaths(child, [...path, key], found)
  if (isObject(schema.items)) rawPaths(schema.items, [...path, 0], found)
  if (isObject(schema.additionalProperties)) rawPaths(schema.additionalProperties, [...path, 'k'], found)
}

const editorFor: Record<string, FieldNode['type'][]> = {
  string: ['string'],
  integer: ['integer'],
  number: ['number'],
  boolean: ['boolean'],
  array: ['list'],
  object: ['object', 'map', 'reference', 'secret-or-literal', 'free-form'],
  undefined: ['free-form'],
}

test.runIf(files.length > 0)('every node of every real schema has the editor its type needs', () => {
  const lacking: string[] = []
  let nodes = 0
  for (const [crd, kind] of kinds) {
    const raw: [(string | number)[], JsonObject][] = []
    rawPaths(specSchema(crd, kind), ['spec'], raw)
    nodes += raw.length
    for (const [path, schema] of raw) {
      const node = fieldAt(kind.root, path)
      const wanted = editorFor[String(schema.type)] ?? []
      if (!node || !wanted.includes(node.type)) lacking.push(`${kind.kind} ${path.join('.')}: ${String(schema.type)} → ${node?.type}`)
    }
  }
  console.log(`${kinds.length} kinds, ${nodes} schema nodes, ${lacking.length} without an editor`)
  expect(lacking).toEqual([])
  expect(nodes).toBeGreaterThan(20_000)
})

test.runIf(files.length > 0)('every reference and secret is recognised, counted against the raw schemas', () => {
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

test.runIf(files.length > 0)('no oneOf is left as a raw constraint, and required marks are all there', () => {
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

test.runIf(files.length > 0)('a started resource of any kind lacks only required values, never has a wrong one', () => {
  const wrong: string[] = []
  for (const [, kind] of kinds) {
    for (const { path, message } of validateResource(kind, initialResource(kind, { namespace: 'payments-prod', name: 'first' }))) {
      if (!/^Required|^Set (?:exactly|at least|only)|^Choose a resource|^Give a value|^Must have at least/.test(message))
        wrong.push(`${kind.kind} ${path.join('.')}: ${message}`)
    }
  }
  expect(wrong).toEqual([])
})
