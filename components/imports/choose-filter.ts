/** What the table to choose from shows, which is its address; and what of it a choice of all can say. Pure. */
import type { ImportCategory, ImportChoice, ImportRowQuery, ImportVerdict } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { categories, verdicts } from './import-words.ts'

export interface ChooseFilter {
  category: ImportCategory[]
  service: string[]
  kind: string[]
  reason: string[]
  verdict: ImportVerdict[]
  chosen: boolean
  q: string
  /** Below their parents, instead of one list. */
  tree: boolean
}

const isCategory = (value: string): value is ImportCategory => categories.some((each) => each === value)
const isVerdict = (value: string): value is ImportVerdict => verdicts.some((each) => each === value)
const several = (search: URLSearchParams, name: string) => [...new Set(search.getAll(name).filter((value) => value !== ''))]

/** Reads the address; what it does not know is left out. */
export const readChooseFilter = (search: URLSearchParams): ChooseFilter => ({
  category: several(search, 'category').filter(isCategory),
  service: several(search, 'service'),
  kind: several(search, 'kind'),
  reason: several(search, 'reason'),
  verdict: several(search, 'verdict').filter(isVerdict),
  chosen: search.get('chosen') === 'true',
  q: (search.get('q') ?? '').slice(0, 200),
  tree: search.get('view') === 'tree',
})

const chooseParts = ({ tree, chosen, q, ...lists }: ChooseFilter): Record<string, string | readonly string[] | undefined> => ({
  ...lists,
  q: q || undefined,
  chosen: chosen ? 'true' : undefined,
  view: tree ? 'tree' : undefined,
})

/** The address of a filter, below the step to choose. */
export const choosePath = (run: string, filter: ChooseFilter): string => importPages.run(run, 'choose', chooseParts(filter))

/** What to ask the server for a filter. */
export const chooseQuery = ({ tree: _, q, chosen, ...lists }: ChooseFilter): Partial<ImportRowQuery> => ({
  ...lists,
  ...(q ? { search: q } : {}),
  ...(chosen ? { chosen: 'true' } : {}),
})

/** The filter with one value of a list switched on, or off if it was on. */
export function toggled(filter: ChooseFilter, name: 'category' | 'service' | 'kind' | 'reason' | 'verdict', value: string): ChooseFilter {
  const values: string[] = filter[name]
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
  if (name === 'category') return { ...filter, category: next.filter(isCategory) }
  if (name === 'verdict') return { ...filter, verdict: next.filter(isVerdict) }
  return { ...filter, [name]: next }
}

export const isFiltered = ({ tree: _, q, chosen, ...lists }: ChooseFilter): boolean =>
  q !== '' || chosen || Object.values(lists).some((values) => values.length > 0)

/**
 * The condition of "all that is shown" for the server, or undefined where it cannot be said (reasons, verdicts and "chosen" are not
 * among the conditions of a choice): then the rows are named one by one. Without a category only importable ones are meant: what a rule skipped is
 * chosen on purpose, one by one or with that category shown.
 */
export function choiceFilter(filter: ChooseFilter): NonNullable<ImportChoice['filter']> | undefined {
  if (filter.reason.length > 0 || filter.verdict.length > 0 || filter.chosen) return undefined
  return {
    category: filter.category.length > 0 ? filter.category : ['importable'],
    ...(filter.service.length > 0 ? { service: filter.service } : {}),
    ...(filter.kind.length > 0 ? { kind: filter.kind } : {}),
    ...(filter.q ? { search: filter.q } : {}),
  }
}
