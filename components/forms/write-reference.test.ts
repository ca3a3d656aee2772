import { describe, expect, test } from 'vitest'
import { kindForTests } from '#lib/inventory/kind-for-tests.ts'
import type { ReferenceField } from '#lib/schema/field-tree.ts'
import { asksForKind, kindChoices, versionOfKind, withChosen, withExternal, withKind, withName } from './write-reference.ts'

const bucket = kindForTests('StorageBucket', 'storage.dev')
const offered = [bucket, kindForTests('Topic', 'a.dev'), kindForTests('Topic', 'b.dev')]

const reference = (keys: string[], targets: string[], required: string[] = []): ReferenceField => ({
  type: 'reference',
  key: 'resourceRef',
  label: 'Resource',
  shape: 'C',
  targets,
  children: keys.map((key) => ({ type: 'string', key, label: key, ...(required.includes(key) ? { required: true as const } : {}) })),
})
const full = ['external', 'name', 'namespace', 'kind', 'apiVersion']
const anything = reference(full, [], ['kind'])
const place = 'resourcemanager.cnrm.cloud.google.com/v1beta1'

describe('the kind of a reference', () => {
  test.each([
    ['must be one of many', anything, {}, true],
    ['must be the one there can be', reference(full, ['StorageBucket'], ['kind']), {}, false],
    ['can be one of several', reference(full, ['Topic', 'StorageBucket']), {}, true],
    ['can be any', reference(full, []), {}, true],
    ['is the only one there can be', reference(full, ['StorageBucket']), {}, false],
    ['is the only one there can be, and stands there', reference(full, ['StorageBucket']), { kind: 'StorageBucket' }, false],
    ['is another than there can be', reference(full, ['StorageBucket']), { kind: 'Topic' }, true],
    ['is none of its fields', reference(['external', 'name'], []), {}, false],
  ])('when it %s: asked for or not', (_, node, value, asked) => {
    expect(asksForKind(node, value, 'name')).toBe(asked)
  })
  test('stands beside a name only, where the schema says so', () => {
    const node: ReferenceField = {
      ...reference(['external', 'name', 'kind'], ['StorageBucket', 'Topic']),
      choices: [{ rule: 'exactly-one', options: [{ keys: ['name', 'kind'] }, { keys: ['external'], without: [['name'], ['kind']] }] }],
    }
    expect([asksForKind(node, {}, 'name'), asksForKind(node, {}, 'external')]).toEqual([true, false])
    expect(withExternal(node, { kind: 'Topic', name: 'a' }, 'b', offered)).toEqual({ external: 'b' })
    expect(withName({ ...node, targets: ['Topic'] }, {}, 'a', offered)).toEqual({ kind: 'Topic', name: 'a' })
  })
  test('is offered from the schema, else from the cluster and the places of the cloud', () => {
    expect(kindChoices(reference(full, ['Topic', 'Absent']), offered)).toEqual(['Topic', 'Absent'])
    expect(kindChoices(anything, offered)).toEqual(['Project', 'Folder', 'Organization', 'StorageBucket', 'Topic'])
  })
  test('tells its version where it is the only one of its name', () => {
    expect(['StorageBucket', 'Topic', 'Project', 'Absent'].map((kind) => versionOfKind(kind, offered))).toEqual([
      'storage.dev/v1',
      undefined,
      place,
      undefined,
    ])
  })
})

describe('what is written', () => {
  test('begins with the kind, which by itself has no version', () => {
    const kind = withKind(anything, {}, 'Project', offered)
    expect(kind).toEqual({ kind: 'Project' })
    expect(withExternal(anything, kind, 'acme-1', offered)).toEqual({ apiVersion: place, kind: 'Project', external: 'acme-1' })
  })
  test('keeps namespace, kind and version when another name is typed', () => {
    const before = { apiVersion: 'own.dev/v2', kind: 'Own', name: 'a', namespace: 'hub' }
    expect(withName(anything, before, 'b', offered)).toEqual({ ...before, name: 'b' })
  })
  test('does not choose among several kinds', () => {
    expect(withName(reference(full, ['Topic', 'StorageBucket'], ['kind']), {}, 'a', offered)).toEqual({ name: 'a' })
    expect(withName(reference(full, ['StorageBucket'], ['kind']), {}, 'a', offered)).toEqual({
      apiVersion: 'storage.dev/v1',
      kind: 'StorageBucket',
      name: 'a',
    })
  })
  test('leaves out what the schema lets one leave out', () => {
    expect(withName(reference(['external', 'name', 'kind'], ['StorageBucket']), {}, 'a', offered)).toEqual({ name: 'a' })
  })
  test('is a name or an external value, and the kind of both', () => {
    const named = { apiVersion: 'storage.dev/v1', kind: 'StorageBucket', name: 'a', namespace: 'hub' }
    const external = withExternal(anything, named, 'b', offered)
    expect(external).toEqual({ apiVersion: 'storage.dev/v1', kind: 'StorageBucket', external: 'b' })
    expect(withName(anything, external, 'c', offered)).toEqual({ apiVersion: 'storage.dev/v1', kind: 'StorageBucket', name: 'c' })
  })
  test('goes with the name or value that is cleared, except for the kind', () => {
    const named = { apiVersion: 'storage.dev/v1', kind: 'StorageBucket', name: 'a', namespace: 'hub' }
    expect(withName(anything, named, '', offered)).toEqual({ kind: 'StorageBucket' })
    expect(withExternal(anything, { external: 'a' }, '', offered)).toEqual({})
  })
  test('is with another kind the version of that one', () => {
    const named = { apiVersion: 'storage.dev/v1', kind: 'StorageBucket', name: 'a' }
    expect(withKind(anything, named, 'Project', offered)).toEqual({ apiVersion: place, kind: 'Project', name: 'a' })
    expect(withKind(anything, named, 'Topic', offered)).toEqual({ kind: 'Topic', name: 'a' })
    expect(withKind(anything, named, '', offered)).toEqual({ name: 'a' })
  })
  test('of a resource that was chosen says all the schema lets one say', () => {
    const chosen = { name: 'a', namespace: 'hub', kind: bucket }
    expect(withChosen(anything, chosen)).toEqual({ apiVersion: 'storage.dev/v1', kind: 'StorageBucket', name: 'a', namespace: 'hub' })
    expect(withChosen(reference(['external', 'name'], []), { ...chosen, namespace: undefined })).toEqual({ name: 'a' })
  })
})
