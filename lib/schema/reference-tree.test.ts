import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type FieldNode, fieldAt } from '#lib/schema/field-tree.ts'
import { type ReferenceTree, readExternal, referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'

const crds = join(import.meta.dirname, '..', '..', 'demo', 'crds')
const definitions = readdirSync(crds)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => parse(readFileSync(join(crds, file), 'utf8')) as JsonObject) // a definition of ours
const kindOf = (kind: string) => {
  const found = definitions.map((definition) => compileKind(definition)).find((compiled) => compiled.kind === kind)
  if (!found) throw new Error(`The demo has no ${kind}.`)
  return found
}
const inKind = (kind: string, spec: Json) =>
  referencesIn(referenceTree(kindOf(kind).root), { metadata: { name: 'x', namespace: 'shop' }, spec }).map(
    ({ path, kinds, group, name, namespace, external }) => ({ at: path.join('.'), kinds, group, name, namespace, external }),
  )

describe('references are found where the definition has them', () => {
  test('shape A: name and namespace, or external', () => {
    expect(inKind('PubSubSubscription', { topicRef: { name: 'orders', namespace: 'hub' } })).toEqual([
      { at: 'spec.topicRef', kinds: ['PubSubTopic'], group: undefined, name: 'orders', namespace: 'hub', external: undefined },
    ])
    expect(inKind('PubSubSubscription', { topicRef: { external: 'projects/p/topics/orders' } })).toMatchObject([
      { name: undefined, external: 'projects/p/topics/orders' },
    ])
  })
  test('shape C: the kind and group written beside the name', () => {
    const resourceRef = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket', name: 'invoices' }
    expect(inKind('IAMPolicyMember', { resourceRef })).toMatchObject([
      { kinds: ['StorageBucket'], group: 'storage.cnrm.cloud.google.com', name: 'invoices' },
    ])
  })
  test('members of IAM bindings, which have no external value', () => {
    expect(inKind('IAMPolicyMember', { memberFrom: { serviceAccountRef: { name: 'api' } } })).toMatchObject([
      { at: 'spec.memberFrom.serviceAccountRef', kinds: ['IAMServiceAccount'], name: 'api' },
    ])
  })
  test('the Secret of a password', () => {
    const password = { valueFrom: { secretKeyRef: { name: 'ledger-password', key: 'password' } } }
    expect(inKind('SQLUser', { instanceRef: { name: 'ledger' }, password })).toMatchObject([
      { at: 'spec.instanceRef', kinds: ['SQLInstance'], name: 'ledger' },
      { at: 'spec.password.valueFrom.secretKeyRef', kinds: ['Secret'], name: 'ledger-password' },
    ])
  })
  test('inside lists, with their index', () => {
    const domains: Json = [{ name: 'development' }, { name: 'production', serviceAccountRef: { name: 'trainer' } }]
    expect(inKind('FlyteProject', { domains, outputBucketRef: { name: 'models' } })).toMatchObject([
      { at: 'spec.domains.1.serviceAccountRef', kinds: ['IAMServiceAccount'] },
      { at: 'spec.outputBucketRef', kinds: ['StorageBucket'] },
    ])
  })
  test('and nothing where there is none, or something else stands in its place', () => {
    expect(inKind('PubSubSubscription', { topicRef: {} })).toEqual([])
    expect(inKind('PubSubSubscription', { topicRef: 'orders' })).toEqual([])
    expect(inKind('PubSubSubscription', { topicRef: { name: 7 } })).toEqual([])
    expect(referencesIn(undefined, {})).toEqual([])
  })
})

test('every reference node of every kind of the demo is in the tree', () => {
  let count = 0
  const walk = (node: FieldNode, tree: ReferenceTree | undefined): void => {
    if (node.type === 'reference') {
      count += 1
      expect(tree).toHaveProperty('reference')
    } else if (node.type === 'list' || node.type === 'map') {
      walk(node.type === 'list' ? node.item : node.value, tree && 'each' in tree ? tree.each : undefined)
    } else if (node.type === 'object') {
      for (const child of node.children) walk(child, tree && 'fields' in tree ? new Map(tree.fields).get(child.key) : undefined)
    }
  }
  for (const definition of definitions) {
    const { root } = compileKind(definition)
    walk(root, referenceTree(root))
  }
  expect(count).toBeGreaterThan(60)
})

describe('external values', () => {
  test.each([
    ['projects/shop-1/topics/orders', 'projects/shop-1', 'orders'],
    ['https://www.googleapis.com/compute/v1/projects/shop-1/global/networks/main', 'projects/shop-1', 'main'],
    ['projects/shop-1/locations/eu/keyRings/r/cryptoKeys/card', 'projects/shop-1', 'card'],
    ['api@shop-1.iam.gserviceaccount.com', 'projects/shop-1', 'api'],
    ['serviceAccount:api@shop-1.iam.gserviceaccount.com', 'projects/shop-1', 'api'],
    ['//pubsub.googleapis.com/projects/shop-1/topics/orders/', 'projects/shop-1', 'orders'],
    ['gs://acme-invoices', '', 'acme-invoices'],
    ['acme-invoices', '', 'acme-invoices'],
    ['', '', ''],
  ])('%s', (external, place, name) => {
    expect(readExternal(external)).toEqual({ place, name })
  })
})

test('objects of any form are read without an error, and no more than the limit are found', () => {
  const tree = referenceTree(kindOf('FlyteProject').root)
  fc.assert(
    fc.property(fc.jsonValue(), (spec) => {
      // fast-check's JSON is our Json
      for (const { path } of referencesIn(tree, { spec: spec as Json })) expect(path[0]).toBe('spec')
    }),
  )
  const many = Array.from({ length: 2000 }, (_, index) => ({ serviceAccountRef: { name: `a${index}` } }))
  expect(referencesIn(tree, { spec: { domains: many } }, 100)).toHaveLength(100)
  expect(fieldAt(kindOf('FlyteProject').root, ['spec', 'domains', 0, 'serviceAccountRef'])).toBeDefined()
})
