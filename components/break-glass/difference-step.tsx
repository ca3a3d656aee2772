'use client'

import { useQuery } from '@tanstack/react-query'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { breakGlassQueries } from './break-glass-queries.ts'
import { ChangedFields } from './changed-fields.tsx'
import { Undoers } from './undoers.tsx'

/** A text to read and copy, folded. */
export function FoldedCode({ title, text }: { title: string; text: string }) {
  return (
    <details className={styles.fold}>
      <summary>{title}</summary>
      <div className={styles.code}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
        <pre tabIndex={0}>{text}</pre>
        <CopyButton text={text} label={`Copy: ${title}`} />
      </div>
    </details>
  )
}

/** Step 4: what exactly would change, who holds those fields, and who will undo it. */
export function DifferenceStep({
  session,
  change,
  now,
  edit,
  onward,
}: {
  session: SessionDetail
  change: SessionChange
  /** Whether it is the step one stands at. */
  now: boolean
  edit: () => void
  onward: () => void
}) {
  const difference = useQuery(breakGlassQueries.difference(session.id, change.id, change.revision))
  if (!difference.data)
    return difference.isError ? (
      <ErrorState error={difference.error} what="the difference" retry={() => void difference.refetch()}>
        {now ? <Button onClick={edit}>Back to the edit</Button> : null}
      </ErrorState>
    ) : (
      <Skeleton rows={3} label="Comparing with the live object" />
    )
  const { fields, undoers, warnings, patch, kubectl } = difference.data
  const blocked = fields.some(({ immutable }) => immutable !== null)
  return (
    <>
      {change.action === 'delete' ? (
        <Banner tone="red">
          {change.name} is deleted from the cluster. Unless its manifest says otherwise, its controller then deletes it in the cloud as
          well, with the data in it.
        </Banner>
      ) : fields.length > 0 ? (
        <ChangedFields fields={fields} label={`Fields of ${change.name} that change`} />
      ) : (
        <p>Nothing differs from the live object.</p>
      )}
      {warnings.map((warning) => (
        <Banner key={warning} tone="amber">
          {warning}
        </Banner>
      ))}
      <Undoers session={session} change={change.id} undoers={undoers} />
      {patch.length > 0 ? (
        <FoldedCode title="The change as it is sent (JSON Patch, secrets hidden)" text={JSON.stringify(patch, null, 2)} />
      ) : null}
      <FoldedCode title="The dry run as a kubectl command" text={kubectl.dryRun} />
      {now ? (
        <div className={styles.go}>
          <Button look="primary" data-first disabled={fields.length === 0 && change.action !== 'delete'} onClick={onward}>
            Dry run
          </Button>
          {change.action === 'delete' ? null : <Button onClick={edit}>Back to the edit</Button>}
          <span className={styles.muted}>{blocked ? 'The cluster will refuse the fields that cannot change.' : <Keys />}</span>
        </div>
      ) : null}
    </>
  )
}

const Keys = () => (
  <>
    <kbd>Ctrl</kbd> <kbd>Enter</kbd>
  </>
)
