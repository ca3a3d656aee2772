import { expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { fieldOwners, liveAdditions } from './live-additions.ts'

const managed = (manager: string, fieldsV1: JsonObject, subresource?: string): JsonObject => ({
  manager,
  operation: 'Update',
  fieldsV1,
  ...(subresource ? { subresource } : {}),
})
const live: JsonObject = {
  apiVersion: 'v1',
  kind: 'Bucket',
  metadata: {
    name: 'a',
    labels: { tier: 'gold', added: 'x' },
    annotations: { 'corbel.dev/commit': 'c' },
    finalizers: ['f'],
    managedFields: [
      managed('corbel', { 'f:spec': { 'f:size': {}, 'f:users': { 'k:{"name":"p"}': { '.': {}, 'f:name': {}, 'f:level': {} } } } }),
      managed('controller', {
        'f:metadata': { 'f:finalizers': { '.': {}, 'v:"f"': {} }, 'f:annotations': { 'f:corbel.dev/commit': {} } },
        'f:spec': {
          'f:resourceID': {},
          'f:users': {
            'k:{"name":"p"}': { 'f:since': {} },
            'k:{"name":"gone"}': { 'f:since': {} },
            'k:{"name":"q"}': { '.': {}, 'f:name': {} },
          },
          'f:zones': { 'v:"b"': {} },
          'f:deep': { 'f:a': {}, 'f:b': {} },
          'f:gone': {},
        },
      }),
      managed('kubectl-edit', { 'f:metadata': { 'f:labels': { '.': {}, 'f:added': {} } }, 'f:spec': { 'f:deep': { 'f:c': {} } } }),
      managed('controller', { 'f:status': { 'f:ready': {} } }, 'status'),
      managed('strange', { 'k:{': {}, nonsense: {}, 'f:spec': { 'i:0': {} } }),
      { manager: 'no fields' },
    ],
  },
  spec: {
    size: 3,
    resourceID: 'a-1',
    defaulted: true,
    users: [{ name: 'q' }, { name: 'p', level: 1, since: 5 }],
    zones: ['a', 'b'],
    deep: { a: 1, b: 2, c: 3 },
  },
  status: { ready: true },
}
const git: JsonObject = {
  apiVersion: 'v1',
  kind: 'Bucket',
  metadata: { name: 'a' },
  spec: { size: 3, users: [{ name: 'p', level: 1 }], zones: ['a'] },
}

test('owners are read from the record of the API server, as paths into the object', () => {
  expect(fieldOwners(live).map(({ path, manager }) => `${manager} ${path.join('.')}`)).toEqual([
    'controller spec.resourceID',
    'controller spec.users.1.since',
    'controller spec.users.0.name',
    'controller spec.zones.1',
    'controller spec.deep.a',
    'controller spec.deep.b',
    'kubectl-edit metadata.labels.added',
    'kubectl-edit spec.deep.c',
  ])
  expect(fieldOwners({})).toEqual([])
})

test('what others set and Git does not is told once, at its highest field; defaults of nobody are not', () => {
  expect(liveAdditions(git, live, fieldOwners(live))).toEqual([
    { path: ['metadata', 'labels', 'added'], live: 'x', managers: ['kubectl-edit'] },
    { path: ['spec', 'resourceID'], live: 'a-1', managers: ['controller'] },
    { path: ['spec', 'users', 0], live: { name: 'q' }, managers: ['controller'] },
    { path: ['spec', 'users', 1, 'since'], live: 5, managers: ['controller'] },
    { path: ['spec', 'deep'], live: { a: 1, b: 2, c: 3 }, managers: ['controller', 'kubectl-edit'] },
  ])
  expect(liveAdditions(live, live, fieldOwners(live))).toEqual([])
  expect(liveAdditions(undefined, live, fieldOwners(live))).toEqual([])
})
