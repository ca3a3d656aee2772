import { describe, expect, test } from 'vitest'
import { type JsonObject, valueAt } from '#lib/json.ts'
import { convertAsset } from './convert-asset.ts'
import { type LinkContext, linkReferences } from './link-references.ts'
import { liveIdentity } from './live-identity.ts'
import { sampleCatalogue } from './sample-kinds.ts'

const catalogue = sampleCatalogue()
const oven = catalogue.load('BakeryOven')
const rack: JsonObject = {
  kind: 'BakeryRack',
  metadata: { name: 'tall-rack', namespace: 'bread' },
  spec: { resourceID: 'tall', projectRef: { external: 'shop' } },
}
const made = (data: JsonObject, namespace = 'bread'): JsonObject => {
  const { manifests } = convertAsset(
    { name: '//bakery.googleapis.com/projects/shop/zones/z/ovens/big', assetType: 'bakery.googleapis.com/Oven', resource: { data } },
    catalogue,
    {},
  )
  const [manifest = {}] = manifests
  return { ...manifest, metadata: { name: 'big', namespace, annotations: { 'cnrm.cloud.google.com/project-id': 'shop' } } }
}
const known = new Map([[liveIdentity(rack), { kind: 'BakeryRack', name: 'tall-rack', namespace: 'bread' }]])
const context: LinkContext = { find: (identity) => known.get(identity) }
const link = (data: JsonObject, namespace?: string, more: Partial<LinkContext> = {}) => {
  if (!oven) throw new Error('the sample kind is there')
  return valueAt(linkReferences(made(data, namespace), oven, { ...context, ...more }), ['spec'])
}

describe('references to resources with a manifest', () => {
  test('are by name', () => {
    expect(link({ racks: ['projects/shop/racks/tall', 'projects/shop/racks/other'] })).toMatchObject({
      rackRefs: [{ name: 'tall-rack' }, { external: 'projects/shop/racks/other' }],
    })
  })
  test('are by name inside of objects', () => {
    expect(link({ target: '//bakery.googleapis.com/projects/shop/racks/tall' })).toMatchObject({
      target: { bakeryRackRef: { name: 'tall-rack' } },
    })
  })
  test('name the namespace where it is another one, or stay links where that is not wanted', () => {
    expect(link({ racks: ['projects/shop/racks/tall'] }, 'cake')).toMatchObject({ rackRefs: [{ name: 'tall-rack', namespace: 'bread' }] })
    expect(link({ racks: ['projects/shop/racks/tall'] }, 'cake', { crossNamespace: false })).toMatchObject({
      rackRefs: [{ external: 'projects/shop/racks/tall' }],
    })
  })
  test('of another project stay links', () => {
    expect(link({ racks: ['projects/cafe/racks/tall'] })).toMatchObject({ rackRefs: [{ external: 'projects/cafe/racks/tall' }] })
  })
  test('a manifest without any stays the same object', () => {
    const manifest = made({ heat: 3 })
    if (oven) expect(linkReferences(manifest, oven, context)).toBe(manifest)
  })
})
