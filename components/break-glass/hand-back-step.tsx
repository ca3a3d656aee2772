'use client'

import { Button, LinkButton } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Pause, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import { AppliedChange } from './applied-change.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { Task } from './checklist-task.tsx'
import { ReviewTask } from './review-task.tsx'
import { isOpen, isWritten } from './session-words.ts'
import { controllerNames } from './undoers.tsx'
import { useAct } from './use-act.ts'

/** Step 7: the checklist that brings every change back to Git, or takes it back, and ends with a second person's signature. */
export function HandBackStep({ session, mine, startAgain }: { session: SessionDetail; mine: boolean; startAgain: (() => void) | null }) {
  const written = session.changes.filter(isWritten)
  const undone = new Set(written.map(({ undoOf }) => undoOf))
  const open = isOpen(session.state)
  return (
    <>
      {written.map((change) => (
        <AppliedChange key={change.id} session={session} change={change} undoing={undone.has(change.id)} several={written.length > 1} />
      ))}
      <ul className={styles.tasks}>
        {session.pauses.map((pause) => (
          <PauseTask key={pause.id} session={session} pause={pause} />
        ))}
        {open && session.abilities.end ? (
          <Task title="End the session" state="now">
            <p>
              When nothing more is to be changed, end it: from then on the cluster refuses changes. It ends by itself when its time is up,
              and everything below goes on afterwards.
            </p>
            {startAgain ? (
              <div className={styles.go}>
                <Button size="small" icon="edit" onClick={startAgain}>
                  Change something else
                </Button>
              </div>
            ) : null}
          </Task>
        ) : null}
        <ReviewTask session={session} mine={mine} />
        <Task title="Evidence" state={session.state === 'closed' ? 'done' : 'ahead'}>
          <p>
            One signed file with every entry of the audit log, the change, and the pull request. It can be verified on another machine with{' '}
            <code>corbel audit verify --bundle</code>.
          </p>
          <div className={styles.go}>
            <LinkButton size="small" icon="import" prefetch={false} href={breakGlassApi.evidence(session.id)} download>
              Download the evidence
            </LinkButton>
          </div>
        </Task>
      </ul>
      {!open && session.state === 'handing-back' && mine && written.some(({ state }) => state === 'applied') ? (
        <p className={styles.muted}>
          The session is shut. To undo in the cluster now, <a href={breakGlassPages.start(session)}>open break-glass once more</a>.
        </p>
      ) : null}
    </>
  )
}

const pauseWords: Readonly<Record<Pause['state'], string>> = {
  pausing: 'is being paused',
  paused: 'is paused',
  resuming: 'is being resumed',
  resumed: 'works again',
  failed: 'could not be paused or resumed',
}

function PauseTask({ session, pause }: { session: SessionDetail; pause: Pause }) {
  const { busy, problem, act } = useAct()
  const held = pause.state === 'paused' || pause.state === 'failed'
  return (
    <Task
      title={`${controllerNames[pause.controller]} ${pauseWords[pause.state]}`}
      state={pause.state === 'resumed' ? 'done' : pause.state === 'failed' ? 'failed' : 'now'}
    >
      <p>
        {pause.target.kind} {pause.target.name}
        {pause.target.namespace ? ` in ${pause.target.namespace}` : ''}
        {pause.state === 'resumed' ? (
          '.'
        ) : (
          <>
            , by {pause.owner}, at most until <RelativeTime at={pause.until} />. It is resumed by itself then, and when the pull request is
            merged.
          </>
        )}
      </p>
      {pause.problem ? <p>{pause.problem}</p> : null}
      {held && (session.abilities.handBack || session.abilities.end || session.abilities.edit) ? (
        <div className={styles.go}>
          <Button size="small" busy={busy !== null} onClick={() => void act<Pause>('resume', breakGlassApi.resume(session.id, pause.id))}>
            Resume now
          </Button>
        </div>
      ) : null}
      <ActProblem problem={problem} />
    </Task>
  )
}
