'use client'

import { useQuery } from '@tanstack/react-query'
import { Button, LinkButton } from '#components/ui/button.tsx'
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import { AppliedChange, type UndoPlace } from './applied-change.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { Task } from './checklist-task.tsx'
import { EndSession } from './end-session.tsx'
import { PauseTask } from './pause-task.tsx'
import { ReviewTask } from './review-task.tsx'
import { isOpen, isOver, needsReview, sentChanges } from './session-words.ts'

/** Step 7: the checklist that brings every change back to Git, or takes it back, and ends with a second person's signature. */
export function HandBackStep({ session, mine, startAgain }: { session: SessionDetail; mine: boolean; startAgain: (() => void) | null }) {
  const sent = sentChanges(session)
  const open = isOpen(session.state)
  const undo = useUndoPlace(session, mine)
  return (
    <>
      {sent.length === 0 && needsReview(session.state) ? (
        <p className={styles.muted}>
          {session.changes.length > 0
            ? 'Nothing of it was made, so nothing has to be brought back to Git.'
            : `What was changed is for those who may read ${session.namespace}.`}
        </p>
      ) : null}
      {sent.map((change) => (
        <AppliedChange key={change.id} session={session} change={change} undo={undo} several={sent.length > 1} />
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
            <div className={styles.go}>
              <EndSession session={session} small />
              {startAgain ? (
                <Button size="small" icon="edit" onClick={startAgain}>
                  Change something else
                </Button>
              ) : null}
            </div>
          </Task>
        ) : null}
        {session.state === 'ended' || session.state === 'expired' ? null : <ReviewTask session={session} mine={mine} />}
        <Task title="Evidence" state={isOver(session.state) ? 'done' : 'ahead'}>
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
    </>
  )
}

/** Where this person can undo what the session changed: in it while it is open, afterwards in another one of theirs in the project. */
function useUndoPlace(session: SessionDetail, mine: boolean): UndoPlace {
  const over = session.state === 'handing-back'
  const { data } = useQuery({ ...breakGlassQueries.open(), enabled: over })
  if (session.abilities.edit) return { session: session.id }
  if (!over || !(mine || session.abilities.handBack)) return null
  const later = data?.items.find(
    ({ mine: theirs, drill, cluster, namespace }) => theirs && !drill && cluster === session.cluster && namespace === session.namespace,
  )
  return later ? { session: later.id } : 'none'
}
