'use client'

import { Button } from '#components/ui/button.tsx'
import { count, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionChange } from '#lib/break-glass/contract.ts'
import type { JsonPath } from '#lib/json.ts'
import styles from './break-glass.module.css'

/** Step 5: what the API server says to exactly these bytes. */
export function DryRunStep({
  change,
  running,
  now,
  goTo,
  edit,
  again,
}: {
  change: SessionChange
  running: boolean
  now: boolean
  goTo: (path: JsonPath) => void
  edit: () => void
  again: () => void
}) {
  const { dryRun } = change
  if (running)
    return (
      <p role="status" className={styles.muted}>
        Asking the API server…
      </p>
    )
  if (!dryRun) return null
  return (
    <>
      {dryRun.unavailable !== null ? (
        <Banner tone="amber">{dryRun.unavailable}</Banner>
      ) : dryRun.accepted ? (
        <Banner tone="green">
          The API server accepts this. It answered in {count(Math.round(dryRun.milliseconds))} ms, <RelativeTime at={change.dryRunAt} />.
          Nothing was changed. Applying sends the very same bytes.
        </Banner>
      ) : (
        <Banner tone="red">
          The API server refuses this, after {count(Math.round(dryRun.milliseconds))} ms: {dryRun.message ?? 'it gave no reason.'}
        </Banner>
      )}
      {dryRun.fields.length > 0 ? (
        <ul className={styles.plain}>
          {dryRun.fields.map(({ path, message }) => (
            <li key={`${JSON.stringify(path)}${message}`} className={styles.undoer}>
              <span>
                <code>{fieldPath(path)}</code>: {message}
              </span>
              {now ? (
                <Button size="small" onClick={() => goTo(path)}>
                  Go to {fieldPath(path.slice(-1))}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {dryRun.warnings.map((warning) => (
        <Banner key={warning} tone="amber">
          {warning}
        </Banner>
      ))}
      {now ? (
        <div className={styles.go}>
          {change.action === 'delete' ? null : (
            <Button look="primary" data-first onClick={edit}>
              Back to the edit
            </Button>
          )}
          <Button onClick={again}>Dry run again</Button>
        </div>
      ) : null}
    </>
  )
}
