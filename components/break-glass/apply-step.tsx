'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { kindOf, shortenMiddle } from '#components/ui/format.ts'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import type { SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { FoldedCode } from './difference-step.tsx'
import { pausable, undoing } from './pause-words.ts'
import { useAct } from './use-act.ts'

/** Step 6: the name typed, the red button, and the same as a kubectl command. */
export function ApplyStep({ session, change, edit }: { session: SessionDetail; change: SessionChange; edit: () => void }) {
  const [name, setName] = useState('')
  const { busy, problem, act } = useAct()
  const difference = useQuery(breakGlassQueries.difference(session.id, change.id, change.revision))
  const against = undoing(difference.data?.undoers ?? [], session.pauses)
  const verb = change.action === 'delete' ? 'Delete' : 'Apply to'
  if (session.drill)
    return (
      <>
        <p>
          This is practice, and it ends here: nothing is applied. In a real session you would type <strong>{change.name}</strong> now and
          press a red button.
        </p>
        {difference.data ? <FoldedCode title="The same as a kubectl command" text={difference.data.kubectl.apply} /> : null}
        <p className={styles.muted}>End the session when you are done; it is kept in the list, marked as practice.</p>
        {change.action === 'delete' ? null : (
          <div className={styles.go}>
            <Button onClick={edit}>Back to the edit</Button>
          </div>
        )}
      </>
    )
  if (change.state === 'applying')
    return (
      <p role="status" className={styles.muted}>
        Sent to the cluster; waiting for its answer…
      </p>
    )
  const right = name === change.name
  const apply = () => {
    if (right && !busy && change.patchHash !== null)
      void act<SessionChange>('apply', breakGlassApi.changeAct(session.id, change.id, 'apply'), { name, hash: change.patchHash })
  }
  return (
    <>
      {against.length > 0 ? (
        <Banner tone="amber">
          {[...new Set(against.map(({ message }) => message))].join(' ')}{' '}
          {against.some((undoer) => pausable(undoer) !== null)
            ? 'If the change must last until your pull request is merged, pause it: now at “Difference” above, or after applying at “Hand back”.'
            : 'It cannot be paused from here, so bring the change to Git before that.'}
        </Banner>
      ) : null}
      <p>
        {change.action === 'delete' ? 'This deletes' : 'This changes'} the live {kindOf(change.kind)} in {session.namespace} at once. Type
        its name to go on: <code className={styles.copied}>{change.name}</code> <CopyButton text={change.name} label="Copy the name" />
      </p>
      <form
        className={styles.apply}
        onSubmit={(event) => {
          event.preventDefault()
          apply()
        }}
      >
        <TextField label="Name of the resource" data-first mono value={name} onChange={setName} maxLength={300} />
        <Button type="submit" look="danger" busy={busy !== null} disabled={!right} title={change.name}>
          {verb} {shortenMiddle(change.name, 40)}
        </Button>
      </form>
      <ActProblem problem={problem} />
      {difference.data ? <FoldedCode title="The same as a kubectl command" text={difference.data.kubectl.apply} /> : null}
      {change.action === 'delete' ? null : (
        <div className={styles.go}>
          <Button size="small" look="quiet" onClick={edit}>
            Back to the edit
          </Button>
        </div>
      )}
    </>
  )
}
