/** Sums and orders of resource states. */
import { worstFirst } from '#components/ui/states.ts'
import type { ResourceState, StateCounts } from '#lib/inventory/contract.ts'

/** How many resources in all. */
export const totalOf = (counts: StateCounts): number => worstFirst.reduce((sum, state) => sum + counts[state], 0)

/** The counts of several projects added up. */
export function sumCounts(all: readonly StateCounts[]): StateCounts {
  const sum: StateCounts = { ready: 0, progressing: 0, failed: 0, unknown: 0, paused: 0, deleting: 0 }
  for (const counts of all) for (const state of worstFirst) sum[state] += counts[state]
  return sum
}

/** The states that occur, the worst first. */
export const presentStates = (counts: StateCounts): { state: ResourceState; count: number }[] =>
  worstFirst.filter((state) => counts[state] > 0).map((state) => ({ state, count: counts[state] }))

/** Orders rows for attention: the worst state first, then the longest in it. */
export function worstRowsFirst<Row extends { state: ResourceState; stateSince: string | null; name: string }>(rows: readonly Row[]): Row[] {
  const rank = new Map<ResourceState, number>(worstFirst.map((state, index) => [state, index]))
  return [...rows].sort(
    (a, b) =>
      (rank.get(a.state) ?? 0) - (rank.get(b.state) ?? 0) ||
      (a.stateSince ?? '9999').localeCompare(b.stateSince ?? '9999') ||
      a.name.localeCompare(b.name),
  )
}
