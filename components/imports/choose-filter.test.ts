import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ChooseFilter, choiceFilter, choosePath, chooseQuery, isFiltered, readChooseFilter, toggled } from './choose-filter.ts'
import { categories, verdicts } from './import-words.ts'

const empty = readChooseFilter(new URLSearchParams())

const words = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 })
const filters: fc.Arbitrary<ChooseFilter> = fc.record({
  category: fc.uniqueArray(fc.constantFrom(...categories)),
  service: words,
  kind: words,
  reason: words,
  verdict: fc.uniqueArray(fc.constantFrom(...verdicts)),
  chosen: fc.boolean(),
  q: fc.string({ maxLength: 200 }),
  tree: fc.boolean(),
})

test('every filter comes back from its own address', () =>
  fc.assert(
    fc.property(filters, (filter) => {
      const { searchParams } = new URL(choosePath('a run', filter), 'http://portal')
      expect(readChooseFilter(searchParams)).toEqual(filter)
    }),
  ))

test('what an address says that nobody knows is left out', () =>
  expect(readChooseFilter(new URLSearchParams('category=best&verdict=fine&kind=&view=map&chosen=perhaps'))).toEqual(empty))

test('a value is switched on, and off again', () =>
  fc.assert(
    fc.property(
      filters,
      fc.constantFrom('service' as const, 'kind' as const, 'reason' as const),
      fc.string({ minLength: 1 }),
      (filter, name, value) => {
        const once = toggled(filter, name, value)
        expect(once[name].includes(value)).toBe(!filter[name].includes(value))
        expect(new Set(toggled(once, name, value)[name])).toEqual(new Set(filter[name]))
      },
    ),
  ))

test('all that is shown means what is importable, unless a category is shown on purpose', () => {
  expect(choiceFilter(empty)).toEqual({ category: ['importable'] })
  expect(choiceFilter({ ...empty, category: ['skipped'], q: 'default' })).toEqual({ category: ['skipped'], search: 'default' })
})

test.each<Partial<ChooseFilter>>([{ reason: ['default-network'] }, { verdict: ['would-change'] }, { chosen: true }])(
  'rows are named one by one where the filter holds %j, which a choice cannot say',
  (change) => {
    expect(choiceFilter({ ...empty, ...change })).toBeUndefined()
    expect(isFiltered({ ...empty, ...change })).toBe(true)
  },
)

test('the look of the table is no condition', () => {
  expect(isFiltered({ ...empty, tree: true })).toBe(false)
  expect(chooseQuery({ ...empty, tree: true })).toEqual(chooseQuery(empty))
})
