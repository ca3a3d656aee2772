/** What an adoption amounts to, in one line. Pure. */
import { count, counted } from '#components/ui/format.ts'
import type { AdoptionReport, AdoptionRow } from '#lib/imports/contract.ts'

/** How many of all are adopted, how many are not at their end. */
export function adoptionNumbers(counts: Partial<AdoptionReport['counts']>) {
  const of = (name: keyof AdoptionReport['counts']) => counts[name] ?? 0
  const changed = of('changed')
  const adopted = of('acquired') + changed
  const stopped = of('conflict') + of('failed')
  const waiting = of('waiting') + of('unknown')
  return { total: adopted + stopped + waiting, adopted, changed, stopped, waiting }
}

/**
 * The line that can be shared: "38 of 38 adopted, 0 changes in the cloud except the label managed-by-cnrm". The label is named where one of
 * the differences seen is expected, and changes are counted as resources, since that is what somebody would look at.
 */
export function adoptionHeadline(counts: Partial<AdoptionReport['counts']>, items: readonly Pick<AdoptionRow, 'differences'>[]): string {
  const { total, adopted, changed } = adoptionNumbers(counts)
  if (total === 0) return 'Nothing was merged yet'
  if (adopted === 0) return `0 of ${count(total)} adopted so far`
  const label = items.some(({ differences }) => differences.some(({ expected, path }) => expected && path.includes('managed-by-cnrm')))
  const except = label ? ' except the label managed-by-cnrm' : ''
  return changed === 0
    ? `${count(adopted)} of ${count(total)} adopted, 0 changes in the cloud${except}`
    : `${count(adopted)} of ${count(total)} adopted, ${counted(changed, 'resource')} changed in the cloud`
}
