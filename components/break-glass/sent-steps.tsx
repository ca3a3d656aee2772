import { Badge } from '#components/ui/badge.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { ChangedFields } from './changed-fields.tsx'
import { changeLooks, changeTitle } from './session-words.ts'

/** Step 4 looked back at: what was sent, or what is to be sent for whoever only looks on. */
export function SentDifferences({ session, changes }: { session: SessionDetail; changes: readonly SessionChange[] }) {
  return changes.map((change) => (
    <div key={change.id} className={styles.layout}>
      <h3>{changeTitle(change, session.changes)}</h3>
      {change.action === 'delete' ? (
        <p>{change.name} is deleted from the cluster.</p>
      ) : (
        <ChangedFields fields={change.fields} label={`What changes: ${changeTitle(change, session.changes)}`} />
      )}
    </div>
  ))
}

/** Step 6 looked back at: what was sent to the cluster, when, and what became of it. */
export function SentChanges({ session, changes }: { session: SessionDetail; changes: readonly SessionChange[] }) {
  return (
    <>
      <ul className={styles.plain}>
        {changes.map((change) => {
          const look = changeLooks[change.state]
          return (
            <li key={change.id} className={styles.toolbar}>
              <Badge tone={look.tone} icon={look.icon}>
                {look.word}
              </Badge>
              <span>
                {changeTitle(change, session.changes)}
                {change.appliedAt ? (
                  <>
                    {' '}
                    · <RelativeTime at={change.appliedAt} />
                  </>
                ) : null}
              </span>
            </li>
          )
        })}
      </ul>
      <p className={styles.muted}>
        Sent by {session.requestedBy.name} as <code>{session.account}</code>. What became of each stands at “Hand back” below.
      </p>
    </>
  )
}
