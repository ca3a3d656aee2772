import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resourceSorts } from '#lib/inventory/contract.ts'
import {
  cleared,
  filterPath,
  isFiltered,
  nextPage,
  previousPage,
  type ResourceFilter,
  readFilter,
  resourceQuery,
  sortOf,
  toggled,
} from './resource-filter.ts'

const read = (path: string) => readFilter(new URL(path, 'http://corbel.test').searchParams)
const words = fc.uniqueArray(
  fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed()),
  { maxLength: 3 },
)
const filters: fc.Arbitrary<ResourceFilter> = fc.record({
  q: fc.string({ maxLength: 20 }),
  cluster: words,
  namespace: words,
  kind: words,
  team: words,
  state: fc.uniqueArray(fc.constantFrom('ready' as const, 'failed' as const, 'paused' as const)),
  sort: fc.constantFrom(...resourceSorts),
  pages: words,
})

test('a view survives its address', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(read(filterPath(filter))).toEqual(filter)
    }),
  )
})

test('what an address says wrongly is left out', () => {
  expect(read('/resources?state=broken&state=failed&sort=size&namespace=')).toMatchObject({
    state: ['failed'],
    sort: 'name',
    namespace: [],
  })
})

test('a value switched on twice is off, and the first page comes back', () => {
  fc.assert(
    fc.property(filters, fc.constantFrom('new-value'), (filter, value) => {
      const on = toggled(filter, 'namespace', value)
      expect(on.namespace).toContain(value)
      expect(on.pages).toEqual([])
      expect(toggled(on, 'namespace', value).namespace).toEqual(filter.namespace)
    }),
  )
})

test('next and previous go the same way back', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(previousPage(nextPage(filter, 'cursor'))).toEqual(filter)
    }),
  )
})

test('the last cursor is the one asked for', () => {
  const filter = nextPage(nextPage(read('/resources'), 'one'), 'two')
  expect(resourceQuery(filter).cursor).toBe('two')
  expect(resourceQuery(previousPage(previousPage(filter))).cursor).toBeUndefined()
})

test('clearing removes every condition and keeps the order', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      expect(isFiltered(cleared(filter))).toBe(false)
      expect(cleared(filter).sort).toBe(filter.sort)
    }),
  )
})

test('a click on a title sorts by it, the next one turns it round; times start with the newest', () => {
  const view = read('/resources?sort=state')
  expect(sortOf(view, 'name')).toEqual({ href: '/resources', direction: null })
  expect(sortOf(read('/resources'), 'name')).toEqual({ href: '/resources?sort=-name', direction: 'ascending' })
  expect(sortOf(view, 'updated')).toEqual({ href: '/resources?sort=-updated', direction: null })
  expect(sortOf(read('/resources?sort=-updated'), 'updated')).toEqual({ href: '/resources?sort=updated', direction: 'descending' })
  expect(sortOf(view, 'state')).toEqual({ href: '/resources', direction: 'ascending' })
})
