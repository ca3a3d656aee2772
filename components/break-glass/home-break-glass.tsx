'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import styles from '#components/home/home.module.css'
import { Button } from '#components/ui/button.tsx'
import { kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { ActProblem } from './act-problem.tsx'
import { breakGlassApi, breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { SessionMarks } from './session-mark.tsx'
import { useAct } from './use-act.ts'

const shown = 5

/** On the home page: my sessions that are open, what waits for somebody, and what I am to know. Nothing where there is none of it. */
export function HomeBreakGlass() {
  const open = useQuery(breakGlassQueries.open())
  const waiting = useInfiniteQuery(breakGlassQueries.sessions({ waiting: true, limit: shown }))
  const notices = useQuery(breakGlassQueries.notices())
  const { problem, busy, act } = useAct()
  const mine = (open.data?.items ?? []).filter((session) => session.mine)
  const others = (waiting.data?.pages[0]?.items ?? []).filter(({ id }) => !mine.some((session) => session.id === id))
  const told = notices.data?.items ?? []
  if (mine.length + others.length + told.length === 0) return null
  return (
    <Section title="Break-glass" more={<Link href={breakGlassPages.list}>All sessions</Link>}>
      <ul className={styles.list}>
        {mine.map((session) => (
          <li key={session.id}>
            <Link className={styles.item} href={breakGlassPages.session(session.id)}>
              <strong className={styles.full}>
                {kindOf(session.kind)} {shortenMiddle(session.name, 50)}
              </strong>
              <span className={styles.small}>your session in {session.namespace}</span>
              <SessionMarks session={{ ...session, tier: 'ordinary', incident: false, reviewDueAt: null }} />
            </Link>
          </li>
        ))}
        {others.map((session) => (
          <li key={session.id}>
            <Link className={styles.item} href={breakGlassPages.session(session.id)}>
              <strong className={styles.full}>
                {kindOf(session.kind)} {shortenMiddle(session.name, 50)}
              </strong>
              <span className={styles.small}>
                {session.requestedBy.name} · <RelativeTime at={session.requestedAt} />
              </span>
              <SessionMarks session={session} />
            </Link>
          </li>
        ))}
        {told.slice(0, shown).map((notice) => (
          <li key={notice.id} className={styles.item}>
            <span className={styles.quiet}>
              {notice.message} <Link href={breakGlassPages.session(notice.session)}>Show</Link>
            </span>
            <Button
              size="small"
              look="quiet"
              busy={busy === notice.id}
              onClick={() => void act(notice.id, breakGlassApi.noticeSeen(notice.id))}
            >
              Seen
            </Button>
          </li>
        ))}
      </ul>
      <ActProblem problem={problem} />
    </Section>
  )
}
