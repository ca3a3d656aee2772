'use client'

import type { Ref } from 'react'
import { Button } from '#components/ui/button.tsx'
import { TextArea, TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import type { Offer } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { requestProblems, type TypedRequest } from './kept-request.ts'
import { shortestReason } from './session-words.ts'

/** How long sessions usually are, in minutes: one key or click each. */
const usualLengths = [15, 30, 60, 120]

/** Step 1 before a session: why, for how long, and whether it is practice. `asked`: the person wanted to go on, so everything wrong is said. */
export function WhyForm({
  offer,
  deleting,
  typed,
  change,
  asked,
  busy,
  submit,
  submitRef,
}: {
  offer: Offer
  deleting: boolean
  typed: TypedRequest
  change: (part: Partial<TypedRequest>) => void
  asked: boolean
  busy: boolean
  submit: () => void
  submitRef: Ref<HTMLButtonElement>
}) {
  const problems = requestProblems(typed, { shortest: shortestReason, ticket: offer.ticket, most: offer.minutes.most })
  const written = Array.from(typed.reason.trim()).length
  const secondPerson = deleting || offer.tier === 'approval'
  const { example, required } = offer.ticket
  return (
    <form
      className={styles.fields}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {offer.blocked && !typed.drill ? (
        <Banner tone="amber">
          {offer.blocked}
          <label className={styles.check}>
            <input type="checkbox" checked={typed.incident} onChange={(event) => change({ incident: event.target.checked })} />
            <span>This is an incident: open all the same. The session is marked as one, and everybody who reads it sees that.</span>
          </label>
        </Banner>
      ) : null}
      <TextArea
        label="Why"
        required
        autoFocus={!typed.wanted}
        data-first
        rows={2}
        maxLength={1000}
        value={typed.reason}
        onChange={(reason) => change({ reason })}
        placeholder="What is wrong, and what you are going to change"
        help={
          <span className={styles.count} aria-live="polite">
            {written < shortestReason ? `${shortestReason - written} more characters.` : `${written} of 1000 characters.`} Your team, the
            reviewer and auditors read it.
          </span>
        }
        error={asked ? problems.reason : null}
      />
      <div className={styles.row}>
        <TextField
          label={required ? 'Ticket' : 'Ticket, if there is one'}
          required={required}
          mono
          maxLength={200}
          value={typed.ticket}
          onChange={(ticket) => change({ ticket })}
          {...(example ? { placeholder: example } : {})}
          error={asked || typed.ticket.length > 3 ? problems.ticket : null}
        />
        <TextField
          label="Minutes"
          required
          inputMode="numeric"
          list="break-glass-minutes"
          value={typed.minutes}
          onChange={(minutes) => change({ minutes })}
          help={`At most ${offer.minutes.most}. You can end it earlier.`}
          error={asked ? problems.minutes : null}
        />
        <datalist id="break-glass-minutes">
          {usualLengths
            .filter((minutes) => minutes <= offer.minutes.most)
            .map((minutes) => (
              <option key={minutes} value={minutes} />
            ))}
        </datalist>
      </div>
      <label className={styles.check}>
        <input type="checkbox" checked={typed.drill} onChange={(event) => change({ drill: event.target.checked })} />
        <span>
          Practice: go through everything up to the dry run. <span className={styles.muted}>Nothing is applied.</span>
        </span>
      </label>
      <div className={styles.go}>
        <Button
          ref={submitRef}
          type="submit"
          look="primary"
          icon="breakGlass"
          busy={busy}
          disabled={offer.blocked !== null && !typed.incident && !typed.drill}
        >
          {offer.stepUp
            ? 'Prove who you are, and go on'
            : secondPerson
              ? 'Ask for approval'
              : typed.drill
                ? 'Start practising'
                : deleting
                  ? 'Open break-glass to delete'
                  : 'Open break-glass'}
        </Button>
        <span className={styles.muted}>
          {offer.stepUp ? 'Your company account asks for you once more; you come back here, and nothing you typed is lost. ' : null}
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
      </div>
    </form>
  )
}
