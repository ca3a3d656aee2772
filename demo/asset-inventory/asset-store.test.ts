import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { valueAt } from '#lib/json.ts'
import { assetOf, type CloudCall, changed, openAssetStore, type SeedAsset } from './asset-store.ts'

const scope = 'projects/shop'
const seed = (id: string, more: Partial<SeedAsset> = {}): SeedAsset => ({
  project: 'shop',
  asset: assetOf('shop', `//x/${id}`, 'x.googleapis.com/Y', '2024-01-01T00:00:00Z', { data: { id, labels: { a: 'b' } } }),
  ...more,
})
const call: CloudCall = { at: '2026-01-01T00:00:00Z', method: 'PATCH', resource: '//x/1', project: 'shop', fields: ['a'], by: 'K n/m' }
let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'corbel-assets-'))
  file = join(folder, 'changes.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('changes and calls are there after a restart, even one that cut the last line short', () => {
  const before = openAssetStore([seed('1'), seed('2')], file)
  before.put(seed('3'))
  before.remove('//x/2')
  before.record(call)
  before.setPolicy('//x/1', { bindings: [] })
  writeFileSync(file, '{"put": {"pro', { flag: 'a' })
  const after = openAssetStore([seed('1'), seed('2')], file)
  expect(after.at(scope, Date.now()).map(({ name }) => name)).toEqual(['//x/1', '//x/3'])
  expect(after.newest('//x/2')?.asset).toBeNull()
  expect(after.calls()).toEqual([call])
  expect(after.policies(scope)).toHaveLength(1)
})

test('a moment in the past stays as it was', async () => {
  const store = openAssetStore([seed('1'), seed('2')])
  const moment = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 5))
  store.remove('//x/1')
  store.put(seed('3'))
  expect(store.at(scope, moment).map(({ name }) => name)).toEqual(['//x/1', '//x/2'])
  expect(store.at(scope, Date.now()).map(({ name }) => name)).toEqual(['//x/2', '//x/3'])
})

test('what is to happen later happens once', () => {
  const store = openAssetStore([seed('1', { later: { deleted: true } }), seed('2', { later: { data: { size: 2 } } })])
  store.notice('//x/1')
  store.notice('//x/2')
  expect(store.newest('//x/1')?.asset).toBeNull()
  expect(valueAt(store.newest('//x/2')?.asset ?? null, ['resource', 'data', 'size'])).toBe(2)
  store.put(seed('1'))
  store.notice('//x/1')
  expect(store.newest('//x/1')?.asset).not.toBeNull()
})

test('a reset of one project leaves the others changed', () => {
  const other: SeedAsset = { ...seed('o'), project: 'other' }
  const store = openAssetStore([seed('1'), other], file)
  store.remove('//x/1')
  store.remove('//x/o')
  store.record(call)
  store.reset('shop')
  expect(store.newest('//x/1')?.asset).not.toBeNull()
  expect(store.newest('//x/o')?.asset).toBeNull()
  expect(store.calls()).toEqual([])
  expect(openAssetStore([seed('1'), other], file).newest('//x/o')?.asset).toBeNull()
})

test('a merge patch sets, nests and removes, and the asset is newer', () => {
  const asset = changed(seed('1').asset, { labels: { a: null, c: 'd' }, deep: { er: 1 } }, new Date('2026-01-01T00:00:00Z'))
  expect(valueAt(asset, ['resource', 'data'])).toEqual({ id: '1', labels: { c: 'd' }, deep: { er: 1 } })
  expect(asset.updateTime).toBe('2026-01-01T00:00:00.000Z')
})
