import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImportLeaf } from '#lib/imports/contract.ts'
import { isObject, type Json, type JsonPath, valueAt } from '#lib/json.ts'
import { assetData, assetLines, leavesOf, linesAt, manifestLines } from './leaf-lines.ts'

const leaf = (from: JsonPath, to: JsonPath | null, manifest = 0): ImportLeaf => ({
  from,
  fate: to ? 'written' : 'unmapped',
  to,
  manifest: to ? manifest : null,
  by: null,
  why: null,
})

const bucket: Json = { name: 'logs', lifecycle: { rule: [{ condition: { age: 30 } }] }, labels: {} }
const bucketLeaves = [
  leaf(['name'], ['spec', 'resourceID']),
  leaf(['lifecycle', 'rule', 0, 'condition', 'age'], ['spec', 'lifecycleRule', 0, 'condition', 'age']),
  leaf(['labels'], null),
]
const text = `# adopted
apiVersion: storage.cnrm.cloud.google.com/v1beta1
metadata:
  name: logs
spec:
  resourceID: logs
  lifecycleRule:
    - action:
        type: Delete
      condition:
        age: 30
`

test('every leaf of an asset stands on a line with what became of it', () =>
  expect(assetLines(bucket, bucketLeaves).map((line) => [line.depth, line.label, line.value, line.leaf?.fate ?? null])).toEqual([
    [0, 'name', 'logs', 'written'],
    [0, 'lifecycle', null, null],
    [1, 'rule', null, null],
    [2, '[0]', null, null],
    [3, 'condition', null, null],
    [4, 'age', '30', 'written'],
    [0, 'labels', '{}', 'unmapped'],
  ]))

test('the lines of any asset hold each of its leaves once, in their order', () =>
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (made) => {
      const data = JSON.parse(JSON.stringify(made)) as Json // what JSON gives is Json
      const isLeaf = (value: Json | undefined) =>
        Array.isArray(value) ? value.length === 0 : isObject(value) ? Object.keys(value).length === 0 : true
      const lines = assetLines(data, [])
      for (const line of lines) {
        const value = valueAt(data, line.path)
        expect(line.value === null).toBe(!isLeaf(value))
      }
      expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length)
    }),
  ))

test('of a whole asset its data is shown', () => {
  expect(assetData({ name: '//x', resource: { data: bucket } })).toBe(bucket)
  expect(assetData(bucket)).toBe(bucket)
})

test('a leaf finds its lines in the manifest, and the lines find the leaf', () => {
  const lines = manifestLines(text)
  const at = (path: JsonPath) => linesAt(lines, path).map((index) => lines[index]?.text.trim())
  expect(at(['spec', 'lifecycleRule', 0, 'condition', 'age'])).toEqual(['age: 30'])
  expect(at(['spec', 'resourceID'])).toEqual(['resourceID: logs'])
  expect(at(['spec', 'lifecycleRule', 0, 'condition'])).toEqual(['condition:', 'age: 30'])
  const age = lines.find((line) => line.text.includes('age:'))?.path ?? []
  expect(leavesOf(bucketLeaves, 0, age)).toEqual([JSON.stringify(['lifecycle', 'rule', 0, 'condition', 'age'])])
  expect(leavesOf(bucketLeaves, 1, age)).toEqual([])
})

test('a field that somebody took out leads to where it stood', () => {
  const lines = manifestLines(text)
  expect(linesAt(lines, ['spec', 'lifecycleRule', 0, 'condition', 'isLive']).map((index) => lines[index]?.text.trim())).toEqual([
    'condition:',
  ])
})

test('comments and text that cannot be read stand for no field', () => {
  expect(manifestLines(text)[0]?.path).toEqual([])
  expect(manifestLines('a: [').every(({ path }) => leavesOf(bucketLeaves, 0, path).length === 0)).toBe(true)
})
