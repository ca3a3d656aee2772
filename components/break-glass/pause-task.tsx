'use client'

import { Button } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Pause, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { Task, type TaskState } from './checklist-task.tsx'
import { controllerNames, pauseWords } from './pause-words.ts'
import { plainName } from './session-words.ts'
import { useAct } from './use-act.ts'

const states: Readonly<Record<Pause['state'], TaskState>> = {
  pausing: 'now',
  paused: 'now',
  resuming: 'now',
  resumed: 'done',
  failed: 'failed',
}

/** One controller that is or was held back: where, by whom, why, until when, and the way to let it go on. */
export function PauseTask({ session, pause }: { session: SessionDetail; pause: Pause }) {
  const { target, state, problem } = pause
  const late = Date.parse(pause.until) < Date.parse(session.now)
  return (
    <Task title={`${controllerNames[pause.controller]} ${pauseWords[state]}`} state={states[state]}>
      <p>
        {target.kind} {target.name}
        {target.namespace ? ` in ${target.namespace}` : ''}
        {state === 'resumed' || state === 'failed' ? (
          '.'
        ) : (
          <>
            , held back by {plainName(pause.owner)}
            {late ? (
              <>
                . Its time was over <RelativeTime at={pause.until} />.
              </>
            ) : (
              <>
                ; it goes on by itself <RelativeTime at={pause.until} />, and before that once the session is over and Git says what the
                cluster has.
              </>
            )}{' '}
            Why: {pause.reason}
          </>
        )}
      </p>
      {problem ? <p>{problem}</p> : null}
      {state === 'paused' ? <Resume session={session} pause={pause} /> : null}
    </Task>
  )
}

/** Lets a controller go on. Who may is the server's to say. */
export function Resume({ session, pause }: { session: SessionDetail; pause: Pause }) {
  const { busy, problem, act } = useAct()
  return (
    <>
      <div className={styles.go}>
        <Button
          size="small"
          aria-label={`Resume now: ${controllerNames[pause.controller]}`}
          busy={busy !== null}
          onClick={() => void act<Pause>('resume', breakGlassApi.resume(session.id, pause.id))}
        >
          Resume now
        </Button>
      </div>
      <ActProblem problem={problem} />
    </>
  )
}
