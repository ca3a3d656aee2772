/** Who puts changes back, and what holds them back, in words. Pure. */
import type { Pause, Undoer } from '#lib/break-glass/contract.ts'

export const controllerNames: Readonly<Record<Undoer['controller'], string>> = {
  argocd: 'Argo CD',
  flux: 'Flux',
  'config-sync': 'Config Sync',
  corbel: 'CI (corbel apply)',
  'config-connector': 'Config Connector',
  unknown: 'Somebody else',
}

/** The controller to name in a request for a pause; null where this one cannot be held back from here. */
export const pausable = ({ controller, canPause }: Pick<Undoer, 'controller' | 'canPause'>): Pause['controller'] | null =>
  canPause && (controller === 'flux' || controller === 'argocd' || controller === 'corbel') ? controller : null

const active: readonly Pause['state'][] = ['pausing', 'paused', 'resuming']

/** The session's own pause that holds a controller back. Argo CD's stands in its Application, so the resource does not tell of it. */
export function pauseOf(undoer: Pick<Undoer, 'controller' | 'canPause'>, pauses: readonly Pause[]): Pause | undefined {
  const controller = pausable(undoer)
  return controller === null ? undefined : pauses.findLast((pause) => pause.controller === controller && active.includes(pause.state))
}

/** Those that will put something back, as things stand. */
export const undoing = (undoers: readonly Undoer[], pauses: readonly Pause[]): Undoer[] =>
  undoers.filter((undoer) => undoer.undoes && !undoer.paused && pauseOf(undoer, pauses) === undefined)

export const pauseWords: Readonly<Record<Pause['state'], string>> = {
  pausing: 'is being paused',
  paused: 'is paused',
  resuming: 'is being resumed',
  resumed: 'works again',
  failed: 'was not paused',
}
