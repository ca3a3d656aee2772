import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { sessionStory } from './session-story.ts'

/** The session as a timeline. */
export function StoryList({ session }: { session: SessionDetail }) {
  return (
    <ol className={styles.story} aria-label="What happened">
      {sessionStory(session).map((entry) => (
        <li key={`${entry.at} ${entry.text}`}>
          <strong>{entry.text}</strong>
          <span className={styles.small}>
            <RelativeTime at={entry.at} />
          </span>
          {entry.said ? <span className={styles.said}>“{entry.said}”</span> : null}
        </li>
      ))}
    </ol>
  )
}
