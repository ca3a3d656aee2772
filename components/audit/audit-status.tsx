'use client'

import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { clockTime, count, counted, exactTime } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { AuditRow, AuditStatus } from '#lib/audit/contract.ts'
import styles from './audit.module.css'
import { actionWords } from './audit-words.ts'

/** "Verified to entry 4,711 at 10:42": what the portal itself found last. */
export function VerificationBadge({ status, failed }: { status: AuditStatus | undefined; failed: boolean }) {
  if (!status) return failed ? <Badge icon="unknown">Verification not known</Badge> : null
  const { verified } = status
  if (!verified) return <Badge icon="progressing">Not verified yet</Badge>
  const time = Date.parse(verified.at)
  if (verified.problem !== null)
    return (
      <Badge tone="red" icon="failed">
        Does not hold
      </Badge>
    )
  return (
    <Badge tone="green" icon="ready">
      <span title={exactTime(time)} suppressHydrationWarning>
        Verified to entry {count(verified.seq)} at {whenShort(time)}
      </span>
    </Badge>
  )
}

/** "10:42", with the day where it is another one. */
function whenShort(time: number): string {
  const clock = clockTime(time).slice(0, 5)
  return new Date(time).toDateString() === new Date().toDateString() ? clock : `${clock} on ${exactTime(time).split(',')[0]}`
}

/** What somebody who relies on the log must know. */
export function AuditNotices({ status, onShow }: { status: AuditStatus | undefined; onShow: (row: AuditRow) => void }) {
  if (!status) return null
  const { verified, all, key, guards, openIntents } = status
  const [open] = openIntents
  return (
    <>
      {verified?.problem ? (
        <Banner tone="red">
          <strong>The chain does not hold.</strong> {verified.problem} Keep the database as it is, take an export, and compare it with
          checkpoints that were kept elsewhere.
        </Banner>
      ) : null}
      {open ? (
        <Banner
          tone="amber"
          action={
            <Button size="small" onClick={() => onShow(open)}>
              Show
            </Button>
          }
        >
          {openIntents.length === 1 ? 'An act was begun' : `${counted(openIntents.length, 'act')} were begun`} and nobody recorded how it
          ended: {actionWords(open.action)} by {open.actor}, <RelativeTime at={open.at} />.
        </Banner>
      ) : null}
      {all && (guards.length > 0 || key === null) ? (
        <Banner tone="amber">
          <details className={styles.guards}>
            <summary>
              {key === null
                ? 'Nothing outside vouches for this log yet.'
                : 'Somebody with the database account of the portal could switch the guards of this log off; checkpoints would show it.'}
            </summary>
            <ul>
              {key === null ? <li>No signing key is configured, so there are no checkpoints. Set CORBEL_AUDIT_KEY_FILE.</li> : null}
              {guards.map((guard) => (
                <li key={guard}>{guard}</li>
              ))}
              {guards.length > 0 ? <li>How to separate them stands in docs/audit.md, “Who owns the chain”.</li> : null}
            </ul>
          </details>
        </Banner>
      ) : null}
    </>
  )
}
