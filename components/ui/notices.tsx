/** What a view says when it has nothing, failed, is partial, or must warn. */
import type { ReactNode } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import type { Gap } from '#lib/inventory/contract.ts'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'
import { counted } from './format.ts'
import { Icon, type IconName } from './icons.tsx'
import styles from './notices.module.css'
import { RelativeTime } from './relative-time.tsx'
import type { Tone } from './states.ts'
import tones from './tones.module.css'

/** Why there is nothing here, and the first thing to do (as `action`). */
export function EmptyState({
  title,
  children,
  action,
  icon = 'resources',
  page,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
  icon?: IconName
  /** It is all the page has: its title is the page's. */
  page?: boolean
}) {
  return (
    <div className={styles.state}>
      <Icon name={icon} size={28} />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children ? <p>{children}</p> : null}
      {action ? <div className={styles.actions}>{action}</div> : null}
    </div>
  )
}

/**
 * What went wrong, in the sentence the server gave (it names the system and the next step), a way to try again and the
 * request id to tell an administrator. `what` completes the title: "the resources" → "Could not load the resources".
 */
export function ErrorState({
  error,
  what,
  retry,
  page,
  children,
}: {
  error: unknown
  what: string
  retry?: (() => void) | undefined
  /** It is all the page has: its title is the page's. */
  page?: boolean
  children?: ReactNode
}) {
  const problem = error instanceof ApiProblem ? error : null
  const title =
    problem?.code === 'forbidden'
      ? `You may not see ${what}`
      : problem?.code === 'not-found'
        ? `Cannot find ${what}`
        : `Could not load ${what}`
  return (
    <div className={styles.state} role="alert">
      <Icon name={problem?.code === 'not-found' ? 'unknown' : 'warning'} size={28} />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p>{problem?.detail ?? 'Something went wrong in the page itself. Try again; if it stays, tell the people who run this portal.'}</p>
      <div className={styles.actions}>
        {retry && problem?.code !== 'forbidden' && problem?.code !== 'not-found' ? <Button onClick={retry}>Try again</Button> : null}
        {children}
      </div>
      {problem?.requestId ? (
        <div className={styles.request}>
          Request <code>{problem.requestId}</code>
        </div>
      ) : null}
    </div>
  )
}

const noticeIcons: Partial<Record<Tone, IconName>> = { red: 'failed', amber: 'warning', green: 'ready', violet: 'warning' }

/** A coloured line of text with an icon. `bar` stretches over the page's width. */
export function Banner({ tone = 'blue', bar, children, action }: { tone?: Tone; bar?: boolean; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classNames(styles.notice, tones[tone], bar && styles.bar)} role={tone === 'red' ? 'alert' : 'status'}>
      <Icon name={noticeIcons[tone] ?? 'info'} />
      <div>{children}</div>
      {action}
    </div>
  )
}

/** What is missing from a list and why: one line, and the list of causes when there are several. */
export function GapNotice({ gaps }: { gaps: readonly Gap[] }) {
  const [first] = gaps
  if (!first) return null
  const line = (gap: Gap) => (
    <>
      {gap.message}
      {gap.since ? (
        <>
          {' '}
          (since <RelativeTime at={gap.since} />)
        </>
      ) : null}
    </>
  )
  return (
    <Banner tone="amber">
      {gaps.length === 1 ? (
        line(first)
      ) : (
        <details className={styles.gaps}>
          <summary>{counted(gaps.length, 'part')} of this list may be missing or old</summary>
          <ul>
            {gaps.map((gap) => (
              <li key={`${gap.cluster}/${gap.kind ?? ''}/${gap.reason}`}>{line(gap)}</li>
            ))}
          </ul>
        </details>
      )}
    </Banner>
  )
}
