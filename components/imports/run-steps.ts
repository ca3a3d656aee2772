/** The steps of an import: their order, their names, and which of them a run has reached. Pure. */
import type { ImportRun } from '#lib/imports/contract.ts'

export const importSteps = ['scan', 'choose', 'review', 'pull-requests', 'adoption'] as const
export type ImportStep = (typeof importSteps)[number]

export const stepTitles: Record<ImportStep, string> = {
  scan: 'Scan',
  choose: 'Choose',
  review: 'Review',
  'pull-requests': 'Pull requests',
  adoption: 'After the merge',
}

const isStep = (text: string | null): text is ImportStep => importSteps.some((step) => step === text)

type Reached = Pick<ImportRun, 'state' | 'counts'>

/** Whether a step has something to show. One chooses from what was read to the end. */
export function isReached(step: ImportStep, { state, counts }: Reached): boolean {
  if (step === 'scan') return true
  if (state !== 'ready') return false
  return step === 'choose' || step === 'adoption' || counts.chosen > 0
}

/** The step of an address: the one it names, where the run has reached it, else the furthest one before that has something to show. */
export function stepOf(named: string | null, run: Reached): ImportStep {
  if (isStep(named) && isReached(named, run)) return named
  const before = isStep(named) ? importSteps.slice(0, importSteps.indexOf(named)) : importSteps.slice(0, 2)
  return before.findLast((step) => isReached(step, run)) ?? 'scan'
}
