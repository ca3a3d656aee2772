'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { TextArea } from '#components/ui/inputs.tsx'
import type { ActingMode, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { Countdown, useTimeLeft } from './countdown.tsx'
import { SessionMarks } from './session-mark.tsx'
import { isMade, isOpen, isOver } from './session-words.ts'
import { useAct } from './use-act.ts'

export const actingWords: Readonly<Record<ActingMode, string>> = {
  constrained: 'By constrained impersonation: the cluster checks each act against your own rights as well.',
  legacy: 'By impersonation of the older kind, which this cluster still uses. It records your name beside the account.',
}

/** When the time is called short, in milliseconds. */
const soon = 5 * 60_000

/** Beside the steps: as whom one acts, the time left, who else is here, and the way out. */
export function SessionAside({ session, receivedAt, mine }: { session: SessionDetail; receivedAt: number; mine: boolean }) {
  const [ending, setEnding] = useState(false)
  return (
    <aside className={styles.aside} aria-label="About this session" data-drill={session.drill} data-over={isOver(session.state)}>
      <div>
        <h2>State</h2>
        <SessionMarks session={session} />
      </div>
      {isOpen(session.state) ? <TimeLeft session={session} receivedAt={receivedAt} /> : null}
      <div className={styles.onlyWide}>
        <h2>{mine ? 'You act as' : `${session.requestedBy.name} acts as`}</h2>
        <p>
          <code>{session.account}</code>
        </p>
        {session.mode ? <p className={styles.small}>{actingWords[session.mode]}</p> : null}
      </div>
      {session.others.length > 0 ? (
        <div className={styles.onlyWide}>
          <h2>Also in {session.namespace} now</h2>
          <ul className={styles.others}>
            {session.others.map((other) => (
              <li key={other.session}>
                <Link href={breakGlassPages.session(other.session)}>{other.person.name}</Link>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {session.abilities.end ? <Button onClick={() => setEnding(true)}>{isOpen(session.state) ? 'End session' : 'Give up'}</Button> : null}
      {ending ? <EndDialog session={session} onClose={() => setEnding(false)} /> : null}
    </aside>
  )
}

function TimeLeft({ session, receivedAt }: { session: SessionDetail; receivedAt: number }) {
  const end = useTimeLeft(session, receivedAt)
  if (!end) return null
  return (
    <div>
      <h2>Time left</h2>
      <Countdown left={end.left} className={styles.clock} soon={end.left < soon && !end.idle} />
      <p className={`${styles.small} ${styles.onlyWide}`}>
        {end.left <= 0
          ? 'The time is up. The cluster refuses further changes.'
          : end.idle
            ? 'It ends then when nothing is done. Any act moves it on.'
            : 'It ends then, whatever is under way.'}
      </p>
    </div>
  )
}

function EndDialog({ session, onClose }: { session: SessionDetail; onClose: () => void }) {
  const [note, setNote] = useState('')
  const { busy, problem, act } = useAct()
  const end = async () => {
    if (await act<SessionDetail>('end', breakGlassApi.act(session.id, 'end'), { note: note.trim() })) onClose()
  }
  const applied = session.changes.some(({ remaining, state }) => remaining || state === 'unknown')
  return (
    <Dialog
      open
      onClose={onClose}
      title={isOpen(session.state) ? 'End this session?' : 'Give this session up?'}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={busy !== null} onClick={() => void end()}>
            {isOpen(session.state) ? 'End session' : 'Give up'}
          </Button>
        </>
      }
    >
      <div className={styles.fields}>
        <p>
          {isOpen(session.state)
            ? `From then on the cluster refuses every change in ${session.namespace} by this session. ${
                applied
                  ? 'What was applied stays, and is to be brought back to Git.'
                  : session.changes.some(isMade)
                    ? 'What was applied was put back.'
                    : 'Nothing was applied.'
              }`
            : 'Nothing was opened, and nothing changes.'}
        </p>
        <TextArea label="Note, if you like" rows={2} maxLength={1000} value={note} onChange={setNote} />
        <ActProblem problem={problem} />
      </div>
    </Dialog>
  )
}
