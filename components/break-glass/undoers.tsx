'use client'

import { useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icons.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { Pause, SessionDetail, Undoer } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { useAct } from './use-act.ts'

export const controllerNames: Readonly<Record<Undoer['controller'], string>> = {
  argocd: 'Argo CD',
  flux: 'Flux',
  'config-sync': 'Config Sync',
  corbel: 'CI (corbel apply)',
  'config-connector': 'Config Connector',
  unknown: 'Somebody else',
}

type Pausable = Pause['controller']
const pausable = (controller: Undoer['controller']): Pausable | null =>
  controller === 'flux' || controller === 'argocd' || controller === 'corbel' ? controller : null

const lengths = [
  { minutes: 60, title: '1 hour' },
  { minutes: 4 * 60, title: '4 hours' },
  { minutes: 24 * 60, title: '1 day' },
  { minutes: 3 * 24 * 60, title: '3 days' },
]

/** Who will put back what is changed, and when; with a way to hold them back where there is one. */
export function Undoers({ session, change, undoers }: { session: SessionDetail; change: string; undoers: readonly Undoer[] }) {
  const { busy, problem, act } = useAct()
  const [minutes, setMinutes] = useState(24 * 60)
  const pause = async (controller: Pausable) => {
    const paused = await act<Pause>(controller, breakGlassApi.pauses(session.id), { change, controller, minutes })
    if (paused) showToast(`${controllerNames[controller]} is being paused`)
  }
  if (undoers.length === 0)
    return <p className={styles.muted}>Corbel found no controller that would put this back. Its manifest in Git still says otherwise.</p>
  return (
    <section className={`${styles.box} ${styles.undoers}`} aria-label="Who will undo this, and when">
      <h3>
        <Icon name="warning" /> Who will undo this, and when
      </h3>
      <ul>
        {undoers.map((undoer) => {
          const controller = pausable(undoer.controller)
          return (
            <li key={`${undoer.controller} ${undoer.message}`} className={styles.undoer}>
              <span>
                {undoer.message}{' '}
                {undoer.undoes ? null : (
                  <Badge tone="green" icon="check">
                    carries it out
                  </Badge>
                )}
              </span>
              {undoer.paused ? (
                <Badge tone="grey" icon="paused">
                  Paused
                </Badge>
              ) : undoer.canPause && controller && session.abilities.edit ? (
                <span className={styles.pause}>
                  <label>
                    <span className="visually-hidden">How long to pause {controllerNames[controller]}</span>
                    <select className={styles.select} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
                      {lengths.map((length) => (
                        <option key={length.minutes} value={length.minutes}>
                          {length.title}
                        </option>
                      ))}
                    </select>
                  </label>
                  <Button
                    size="small"
                    icon="paused"
                    busy={busy === controller}
                    disabled={busy !== null}
                    onClick={() => void pause(controller)}
                  >
                    Pause
                  </Button>
                </span>
              ) : null}
            </li>
          )
        })}
      </ul>
      <ActProblem problem={problem} />
      {undoers.some(({ canPause, paused }) => canPause && !paused) && session.abilities.edit ? (
        <p className={styles.small}>
          A pause carries your name and reason, ends by itself, and ends earlier when your pull request is merged.
        </p>
      ) : null}
    </section>
  )
}
