import { describe, expect, test } from 'vitest'
import { setValue } from '#lib/manifest/edit-manifest.ts'
import { readManifest } from '#lib/proposals/change-identity.ts'
import { checkSameResource } from './same-resource.ts'

const bucket = `apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: orders
  namespace: search-prod
  annotations:
    cnrm.cloud.google.com/deletion-policy: abandon
    cnrm.cloud.google.com/project-id: search
spec:
  resourceID: orders
  location: EU
`
const policy = `apiVersion: iam.cnrm.cloud.google.com/v1beta1
kind: IAMPartialPolicy
metadata:
  name: orders-access
  namespace: search-prod
  annotations:
    cnrm.cloud.google.com/deletion-policy: abandon
spec:
  resourceRef: {apiVersion: storage.cnrm.cloud.google.com/v1beta1, kind: StorageBucket, name: orders}
  bindings: [{role: roles/viewer, members: [{member: "user:a@acme.test"}]}]
`
const check = (before: string, path: (string | number)[], value: string): void =>
  checkSameResource(readManifest(before).value, readManifest(setValue(before, 0, path, value)).value)
const own = (key: string): string[] => ['metadata', 'annotations', `cnrm.cloud.google.com/${key}`]

describe('a manifest of an import', () => {
  test.each<[string, string, (string | number)[], string, RegExp]>([
    ['lets go of abandon', bucket, own('deletion-policy'), 'delete', /keeps the deletion policy/],
    ['is of another project, where the project is no part of the name', bucket, own('project-id'), 'other', /another resource/],
    ['moves into a folder', bucket, own('folder-id'), '123', /another resource/],
    ['has another id', bucket, ['spec', 'resourceID'], 'other', /another resource/],
    ['gives access to something else', policy, ['spec', 'resourceRef', 'name'], 'payments', /another resource/],
    ['gives access to a whole project', policy, ['spec', 'resourceRef', 'kind'], 'Project', /another resource/],
  ])('is refused when it %s', (_, before, path, value, words) => {
    expect(() => check(before, path, value)).toThrow(words)
  })

  test('is refused without the annotation, too', () => {
    const without = bucket.replace('    cnrm.cloud.google.com/deletion-policy: abandon\n', '')
    expect(() => checkSameResource(readManifest(bucket).value, readManifest(without).value)).toThrow(/keeps the deletion policy/)
  })

  test('may have another name, other fields and other annotations', () => {
    for (const [path, value] of [
      [['metadata', 'name'], 'renamed'],
      [['spec', 'storageClass'], 'NEARLINE'],
      [own('state-into-spec'), 'absent'],
    ] as const)
      expect(() => check(bucket, [...path], value)).not.toThrow()
  })
})
