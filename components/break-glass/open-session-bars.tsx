'use client'

import Link from 'next/link'
import { kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import type { OpenSessions } from '#lib/break-glass/contract.ts'
import styles from './bars.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { Countdown, useTimeLeft } from './countdown.tsx'

type Open = OpenSessions['items'][number]

/** Whether a page is about a project: one of its resources, the project itself, or something that names it in its address. */
const isAbout = (path: string, { namespace, id }: Open): boolean => {
  const parts = path.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  })
  return parts.includes(namespace) && !parts.includes(id)
}

/** Red bars with the time left: my own open sessions on every page but their own, those of others on the pages of their project. */
export function OpenSessionBars({ sessions, receivedAt, path }: { sessions: readonly Open[]; receivedAt: number; path: string }) {
  const shown = sessions.filter((session) => path !== breakGlassPages.session(session.id) && (session.mine || isAbout(path, session)))
  if (shown.length === 0) return null
  return (
    <section aria-label="Open break-glass sessions">
      {shown.map((session) => (
        <Bar key={session.id} session={session} receivedAt={receivedAt} />
      ))}
    </section>
  )
}

function Bar({ session, receivedAt }: { session: Open; receivedAt: number }) {
  const end = useTimeLeft(session, receivedAt)
  return (
    <Link href={breakGlassPages.session(session.id)} className={styles.bar} data-drill={session.drill}>
      <Icon name="breakGlass" />
      <span className={styles.words}>
        <strong>{session.drill ? 'Practice' : 'Break-glass'}</strong> in {session.namespace}:{' '}
        {session.mine ? 'you change' : `${session.requestedBy.name} changes`} {kindOf(session.kind)} {shortenMiddle(session.name, 40)}
      </span>
      {end ? (
        <span className={styles.left}>
          ends in <Countdown left={end.left} />
          {end.idle ? ' if nothing is done' : ''}
        </span>
      ) : null}
    </Link>
  )
}
