/** The state of the resource list, which is its address: what is in the URL, and what a click makes of it. */
import { queryText } from '#components/data/api-paths.ts'
import type { ResourceQuery, ResourceState, resourceSorts } from '#lib/inventory/contract.ts'

export type ResourceSort = (typeof resourceSorts)[number]

export const filterNames = ['cluster', 'namespace', 'kind', 'team', 'state'] as const
export type FilterName = (typeof filterNames)[number]

export interface ResourceFilter {
  q: string
  cluster: string[]
  namespace: string[]
  kind: string[]
  team: string[]
  state: ResourceState[]
  sort: ResourceSort
  /** Cursors of the pages before this one and of this one; the first page has none. Keeps "previous" possible. */
  pages: string[]
}

const states: Record<ResourceState, true> = { ready: true, progressing: true, failed: true, unknown: true, paused: true, deleting: true }
const isState = (value: string): value is ResourceState => Object.hasOwn(states, value)
const sorts: Record<ResourceSort, true> = {
  name: true,
  '-name': true,
  updated: true,
  '-updated': true,
  created: true,
  '-created': true,
  state: true,
  kind: true,
  namespace: true,
}
const isSort = (value: string | null): value is ResourceSort => value !== null && Object.hasOwn(sorts, value)

const several = (search: URLSearchParams, name: string) => [...new Set(search.getAll(name).filter((value) => value !== ''))]

/** Reads the address. What it does not know (an old link, a typing error) is left out, never an error. */
export function readFilter(search: URLSearchParams): ResourceFilter {
  const sort = search.get('sort')
  return {
    q: (search.get('q') ?? '').slice(0, 200),
    cluster: several(search, 'cluster'),
    namespace: several(search, 'namespace'),
    kind: several(search, 'kind'),
    team: several(search, 'team'),
    state: several(search, 'state').filter(isState),
    sort: isSort(sort) ? sort : 'name',
    pages: search.getAll('page').filter((value) => value !== ''),
  }
}

/** The address of a filter. Defaults are left out, so that equal views have equal addresses. */
export function filterPath(filter: ResourceFilter): string {
  const { pages, sort, ...rest } = filter
  return `/resources${queryText({ ...rest, sort: sort === 'name' ? undefined : sort, page: pages })}`
}

/** What to ask the server for a filter. */
export function resourceQuery(filter: ResourceFilter): Partial<ResourceQuery> {
  const { pages, q, ...rest } = filter
  const cursor = pages.at(-1)
  return { ...rest, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) }
}

/** The same view with something changed; back on its first page, since the cursors belong to the old one. */
export const withFilter = (filter: ResourceFilter, change: Partial<Omit<ResourceFilter, 'pages'>>): ResourceFilter => ({
  ...filter,
  ...change,
  pages: [],
})

/** The view with one value of a filter switched on, or off if it was on. */
export function toggled(filter: ResourceFilter, name: FilterName, value: string): ResourceFilter {
  const values: string[] = filter[name]
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
  if (name === 'state') return withFilter(filter, { state: next.filter(isState) })
  return withFilter(filter, { [name]: next })
}

/** Without any condition, in the same order. */
export const cleared = (filter: ResourceFilter): ResourceFilter => ({ ...readFilter(new URLSearchParams()), sort: filter.sort })

/** Whether anything is filtered out. */
export const isFiltered = (filter: ResourceFilter): boolean => filter.q !== '' || filterNames.some((name) => filter[name].length > 0)

/** The page after this one. */
export const nextPage = (filter: ResourceFilter, cursor: string): ResourceFilter => ({ ...filter, pages: [...filter.pages, cursor] })

/** The page before this one. */
export const previousPage = (filter: ResourceFilter): ResourceFilter => ({ ...filter, pages: filter.pages.slice(0, -1) })

/** What a click on a column's title sorts by, and how the column sorts now. Columns that sort one way only are switched off by a second click. */
export function sortOf(
  filter: ResourceFilter,
  column: 'name' | 'updated' | 'created' | 'state' | 'kind' | 'namespace',
): { href: string; direction: 'ascending' | 'descending' | null } {
  const falling = `-${column}`
  const direction = filter.sort === column ? 'ascending' : filter.sort === falling ? 'descending' : null
  const twoWays = isSort(falling)
  // Times start with the newest, as people look for what changed last.
  const first: ResourceSort = (column === 'updated' || column === 'created') && isSort(falling) ? falling : column
  const next: ResourceSort =
    direction === null ? first : twoWays ? (direction === 'ascending' && isSort(falling) ? falling : column) : 'name'
  return { href: filterPath(withFilter(filter, { sort: next })), direction }
}
