import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonObject, valueAt } from '#lib/json.ts'
import { convertAsset } from './convert-asset.ts'
import { readImportMapping } from './import-mapping.ts'
import { sampleCatalogue } from './sample-kinds.ts'

const mapping = `
apiVersion: corbel.dev/v1
kind: ImportMapping
metadata:
  name: ovens
spec:
  kind: BakeryOven
  assetTypes: [kitchen.example.com/Stove]
  fields:
    - from: [temperature, celsius]
      to: [heat]
    - from: [colour]
      to: [lightColor]
      as: { values: { RED_LIGHT: red } }
  leave:
    - { from: [temperature, measuredAt], fate: output-only, why: the oven says it }
  refuse:
    - { from: [broken], is: true, reason: gone, why: The oven is broken. }
`
const convert = (data: JsonObject) =>
  convertAsset(
    { name: '//kitchen.example.com/projects/shop/zones/z/stoves/big', assetType: 'kitchen.example.com/Stove', resource: { data } },
    sampleCatalogue(readImportMapping(mapping).tables),
    {},
  )

describe('a mapping for a kind of one’s own', () => {
  test('says which assets become the kind, and where their values go', () => {
    const { manifests, account } = convert({
      temperature: { celsius: 230, measuredAt: 'noon' },
      colour: 'RED_LIGHT',
      doors: [{ handle: 'left' }],
    })
    expect(valueAt(manifests[0], ['spec'])).toEqual({
      resourceID: 'big',
      zone: 'z',
      heat: 230,
      lightColor: 'red',
      door: [{ handle: 'left' }],
    })
    expect(account?.entries.filter(({ fate }) => fate === 'unmapped')).toEqual([])
  })

  test('says what is not imported', () => {
    expect(convert({ broken: true }).refused).toEqual({ reason: 'gone', message: 'The oven is broken.' })
  })
})

describe('what is wrong is told with its line', () => {
  test.each([
    ['another kind of document', mapping.replace('kind: ImportMapping', 'kind: Mapping'), 3, 'kind: The kind is ImportMapping.'],
    ['a word that nothing is called', mapping.replace('leave:', 'left:'), 7, 'spec: Unrecognized key: "left"'],
    [
      'a path that is no list',
      mapping.replace('from: [colour]', 'from: colour'),
      12,
      'spec.fields.1.from: Invalid input: expected array, received string',
    ],
    ['a reason that there is not', mapping.replace('reason: gone', 'reason: lost'), 18, 'spec.refuse.0.reason:'],
    ['a kind that is no name', mapping.replace('BakeryOven', 'bakery oven'), 7, 'spec.kind: Name the kind'],
    ['no YAML', 'a: [1', 1, 'Flow sequence'],
  ])('%s', (_, text, line, message) => {
    const { tables, problems } = readImportMapping(text)
    expect(tables).toEqual([])
    expect(problems[0]?.line).toBe(line)
    expect(problems[0]?.message).toContain(message)
  })

  test('one document does not spoil the next', () => {
    const { tables, problems } = readImportMapping(`${mapping}---\nkind: x\n---\n${mapping.replace('BakeryOven', 'BakeryRack')}`)
    expect(tables.map(({ kind }) => kind)).toEqual(['BakeryOven', 'BakeryRack'])
    expect(problems.length).toBeGreaterThan(0)
  })

  test('whatever the text is, nothing throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text) => readImportMapping(text).tables.length === 0,
      ),
    )
  })
})
