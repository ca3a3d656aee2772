import { Badge } from '#components/ui/badge.tsx'
import type { BreakGlassSession } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { isOverdue, sessionLook } from './session-words.ts'

/** A session's state, whether its review is overdue, and whether it is practice or an incident. */
export function SessionMarks({
  session,
}: {
  session: Pick<BreakGlassSession, 'state' | 'tier' | 'drill' | 'incident' | 'reviewDueAt' | 'now'>
}) {
  const { tone, word, icon } = sessionLook(session)
  return (
    <span className={styles.marks}>
      <Badge tone={tone} icon={icon}>
        {word}
      </Badge>
      {isOverdue(session) ? (
        <Badge tone="red" icon="warning">
          Review overdue
        </Badge>
      ) : null}
      {session.drill ? <span className={styles.striped}>Practice</span> : null}
      {session.incident ? (
        <Badge tone="red" icon="warning">
          Incident
        </Badge>
      ) : null}
    </span>
  )
}
