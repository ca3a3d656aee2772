import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NameWish, uniqueNames, withName } from './unique-names.ts'

const wish = (name: string, place?: string, identity = `${name} ${place}`): NameWish => ({
  kind: 'ComputeSubnetwork',
  namespace: 'shop',
  name,
  place,
  identity,
})

describe('names', () => {
  test('stay as they are where only one wants them', () => {
    expect(uniqueNames([wish('a'), wish('b'), { ...wish('a'), namespace: 'other' }, { ...wish('a'), kind: 'ComputeNetwork' }])).toEqual([
      'a',
      'b',
      'a',
      'a',
    ])
  })
  test('of ids without end are as short as any, and cost no more', () => {
    // each character of such an id was looked at once for every other one: minutes for a megabyte
    for (const id of ['a-', 'a.', '-.'].map((text) => `${text.padEnd(2_000_000, text.slice(1))}z`))
      expect(uniqueNames([wish(id)])[0]).toMatch(/^[a-z]/)
  })
  test('get the place where several want one', () => {
    expect(uniqueNames([wish('default', 'us-east1'), wish('default', 'europe-west1')])).toEqual([
      'default-us-east1',
      'default-europe-west1',
    ])
  })
  test('get a number of their own where the place does not help', () => {
    const names = uniqueNames([wish('A_b', undefined, '1'), wish('a-b', undefined, '2')])
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(name).toMatch(/^a-b-[a-z0-9]{6}$/)
  })
  test('avoid those that are taken', () => {
    expect(uniqueNames([wish('default', 'us-east1')], (_, name) => name === 'default')).toEqual(['default-us-east1'])
  })
  test('are legal, distinct, and the same in every order', () => {
    const one = fc.record({
      name: fc.oneof(fc.constantFrom('a', 'A', 'a-eu', '../x', 'x'.repeat(300)), fc.string()),
      place: fc.constantFrom('eu', 'us', undefined),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (list) => {
        const wishes = list.map(({ name, place }, index) => wish(name, place, `//x/${index}`))
        const names = uniqueNames(wishes)
        expect(new Set(names).size).toBe(names.length)
        for (const name of names) expect(name).toMatch(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/)
        for (const name of names) expect(name.length).toBeLessThanOrEqual(253)
        expect(uniqueNames(wishes.toReversed())).toEqual(names.toReversed())
      }),
    )
  })
})

test('a new name keeps the id, and the access policy follows', () => {
  const bucket = { kind: 'StorageBucket', metadata: { name: 'a' }, spec: { resourceID: 'A_1' } }
  const policy = { kind: 'IAMPartialPolicy', metadata: { name: 'a-access' }, spec: { resourceRef: { kind: 'StorageBucket', name: 'a' } } }
  expect(withName([bucket, policy], 'b')).toEqual([
    { kind: 'StorageBucket', metadata: { name: 'b' }, spec: { resourceID: 'A_1' } },
    { kind: 'IAMPartialPolicy', metadata: { name: 'a-access' }, spec: { resourceRef: { kind: 'StorageBucket', name: 'b' } } },
  ])
})
