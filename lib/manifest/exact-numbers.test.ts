/** No edit and no merge rewrites the digits of a number that JavaScript would round. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, sameJson } from '#lib/json.ts'
import { insertItem, moveItem, setValue, setValues } from './edit-manifest.ts'
import { roughJson } from './exact-value.ts'
import { mergeManifests } from './merge-values.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { defaultStyle, printMap } from './print-value.ts'

const large = 9007199254740993n
const exact = (text: string): ExactJson => parseManifestFile(text).documents[0]?.exact ?? null
const write = (value: ExactObject): string => `${printMap(value, 0, defaultStyle).join('\n')}\n`

/** Numbers of which several are rounded to one, among other values. */
const number = fc.constantFrom<ExactJson>(large, large - 1n, large + 1n, -large, 10n ** 30n + 1n, 1, 0.5, 'x')
const value: fc.Arbitrary<ExactJson> = fc.letrec<{ node: ExactJson }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: number },
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'name'), tie('node'), { maxKeys: 3 }).map((made): ExactJson => ({ ...made })),
  ),
})).node
const document = fc
  .dictionary(fc.constantFrom('a', 'b', 'spec'), value, { minKeys: 1, maxKeys: 3 })
  .map((made): ExactObject => ({ ...made }))

describe('an edit', () => {
  test('writes every digit of what is set, and keeps those of all others', () => {
    fc.assert(
      fc.property(document, value, fc.constantFrom('a', 'b', 'c'), (before, set, key) => {
        expect(sameJson(exact(setValue(write(before), 0, [key], set)), { ...before, [key]: set })).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('with a rounded copy of what stands there changes nothing', () => {
    fc.assert(
      fc.property(document, (before) => {
        const text = write(before)
        for (const [key, item] of Object.entries(before)) expect(setValue(text, 0, [key], roughJson(item))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('that sorts a list by its rounded copy writes the digits of each item, or refuses where two could be meant', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), fc.nat(3), (items, by) => {
        const turned = [...items.slice(by), ...items.slice(0, by)]
        let after: ExactJson
        try {
          after = exact(setValue(write({ a: items }), 0, ['a'], turned.map(roughJson)))
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid)
          return
        }
        const clear = items.every((item) => items.every((other) => sameJson(item, other) || !sameJson(roughJson(item), roughJson(other))))
        if (clear) expect(sameJson(after, { a: turned })).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test.each<[string, (text: string) => string, string]>([
    ['a value', (text) => setValue(text, 0, ['id'], large), 'id: 9007199254740993 # x\nl: [1, 9007199254740995]\n'],
    ['values', (text) => setValues(text, 0, [{ path: ['id'], value: large }]), 'id: 9007199254740993 # x\nl: [1, 9007199254740995]\n'],
    ['an item', (text) => insertItem(text, 0, ['l'], 0, large), 'id: 1 # x\nl: [9007199254740993, 1, 9007199254740995]\n'],
    ['a place', (text) => moveItem(text, 0, ['l'], 1, 0), 'id: 1 # x\nl: [9007199254740995, 1]\n'],
    ['a rounded list in another order', (text) => setValue(text, 0, ['l'], [9007199254740996, 1]), 'id: 1 # x\nl: [9007199254740995, 1]\n'],
    ['a key', (text) => setValue(text, 0, ['new', 'id'], large), 'id: 1 # x\nl: [1, 9007199254740995]\nnew:\n  id: 9007199254740993\n'],
  ])('of %s', (_, edit, after) => {
    expect(edit('id: 1 # x\nl: [1, 9007199254740995]\n')).toBe(after)
  })

  test.each<[string, (text: string) => string]>([
    ['value', (text) => setValue(text, 0, ['id'], Number(large))],
    ['value of many', (text) => setValues(text, 0, [{ path: ['id'], value: Number(large) }])],
    ['item', (text) => insertItem(text, 0, ['l'], 0, Number(large))],
    ['first value', () => setValue('', 0, ['id'], Number(large))],
    ['copy of two numbers', () => setValue('l: [9007199254740992, 9007199254740993]\n', 0, ['l'], [1, Number(large), Number(large)])],
  ])('does not take a rounded number as a new %s', (_, edit) => {
    expect(() => edit('id: 1\nl: [1]\n')).toThrow(/may lose its last digits.*Write it in the YAML/)
  })
})

describe('a merge', () => {
  test('brings my digits into their text', () => {
    const merged = mergeManifests({ base: 'id: 1\n', mine: 'id: 9007199254740993\n', theirs: 'id: 1 # note\n' })
    expect(merged).toMatchObject({ text: 'id: 9007199254740993 # note\n', conflicts: [] })
    expect(merged.mine).toEqual([{ path: ['id'], before: 1, after: '9007199254740993' }])
  })

  test('tells numbers apart that are rounded to one', () => {
    const [base, mine, theirs] = [large, large - 1n, 1n].map((id) => `id: ${id}\n`)
    const sides = { base: base ?? '', mine: mine ?? '', theirs: base ?? '' }
    expect(mergeManifests(sides)).toMatchObject({ text: mine, conflicts: [] })
    expect(mergeManifests({ ...sides, theirs: theirs ?? '' }).conflicts).toMatchObject([
      { path: ['id'], base: '9007199254740993', mine: '9007199254740992', theirs: 1 },
    ])
    expect(mergeManifests({ ...sides, theirs: theirs ?? '' }, undefined, () => 'mine')).toMatchObject({ text: mine, conflicts: [] })
  })

  test('tells items of a list apart by large numbers', () => {
    const item = (id: bigint, v: number) => `- {id: ${id}, v: ${v}}\n`
    const base = item(large, 1) + item(large - 1n, 1)
    const sides = { base, mine: item(large, 1) + item(large - 1n, 2), theirs: item(large, 3) + item(large - 1n, 1) }
    const merged = mergeManifests(sides, () => ['id'])
    expect(merged).toMatchObject({ text: item(large, 3) + item(large - 1n, 2), conflicts: [] })
  })

  test('of any documents ends with what I wrote where nobody else changed anything', () => {
    fc.assert(
      fc.property(document, document, (base, mine) => {
        const merged = mergeManifests({ base: write(base), mine: write(mine), theirs: write(base) })
        expect(merged.conflicts).toEqual([])
        expect(sameJson(exact(merged.text), mine)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('holds no number that none of the three has', () => {
    const numbers = (text: string) => text.match(/-?\d{10,}/g) ?? []
    fc.assert(
      fc.property(document, document, document, (base, mine, theirs) => {
        const sides = { base: write(base), mine: write(mine), theirs: write(theirs) }
        const known = new Set(Object.values(sides).flatMap(numbers))
        for (const chosen of [undefined, 'mine', 'theirs'] as const)
          for (const found of numbers(mergeManifests(sides, undefined, () => chosen).text)) expect(known).toContain(found)
      }),
      { numRuns: 300 },
    )
  })
})
