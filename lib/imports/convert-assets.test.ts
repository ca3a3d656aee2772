import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { sampleCatalogue } from '#lib/mapping/sample-kinds.ts'
import { type ConversionPlace, convertAssets, convertOne } from './convert-assets.ts'
import { storableJson } from './storable.ts'

const kinds = sampleCatalogue()
const place = (): ConversionPlace => ({
  catalogue: {
    ...kinds,
    problems: [],
    heads: [],
    keyOf: (kind) => `${kind}.example.cnrm.cloud.google.com`,
    prepare: async () => {},
    prepareKinds: async () => {},
  },
  cluster: 'demo',
  projectIds: new Map(),
  namespaceOf: () => 'shop',
})

/** Something like an asset, whose parts may each be anything. */
const assetLike = fc.record(
  {
    name: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((id) => `//bakery.googleapis.com/projects/p/zones/z/ovens/${id}`),
      fc.jsonValue(),
    ),
    assetType: fc.oneof(fc.constant('bakery.googleapis.com/Oven'), fc.string(), fc.jsonValue()),
    updateTime: fc.oneof(fc.string(), fc.date({ noInvalidDate: true }).map(String), fc.constant('-271821-04-20T00:00:00Z'), fc.jsonValue()),
    ancestors: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
    resource: fc.oneof(
      fc.record({ parent: fc.oneof(fc.string(), fc.jsonValue()), location: fc.oneof(fc.string(), fc.jsonValue()), data: fc.jsonValue() }),
      fc.jsonValue(),
    ),
    iamPolicy: fc.jsonValue(),
  },
  { requiredKeys: [] },
)

test('whatever the inventory gives is a row that the database takes, with a reason or with manifests', () => {
  fc.assert(
    fc.property(fc.oneof(assetLike, fc.jsonValue()), (value) => {
      // Proof of the cast: fast-check's JSON values are JSON.
      const row = convertOne(value as Json, place())
      expect(row.category === 'importable' ? row.manifests.length > 0 : row.reason !== null && row.message !== null).toBe(true)
      expect(row.name.length).toBeGreaterThan(0)
      expect(Buffer.byteLength(row.name)).toBeLessThan(2_600)
      for (const text of [row.displayName, row.assetType, row.service]) expect(Buffer.byteLength(text)).toBeLessThan(900)
      expect(row.updateTime === null || /^[1-9]\d{3}-/.test(row.updateTime)).toBe(true)
      expect(storableJson(row)).not.toMatch(/\\u0000|[^\\]\\ud[89a-f]/i)
      for (const { value: manifest } of row.manifests) expect(manifest).toMatchObject({ metadata: { namespace: 'shop' } })
    }),
    { numRuns: 500 },
  )
})

test('what is nested without end is a row with a reason', () => {
  let deep: Json = 'x'
  for (let level = 0; level < 50_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep }
  for (const value of [deep, { assetType: 'bakery.googleapis.com/Oven', resource: { data: deep } }])
    expect(convertOne(value, place())).toMatchObject({ category: 'unsupported', reason: 'malformed' })
})

test('the same asset is the same row, so that a page may be read twice', () => {
  fc.assert(
    fc.property(fc.oneof(assetLike, fc.jsonValue()), (value) => {
      const json = value as Json // fast-check's JSON values are JSON
      expect(convertOne(json, place()).name).toBe(convertOne(structuredClone(json), place()).name)
    }),
  )
})

test('what says both of a project’s names helps the assets after it', async () => {
  const rows = await convertAssets(
    [
      {
        name: '//cloudresourcemanager.googleapis.com/projects/7',
        assetType: 'cloudresourcemanager.googleapis.com/Project',
        resource: { data: { projectId: 'shop', projectNumber: '7' } },
      },
      {
        name: '//bakery.googleapis.com/projects/7/zones/z/ovens/big',
        assetType: 'bakery.googleapis.com/Oven',
        resource: { data: { heat: 1 } },
      },
    ],
    place(),
  )
  expect(rows[1]).toMatchObject({ cloudProject: 'shop', displayName: 'big', location: 'z', category: 'importable' })
})
