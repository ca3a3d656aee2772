import { describe, expect, test } from 'vitest'
import { type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { importSession } from './import-session.ts'
import { sampleCatalogue } from './sample-kinds.ts'

const asset = (type: string, path: string, data: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: `//bakery.googleapis.com/${path}`,
  assetType: `bakery.googleapis.com/${type}`,
  resource: { data },
  ...more,
})
const oven = (path: string, data: JsonObject = {}) => asset('Oven', `projects/${path}`, data)
const rack = (path: string, data: JsonObject = {}) => asset('Rack', `projects/${path}`, data)

/** All manifests of an import, in order; refusals as their reason. */
function imported(assets: Json[], catalogue = sampleCatalogue()): (JsonObject | string)[] {
  const session = importSession(catalogue)
  const first = assets.map((one) => session.first(one))
  session.turn()
  return assets.flatMap((one, index): (JsonObject | string)[] => {
    const { manifests, refused } = first[index] ?? session.again(one)
    return refused ? [refused.reason] : session.finish(manifests)
  })
}
const names = (made: (JsonObject | string)[]) => made.map((one) => (typeof one === 'string' ? one : textAt(one, 'metadata', 'name')))

describe('one import', () => {
  const link = { racks: ['projects/shop/locations/l/racks/tall'] }
  test.each([
    ['after', [oven('shop/zones/z/ovens/big', link), rack('shop/locations/l/racks/tall')]],
    ['before', [rack('shop/locations/l/racks/tall'), oven('shop/zones/z/ovens/big', link)]],
  ])('references a resource that comes %s by its name', (_, assets) => {
    const found = imported(assets).find((one) => textAt(one, 'kind') === 'BakeryOven')
    expect(valueAt(found, ['spec', 'rackRefs'])).toEqual([{ name: 'tall' }])
  })

  test('keeps a link to what was refused', () => {
    const made = imported([oven('shop/zones/z/ovens/big', { racks: ['projects/shop/racks/tall'] }), rack('shop/racks/tall')])
    expect(made[1]).toBe('does-not-fit')
    expect(valueAt(made[0], ['spec', 'rackRefs'])).toEqual([{ external: 'projects/shop/racks/tall' }])
  })

  test('gives two resources with one id names of their own, and references follow', () => {
    const made = imported([
      rack('shop/locations/eu/racks/tall'),
      rack('shop/locations/us/racks/tall'),
      oven('shop/zones/z/ovens/big', { racks: ['projects/shop/locations/us/racks/tall'] }),
    ])
    expect(names(made)).toEqual(['tall-eu', 'tall-us', 'big'])
    expect(valueAt(made[1], ['spec', 'resourceID'])).toBe('tall')
    expect(valueAt(made[2], ['spec', 'rackRefs'])).toEqual([{ name: 'tall-us' }])
  })

  test('knows a project by its id even where only a later asset tells it', () => {
    const made = imported([
      rack('42/locations/l/racks/tall'),
      rack('shop/locations/l/racks/low', { name: 'projects/42/locations/l/racks/low' }),
    ])
    expect(made.map((one) => valueAt(one, ['metadata', 'annotations', 'cnrm.cloud.google.com/project-id']))).toEqual(['shop', 'shop'])
  })

  test('goes on past whatever is no asset', () => {
    expect(imported([null, 7, 'x', [], {}, rack('shop/locations/l/racks/tall')])).toHaveLength(6)
  })
})

describe('assets that are parts of another one', () => {
  const catalogue = sampleCatalogue([{ kind: 'BakeryOven', joins: [{ assetType: 'bakery.googleapis.com/Door', as: 'door' }] }])
  const parts = [
    asset('Door', 'projects/shop/zones/z/ovens/big/doors/b', { handle: 'right' }),
    asset('Door', 'projects/shop/zones/z/ovens/big/doors/a', { handle: 'left' }),
  ]
  test('stand in its manifest, in one order, wherever they come', () => {
    const whole = oven('shop/zones/z/ovens/big')
    for (const assets of [
      [whole, ...parts],
      [...parts, whole],
      [...parts.toReversed(), whole],
    ]) {
      const found = imported(assets, catalogue).find((one) => textAt(one, 'kind') === 'BakeryOven')
      expect(valueAt(found, ['spec', 'door'])).toEqual([{ handle: 'left' }, { handle: 'right' }])
    }
  })
  test('are refused themselves, with the name of the whole', () => {
    const session = importSession(catalogue)
    for (const one of [oven('shop/zones/z/ovens/big'), ...parts]) session.first(one)
    session.turn()
    expect(session.again(parts[0] ?? {}).refused).toEqual({
      reason: 'managed',
      message: 'It stands in the manifest of //bakery.googleapis.com/projects/shop/zones/z/ovens/big.',
    })
  })
  test('without the whole are what their own type says', () => {
    expect(imported(parts, catalogue)).toEqual(['unsupported', 'unsupported'])
  })
})
