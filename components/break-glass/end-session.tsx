'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { TextArea } from '#components/ui/inputs.tsx'
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { isMade, isOpen } from './session-words.ts'
import { useAct } from './use-act.ts'

/** The button that ends a session, or gives up one that is not open yet; it asks first. */
export function EndSession({ session, small }: { session: SessionDetail; small?: boolean }) {
  const [ending, setEnding] = useState(false)
  return (
    <>
      <Button {...(small ? { size: 'small' } : {})} onClick={() => setEnding(true)}>
        {isOpen(session.state) ? 'End session' : 'Give up'}
      </Button>
      {ending ? <EndDialog session={session} onClose={() => setEnding(false)} /> : null}
    </>
  )
}

function EndDialog({ session, onClose }: { session: SessionDetail; onClose: () => void }) {
  const [note, setNote] = useState('')
  const { busy, problem, act } = useAct()
  const end = async () => {
    if (await act<SessionDetail>('end', breakGlassApi.act(session.id, 'end'), { note: note.trim() })) onClose()
  }
  const applied = session.changes.some(({ remaining, state }) => remaining || state === 'unknown')
  return (
    <Dialog
      open
      onClose={onClose}
      title={isOpen(session.state) ? 'End this session?' : 'Give this session up?'}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" busy={busy !== null} onClick={() => void end()}>
            {isOpen(session.state) ? 'End session' : 'Give up'}
          </Button>
        </>
      }
    >
      <div className={styles.fields}>
        <p>
          {isOpen(session.state)
            ? `From then on the cluster refuses every change in ${session.namespace} by this session. ${
                applied
                  ? 'What was applied stays, and is to be brought back to Git.'
                  : session.changes.some(isMade)
                    ? 'What was applied was put back.'
                    : 'Nothing was applied.'
              }`
            : 'Nothing was opened, and nothing changes.'}
        </p>
        <TextArea label="Note, if you like" rows={2} maxLength={1000} value={note} onChange={setNote} />
        <ActProblem problem={problem} />
      </div>
    </Dialog>
  )
}
