import { expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { annotationsFor } from '#lib/schema/known-annotations.ts'
import {
  annotationBytes,
  keyProblem,
  labelValueProblem,
  metadataErrors,
  nameProblem,
  namespaceProblem,
} from '#lib/schema/metadata-rules.ts'

// Verdicts of a kube-apiserver 1.37.
test.each<[Json, string[] | undefined]>([
  [{ name: 'a.b-1' }, undefined],
  [{ name: 'A' }, ['name']],
  [{ name: '-a' }, ['name']],
  [{ name: 'x..y' }, ['name']],
  [{ name: '' }, ['name']],
  [{}, ['name']],
  [{ name: 1 }, ['name']],
  [{ generateName: 'ab-' }, undefined],
  [{ name: 'x', labels: { 'a b': 'c' } }, ['labels', 'a b']],
  [{ name: 'x', labels: { a: 'x y' } }, ['labels', 'a']],
  [{ name: 'x', labels: { a: '', b: null } }, undefined],
  [{ name: 'x', labels: { a: 1 } }, ['labels', 'a']],
  [{ name: 'x', labels: { 'a/b/c': 'x' } }, ['labels', 'a/b/c']],
  [{ name: 'x', labels: { 'A.b/c': 'x' } }, ['labels', 'A.b/c']],
  [{ name: 'x', annotations: { 'A.B/c': 'x y' } }, undefined],
  [{ name: 'x', annotations: { a: 'x'.repeat(annotationBytes - 1) } }, undefined],
  [{ name: 'x', annotations: { a: 'x'.repeat(annotationBytes) } }, ['annotations']],
  [{ name: 'x', annotations: { a: true } }, ['annotations', 'a']],
  [{ name: 'x', foo: 1 }, ['foo']],
  [{ name: 'x', labels: [] }, ['labels']],
])('metadata %j', (metadata, path) => {
  expect(metadataErrors(metadata, 'Namespaced').map((error) => error.path)).toEqual(path ? [['metadata', ...path]] : [])
})

test('a kind of the whole cluster has no namespace', () => {
  expect(metadataErrors({ name: 'a', namespace: 'b' }, 'Cluster')).toHaveLength(1)
  expect(metadataErrors({ name: 'a', namespace: 'b' }, 'Namespaced')).toEqual([])
})

test('lengths are counted to the letter', () => {
  expect([nameProblem('a'.repeat(253)), nameProblem('a'.repeat(254))]).toEqual([undefined, expect.stringContaining('254')])
  expect([namespaceProblem('a'.repeat(63)), namespaceProblem('a.b')]).toEqual([undefined, expect.any(String)])
  expect([keyProblem('a'.repeat(63)), keyProblem('a'.repeat(64))]).toEqual([undefined, expect.stringContaining('64')])
  expect([labelValueProblem('a'.repeat(63)), labelValueProblem('a'.repeat(64))]).toEqual([undefined, expect.stringContaining('64')])
})

test('Config Connector kinds get its switches, those of one kind only there; other groups get none', () => {
  const keys = (kind: string, group: string): string[] => annotationsFor({ kind, group }).map((annotation) => annotation.key)
  expect(keys('BigQueryDataset', 'bigquery.cnrm.cloud.google.com')).toContain('cnrm.cloud.google.com/delete-contents-on-destroy')
  expect(keys('StorageBucket', 'storage.cnrm.cloud.google.com')).not.toContain('cnrm.cloud.google.com/delete-contents-on-destroy')
  expect(keys('Locus', 'caching.corbel.dev')).toEqual([])
})
