'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { TextArea } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { Task } from './checklist-task.tsx'
import { plainName, shortestReason } from './session-words.ts'
import { useAct } from './use-act.ts'

const missingIn = (text: string): number => shortestReason - Array.from(text.trim()).length

/** The last line of the checklist: another person reads what happened and signs. */
export function ReviewTask({ session, mine }: { session: SessionDetail; mine: boolean }) {
  const [note, setNote] = useState('')
  const [statement, setStatement] = useState('')
  const [sure, setSure] = useState(false)
  const { busy, problem, act } = useAct()
  if (session.reviewedAt)
    return (
      <Task title="Reviewed" state="done">
        <p>
          {plainName(session.reviewedBy ?? 'Somebody')} signed <RelativeTime at={session.reviewedAt} />: {session.reviewNote}
        </p>
      </Task>
    )
  const missing = missingIn(note)
  const notCompared = [...new Set(session.changes.flatMap(({ residue }) => residue?.notCompared ?? []))]
  const unstated = notCompared.length > 0 ? missingIn(statement) : 0
  const due = session.reviewDueAt ? (
    <>
      {' '}
      Due <RelativeTime at={session.reviewDueAt} />.
    </>
  ) : null
  if (!session.abilities.review)
    return (
      <Task title="Review by another person" state="ahead">
        <p>
          {session.abilities.reviewRefused ??
            (mine
              ? 'Somebody else who may read the project signs it once nothing is left over.'
              : 'It can be signed once nothing is left over.')}
          {due}
        </p>
      </Task>
    )
  return (
    <Task title="Review by another person: you" state="now">
      <p>Read why it was opened, what was changed and what became of it. Your signature closes the session.{due}</p>
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault()
          if (sure && missing <= 0 && unstated <= 0)
            void act<SessionDetail>('review', breakGlassApi.act(session.id, 'review'), {
              note: note.trim(),
              ...(notCompared.length > 0 ? { statement: statement.trim() } : {}),
            })
        }}
      >
        <TextArea
          label="What you found"
          required
          rows={3}
          maxLength={4000}
          value={note}
          onChange={setNote}
          placeholder="Was it needed? Was it the smallest change? What should be done so that it is not needed again?"
          help={missing > 0 ? `${missing} more characters.` : null}
        />
        {notCompared.length > 0 ? (
          <>
            {notCompared.map((sentence) => (
              <Banner key={sentence} tone="amber">
                {sentence}
              </Banner>
            ))}
            <TextArea
              label="What Git says"
              required
              rows={2}
              maxLength={4000}
              value={statement}
              onChange={setStatement}
              placeholder="Where you looked, and that the change stands there."
              help={unstated > 0 ? `${unstated} more characters.` : null}
            />
          </>
        ) : null}
        <label className={styles.check}>
          <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
          <span>I have read it all, and I sign this review with my name.</span>
        </label>
        <div className={styles.go}>
          <Button type="submit" look="primary" busy={busy !== null} disabled={!sure || missing > 0 || unstated > 0}>
            Sign the review
          </Button>
        </div>
        <ActProblem problem={problem} />
      </form>
    </Task>
  )
}
