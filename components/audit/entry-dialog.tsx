'use client'

import Link from 'next/link'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { count, exactTime } from '#components/ui/format.ts'
import type { AuditRow } from '#lib/audit/contract.ts'
import styles from './audit.module.css'
import { OutcomeBadge } from './audit-table.tsx'
import { actionWords, targetOf } from './audit-words.ts'
import { sessionPageOf } from './entry-session.ts'

/** One entry with everything its hash covers. */
export function EntryDialog({ row, onClose }: { row: AuditRow | null; onClose: () => void }) {
  if (!row) return null
  const { text, href } = targetOf(row)
  const session = sessionPageOf(row)
  return (
    <Dialog open onClose={onClose} title={`${actionWords(row.action)}, entry ${count(row.seq)}`} wide>
      <dl className={styles.facts}>
        <dt>Outcome</dt>
        <dd>
          <OutcomeBadge outcome={row.outcome} />
        </dd>
        <dt>Person</dt>
        <dd>{row.actor}</dd>
        <dt>When</dt>
        <dd>
          <time dateTime={row.at}>{exactTime(Date.parse(row.at))}</time>
        </dd>
        {text ? (
          <>
            <dt>About</dt>
            <dd>{href ? <Link href={href}>{text}</Link> : text}</dd>
          </>
        ) : null}
        {session ? (
          <>
            <dt>Break-glass</dt>
            <dd>
              <Link href={session}>The session</Link>
            </dd>
          </>
        ) : null}
        <dt>Action</dt>
        <dd>
          <code>{row.action}</code>
        </dd>
        {row.intent ? (
          <>
            <dt>Outcome of</dt>
            <dd>
              <code>{row.intent}</code>
            </dd>
          </>
        ) : null}
        <dt>Request</dt>
        <dd>
          <code>{row.requestId}</code>
        </dd>
      </dl>
      <Json title="Target" value={row.target} />
      <Json title="Details" value={row.details} />
      <dl className={styles.facts}>
        <dt>Id</dt>
        <dd>
          <code>{row.id}</code>
        </dd>
        <dt>Hash</dt>
        <dd>
          <code>{row.hash}</code> <CopyButton text={row.hash} label="Copy the hash" />
        </dd>
        <dt>Hash before</dt>
        <dd>
          <code>{row.previous}</code>
        </dd>
      </dl>
    </Dialog>
  )
}

function Json({ title, value }: { title: string; value: AuditRow['details'] }) {
  if (Object.keys(value).length === 0) return null
  return (
    <section aria-label={title} className={styles.json}>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </section>
  )
}
