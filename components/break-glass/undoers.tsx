'use client'

import { useState } from 'react'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Icon } from '#components/ui/icons.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { Pause, SessionDetail, Undoer } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { Resume } from './pause-task.tsx'
import { controllerNames, pausable, pauseOf, pauseWords } from './pause-words.ts'
import { useAct } from './use-act.ts'

const lengths = [
  { minutes: 60, title: '1 hour' },
  { minutes: 4 * 60, title: '4 hours' },
  { minutes: 24 * 60, title: '1 day' },
  { minutes: 3 * 24 * 60, title: '3 days' },
]

/** Who will put back what is changed, and when; with a way to hold them back where there is one. */
export function Undoers({ session, change, undoers }: { session: SessionDetail; change: string; undoers: readonly Undoer[] }) {
  if (undoers.length === 0)
    return <p className={styles.muted}>Corbel found no controller that would put this back. Its manifest in Git still says otherwise.</p>
  const canPause = undoers.some((undoer) => !undoer.paused && pausable(undoer) !== null)
  return (
    <section className={`${styles.box} ${styles.undoers}`} aria-label="Who will undo this, and when">
      <h3>
        <Icon name="warning" /> Who will undo this, and when
      </h3>
      <ul>
        {undoers.map((undoer) => (
          <li key={`${undoer.controller} ${undoer.message}`} className={styles.undoer}>
            <OneUndoer session={session} change={change} undoer={undoer} />
          </li>
        ))}
      </ul>
      {canPause && session.abilities.edit ? (
        <p className={styles.small}>
          {session.drill
            ? 'In a real session you could pause it here; in practice nothing is held back.'
            : 'A pause carries your name and reason. It ends when you say so, when its time is up, or when your pull request is merged and applied.'}
        </p>
      ) : null}
    </section>
  )
}

function OneUndoer({ session, change, undoer }: { session: SessionDetail; change: string; undoer: Undoer }) {
  const controller = pausable(undoer)
  const pause = pauseOf(undoer, session.pauses)
  if (pause)
    return (
      <>
        <span>
          {controllerNames[pause.controller]} {pauseWords[pause.state]}
          {pause.state === 'paused' ? (
            <>
              {' '}
              and leaves this alone until you let it go on, at the latest <RelativeTime at={pause.until} />
            </>
          ) : null}
          .{pause.problem ? ` ${pause.problem}` : ''}
        </span>
        {pause.state === 'paused' ? <Resume session={session} pause={pause} /> : null}
      </>
    )
  return (
    <>
      <span>
        {undoer.message}{' '}
        {undoer.controller === 'config-connector' ? (
          <Badge tone="green" icon="check">
            carries it out
          </Badge>
        ) : null}
      </span>
      {undoer.paused ? (
        <Badge tone="grey" icon="paused">
          Paused
        </Badge>
      ) : controller && session.abilities.edit && !session.drill ? (
        <PauseControl session={session.id} change={change} controller={controller} />
      ) : null}
    </>
  )
}

/** For how long, and the button. What the cluster does not allow is told in its place, with the command for somebody who may. */
function PauseControl({ session, change, controller }: { session: string; change: string; controller: Pause['controller'] }) {
  const { busy, problem, act } = useAct()
  const [minutes, setMinutes] = useState(24 * 60)
  const [refused, setRefused] = useState<string | null>(null)
  const name = controllerNames[controller]
  const pause = async () => {
    setRefused(null)
    const made = await act<Pause>(controller, breakGlassApi.pauses(session), { change, controller, minutes })
    if (made?.problem) setRefused(made.problem)
    else if (made) showToast(`${name} ${pauseWords[made.state]}`)
  }
  return (
    <>
      <span className={styles.pause}>
        <label>
          <span className="visually-hidden">How long to pause {name}</span>
          <select className={styles.select} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
            {lengths.map((length) => (
              <option key={length.minutes} value={length.minutes}>
                {length.title}
              </option>
            ))}
          </select>
        </label>
        <Button size="small" icon="paused" busy={busy !== null} onClick={() => void pause()}>
          Pause
          <span className="visually-hidden"> {name}</span>
        </Button>
      </span>
      {refused || problem ? (
        <div className={styles.wholeRow}>
          <ActProblem problem={problem} />
          {refused ? <Banner tone="red">{refused}</Banner> : null}
        </div>
      ) : null}
    </>
  )
}
