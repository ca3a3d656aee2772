import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDefinitions } from '#demo/world/definitions.ts'
import { byHand } from '#demo/world/made-by-hand.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { catalogueOf } from '#lib/mapping/catalogue.ts'
import { convertAsset } from '#lib/mapping/convert-asset.ts'
import { assetIdentity, liveIdentity } from '#lib/mapping/live-identity.ts'
import { skipRule } from '#lib/mapping/skip-rules.ts'
import { knownTypes } from './asset-types.ts'
import { projectNumber } from './cloud-projects.ts'
import { seedAssets } from './seed-assets.ts'

const project = 'search-prod-8812'
const definitions = [...readDefinitions([join(import.meta.dirname, '..', 'crds')]).values()]
const kindOf = (definition: JsonObject): string => textAt(definition, 'spec', 'names', 'kind') ?? ''
const catalogue = catalogueOf(
  definitions.map((definition) => ({ kind: kindOf(definition), group: textAt(definition, 'spec', 'group') ?? '' })),
  ({ kind }) => definitions.find((definition) => kindOf(definition) === kind) ?? {},
)
const projectIds = new Map([[projectNumber(project), project]])
const assets = seedAssets([project]).map(({ asset }) => asset)
const converted = assets.map((asset) => ({ asset, conversion: convertAsset(asset, catalogue, { projectIds }), skipped: skipRule(asset) }))

test('search-prod has more than 60 assets to import, of more than 20 kinds', () => {
  const importable = converted.filter(({ conversion, skipped }) => conversion.manifests.length > 0 && !skipped)
  expect(importable.length).toBeGreaterThanOrEqual(60)
  expect(new Set(importable.flatMap(({ conversion }) => conversion.manifests.map(({ kind }) => kind))).size).toBeGreaterThanOrEqual(20)
})

test('every asset has a name and a type of its own making sense to the inventory', () => {
  expect(new Set(assets.map(({ name }) => name)).size).toBe(assets.length)
  expect(assets.filter(({ assetType }) => !knownTypes.has(String(assetType)))).toEqual([])
})

test.each([
  ['labels', 'acme-search-scratch'],
  ['secret', '/ranking-api-key/versions/1'],
  ['malformed', '/search-mirror'],
  ['does-not-fit', '/nothing-known'],
  ['unsupported', '/routers/search'],
])('there is a case of %s', (reason, name) => {
  expect(converted.find(({ asset }) => String(asset.name).endsWith(name))?.conversion.refused?.reason).toBe(reason)
})

test('a number that no manifest can hold exactly is left out and shown, never written as another one', () => {
  const table = converted.find(({ asset }) => String(asset.name).endsWith('/tables/document_features'))?.conversion
  expect(textAt(table?.manifests[0], 'spec', 'resourceID')).toBe('document_features')
  expect(valueAt(table?.manifests[0], ['spec', 'rangePartitioning'])).toBeUndefined()
  const unmapped = table?.account?.entries.filter(({ fate }) => fate === 'unmapped').map(({ from, why }) => [from.join('.'), why])
  const tooLarge = 'the number is too large to be kept exactly in a manifest'
  const beside = (key: string) => `the kind asks for ${key} beside it, and the asset’s could not be written`
  expect(Object.fromEntries(unmapped ?? [])).toEqual({
    'rangePartitioning.field': beside('range'),
    'rangePartitioning.range.start': beside('end'),
    'rangePartitioning.range.end': tooLarge,
    'rangePartitioning.range.interval': tooLarge,
  })
})

test.each([
  ['default-network', '/networks/default'],
  ['instance-disks', '/disks/embedder-1'],
  ['apex-records', '/NS'],
])('there is a case of the rule %s', (rule, name) => {
  expect(converted.find(({ asset }) => String(asset.name).endsWith(name))?.skipped?.rule).toBe(rule)
})

test('what was made by hand in the cluster is among them, the bucket of playlists too', () => {
  const context = { projectIds, projectOfNamespace: () => project }
  const there = new Set(assets.map((asset) => assetIdentity(asset, catalogue, context)))
  for (const object of [...byHand('search-prod'), ...byHand('playlists-prod')]) expect(there).toContain(liveIdentity(object, context))
})
