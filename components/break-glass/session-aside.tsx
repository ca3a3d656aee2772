'use client'

import Link from 'next/link'
import { clockMinutes } from '#components/ui/format.ts'
import type { ActingMode, SessionDetail } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { Countdown, useTimeLeft } from './countdown.tsx'
import { EndSession } from './end-session.tsx'
import { SessionMarks } from './session-mark.tsx'
import { isBefore, isOpen, isOver } from './session-words.ts'

export const actingWords: Readonly<Record<ActingMode, string>> = {
  constrained: 'By constrained impersonation: the cluster checks each act against your own rights as well.',
  legacy: 'By impersonation of the older kind, which this cluster still uses. It records your name beside the account.',
}

/** When the time is called short, in milliseconds. */
const soon = 5 * 60_000

/** Beside the steps: as whom one acts, the time left, who else is here, and the way out. */
export function SessionAside({ session, receivedAt, mine }: { session: SessionDetail; receivedAt: number; mine: boolean }) {
  const acts = isBefore(session.state) || isOpen(session.state)
  return (
    <aside className={styles.aside} aria-label="About this session" data-drill={session.drill} data-over={isOver(session.state)}>
      <div>
        <h2>State</h2>
        <SessionMarks session={session} />
      </div>
      {isOpen(session.state) ? <TimeLeft session={session} receivedAt={receivedAt} /> : null}
      <div className={styles.onlyWide}>
        <h2>{`${mine ? 'You' : session.requestedBy.name} ${acts ? (mine ? 'act' : 'acts') : 'acted'} as`}</h2>
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
      {session.abilities.end ? <EndSession session={session} /> : null}
    </aside>
  )
}

function TimeLeft({ session, receivedAt }: { session: SessionDetail; receivedAt: number }) {
  const end = useTimeLeft(session, receivedAt)
  if (!end) return null
  return (
    <div>
      <h2>Ends in</h2>
      <Countdown left={end.left} className={styles.clock} soon={end.left < soon && !end.idle} />
      <p className={`${styles.small} ${styles.onlyWide}`}>
        {end.left <= 0
          ? 'The time is up. The cluster refuses further changes.'
          : end.idle
            ? `if nothing is done before. In any case it ends at ${clockMinutes(end.hardAt)}.`
            : `at ${clockMinutes(end.hardAt)}, whatever is under way.`}
      </p>
    </div>
  )
}
