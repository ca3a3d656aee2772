import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { indexedObject } from './indexed-object.ts'
import { newestManager } from './newest-manager.ts'
import { revisionOf } from './revision-of.ts'

const ready = (at: string, message = 'fine', status = 'True', reason = 'UpToDate'): JsonObject => ({
  type: 'Ready',
  status,
  reason,
  message,
  lastTransitionTime: at,
})
const base: JsonObject = {
  apiVersion: 'x.example/v1',
  kind: 'Bucket',
  metadata: {
    name: 'logs',
    namespace: 'payments',
    uid: 'u1',
    resourceVersion: '1',
    generation: 1,
    labels: { a: 'b' },
    annotations: { note: 'x' },
  },
  spec: { location: 'EU', rules: [{ age: 1 }] },
  status: { observedGeneration: 1, conditions: [ready('2026-01-01T00:00:00Z')] },
}
const changed = (edit: (copy: Record<string, Record<string, Json>>) => void): JsonObject => {
  const copy = structuredClone(base)
  edit(copy as Record<string, Record<string, Json>>) // base above has an object under each key that tests touch
  return copy
}
const between = (before: JsonObject | undefined, after: JsonObject | undefined) =>
  revisionOf(before && indexedObject(before), after && indexedObject(after))

describe('what a change was', () => {
  const table: [string, JsonObject, string | undefined, unknown[]][] = [
    [
      'a spec field',
      changed((copy) => Object.assign(copy.spec ?? {}, { location: 'US' })),
      'spec',
      [{ path: ['spec', 'location'], before: 'EU', after: 'US' }],
    ],
    [
      'a field inside a list',
      changed((copy) => Object.assign(copy.spec ?? {}, { rules: [{ age: 2 }] })),
      'spec',
      [{ path: ['spec', 'rules', 0, 'age'], before: 1, after: 2 }],
    ],
    [
      'a label whose key has dots and slashes',
      changed((copy) => Object.assign(copy.metadata ?? {}, { labels: { a: 'b', 'x.io/y.z': '1' } })),
      'metadata',
      [{ path: ['metadata', 'labels', 'x.io/y.z'], before: undefined, after: '1' }],
    ],
    [
      'a condition that fails',
      changed((copy) =>
        Object.assign(copy.status ?? {}, { conditions: [ready('2026-02-02T00:00:00Z', 'quota', 'False', 'UpdateFailed')] }),
      ),
      'condition',
      [
        { path: ['status', 'conditions', 0, 'status'], before: 'True', after: 'False' },
        { path: ['status', 'conditions', 0, 'reason'], before: 'UpToDate', after: 'UpdateFailed' },
        { path: ['status', 'conditions', 0, 'message'], before: 'fine', after: 'quota' },
      ],
    ],
    [
      'a condition beside the old one, whatever the order',
      changed((copy) =>
        Object.assign(copy.status ?? {}, { conditions: [{ type: 'Synced', status: 'True' }, ready('2026-01-01T00:00:00Z')] }),
      ),
      'condition',
      [{ path: ['status', 'conditions', 0], before: undefined, after: { type: 'Synced', status: 'True' } }],
    ],
    ['a generation nobody has looked at yet', changed((copy) => Object.assign(copy.metadata ?? {}, { generation: 2 })), 'condition', []],
    ['resource version alone', changed((copy) => Object.assign(copy.metadata ?? {}, { resourceVersion: '2' })), undefined, []],
    [
      'time stamps alone',
      changed((copy) => Object.assign(copy.status ?? {}, { conditions: [ready('2026-02-02T00:00:00Z')] })),
      undefined,
      [],
    ],
  ]
  test.each(table)('%s', (_, after, change, fields) => {
    const revision = between(base, after)
    expect(revision?.change).toBe(change)
    if (change) expect(revision?.fields).toEqual(fields)
  })

  test('creation and deletion', () => {
    expect(between(undefined, base)).toMatchObject({ change: 'created', state: 'ready', fields: [] })
    expect(between(base, undefined)).toMatchObject({ change: 'deleted', state: null })
    expect(between(undefined, undefined)).toBeUndefined()
  })

  test('tells the commit and proposal it came from instead of the annotations that carry them', () => {
    const proposal = '0198f000-0000-7000-8000-000000000001'
    const after = changed((copy) =>
      Object.assign(copy.metadata ?? {}, { annotations: { note: 'x', 'corbel.dev/commit': 'c2', 'corbel.dev/proposal': proposal } }),
    )
    expect(between(base, after)).toMatchObject({ change: 'metadata', commit: 'c2', proposalId: proposal, fields: [] })
  })

  test('secrets do not reach the fields', () => {
    const before = changed((copy) => Object.assign(copy.spec ?? {}, { password: 'hunter2' }))
    const after = changed((copy) => Object.assign(copy.spec ?? {}, { password: 'hunter3', location: 'US' }))
    expect(JSON.stringify(between(before, after))).not.toContain('hunter')
  })

  test('an object never differs from itself, and any change of the spec is one', () => {
    const spec = fc.dictionary(
      fc.stringMatching(/^[a-c./]{1,3}$/),
      fc.oneof(fc.integer(), fc.constantFrom('x', '', null), fc.constant({})),
      { maxKeys: 4 },
    )
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const before = { ...base, spec: one as JsonObject } // made of JSON values above
        const after = { ...base, spec: two as JsonObject }
        expect(between(before, before)).toBeUndefined()
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(two).sort())
        expect(between(before, after)?.change).toBe(same ? undefined : 'spec')
      }),
    )
  })
})

test('the newest manager of the object and of its status', () => {
  const entry = (manager: string, time: string, subresource?: string): JsonObject => ({
    manager,
    time,
    ...(subresource ? { subresource } : {}),
  })
  const object = {
    metadata: {
      managedFields: [
        entry('corbel', '2026-01-02T00:00:00Z'),
        entry('kubectl', '2026-01-01T00:00:00Z'),
        entry('operator', '2026-01-03T00:00:00Z', 'status'),
      ],
    },
  }
  expect(newestManager(object, 'rest')).toBe('corbel')
  expect(newestManager(object, 'status')).toBe('operator')
  expect(newestManager({}, 'rest')).toBeNull()
})

test('whoever wrote the spec is named before a controller that only added a finalizer later', () => {
  const entry = (manager: string, time: string, fieldsV1: JsonObject): JsonObject => ({ manager, time, operation: 'Apply', fieldsV1 })
  const managedFields = [
    entry('corbel', '2026-01-01T00:00:00Z', { 'f:spec': { 'f:location': {} }, 'f:metadata': {} }),
    entry('cnrm-controller-manager', '2026-01-01T00:00:01Z', { 'f:metadata': { 'f:finalizers': {} } }),
  ]
  expect(newestManager({ metadata: { managedFields } }, 'rest')).toBe('corbel')
})
