/** The arithmetic of benchmarks: what many figures come to, and whether a goal is met. Pure. */

/** What a table and the JSON show of one measurement. */
export interface Figure {
  what: string
  value: number | string
  unit: string
  /** "≤ 60", "< 60" or "≥ 60", in the row's unit; what is judged is the largest number of `value`, for ≥ the smallest. */
  goal?: string
}

export type Verdict = 'met' | 'missed' | 'not measured'

/** The value that `share` (0 to 1) of the values do not exceed, by the nearest-rank rule. Throws where there are no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (found === undefined) throw new RangeError('There are no values to take a percentile of.')
  return found
}

/** "min / median / max", each with so many digits after the point. Throws where there are no values. */
export function spread(values: readonly number[], digits = 1): string {
  return [0, 0.5, 1].map((share) => percentile(values, share).toFixed(digits)).join(' / ')
}

/** How many times larger `value` is than `base`, with two digits; "–" where there is nothing to compare with. */
export const ratio = (value: number, base: number): number | string => (base > 0 ? Number((value / base).toFixed(2)) : '–')

/** Whether a figure meets its goal; undefined where it has none. A value without numbers was not measured. */
export function judge({ value, goal }: Pick<Figure, 'value' | 'goal'>): Verdict | undefined {
  const wanted = goal?.match(/^(≤|<|≥)\s*([\d.,]+)/)
  if (!wanted) return undefined
  const numbers =
    typeof value === 'number'
      ? [value]
      : value
          .split('/')
          .map((part) => part.trim())
          .filter((part) => part !== '')
          .map(Number)
  if (numbers.length === 0 || numbers.some((each) => !Number.isFinite(each))) return 'not measured'
  const largest = Math.max(...numbers)
  const limit = Number(wanted[2]?.replaceAll(',', ''))
  if (wanted[1] === '≥') return Math.min(...numbers) >= limit ? 'met' : 'missed'
  return largest < limit || (wanted[1] === '≤' && largest === limit) ? 'met' : 'missed'
}
