'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { counted, fieldPath, shortenMiddle } from '#components/ui/format.ts'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import type { SessionChange } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { useAct } from './use-act.ts'

/**
 * Takes a change back with the same guards; its name is asked for as when it was applied. `session` is an open one of the
 * person in the change's project: its own, or a later one.
 */
export function UndoChange({ session, change }: { session: string; change: SessionChange }) {
  const [asking, setAsking] = useState(false)
  const [name, setName] = useState('')
  const [refused, setRefused] = useState<SessionChange | null>(null)
  const { busy, problem, act, clear } = useAct()
  const undo = async () => {
    if (name !== change.name || busy) return
    setRefused(null)
    const made = await act<SessionChange>('undo', breakGlassApi.changeAct(session, change.id, 'undo'), { name })
    if (!made) return
    if (made.state === 'editing' || made.state === 'failed') setRefused(made)
    else setAsking(false)
  }
  return (
    <div className={styles.go}>
      <Button
        size="small"
        icon="left"
        onClick={() => {
          clear()
          setRefused(null)
          setName('')
          setAsking(true)
        }}
      >
        Undo
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Undo the change of ${shortenMiddle(change.name, 40)}?`}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Leave it</Button>
            <Button look="danger" busy={busy !== null} disabled={name !== change.name} onClick={() => void undo()}>
              Undo
            </Button>
          </>
        }
      >
        <form
          className={styles.fields}
          onSubmit={(event) => {
            event.preventDefault()
            void undo()
          }}
        >
          <p>
            The {counted(change.fields.length, 'field')} {change.fields.length === 1 ? 'gets the value' : 'get the values'} from before, at
            once. It is refused if somebody has changed {change.fields.length === 1 ? 'it' : 'them'} since. Type{' '}
            <code className={styles.copied}>{change.name}</code> to go on.
          </p>
          <TextField label="Name of the resource" data-first mono value={name} onChange={setName} maxLength={300} />
          <ActProblem problem={problem} />
          {refused ? <Refused change={refused} /> : null}
        </form>
      </Dialog>
    </div>
  )
}

/** An undo that was not made: the dry run said no, so nothing was sent, or the cluster did. */
function Refused({ change: { dryRun, problem } }: { change: SessionChange }) {
  return (
    <Banner tone="red">
      It was not undone. {problem ?? dryRun?.unavailable ?? dryRun?.message ?? 'The API server gave no reason.'}
      {dryRun && dryRun.fields.length > 0 ? (
        <ul>
          {dryRun.fields.map(({ path, message }) => (
            <li key={`${JSON.stringify(path)}${message}`}>
              <code>{fieldPath(path)}</code> {message}
            </li>
          ))}
        </ul>
      ) : null}
    </Banner>
  )
}
