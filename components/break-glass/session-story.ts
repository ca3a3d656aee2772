/** A session told as what happened, in order. Pure. */
import type { SessionDetail } from '#lib/break-glass/contract.ts'
import { plainName, undoesAnUndo } from './session-words.ts'

interface StoryEntry {
  at: string
  text: string
  /** In somebody's own words. */
  said: string | null
}

const ends = {
  ended: 'ended it',
  expired: 'The time was up, and it ended by itself',
  idle: 'Nothing was done for a while, and it ended by itself',
} as const

type Told = Pick<
  SessionDetail,
  | 'requestedBy'
  | 'requestedAt'
  | 'reason'
  | 'decidedBy'
  | 'decidedAt'
  | 'decisionNote'
  | 'state'
  | 'openedAt'
  | 'minutes'
  | 'drill'
  | 'changes'
  | 'endedAt'
  | 'endedBy'
  | 'endReason'
  | 'reviewedAt'
  | 'reviewedBy'
  | 'reviewNote'
  | 'closedAt'
>

/** What happened, the oldest first. */
export function sessionStory(session: Told): StoryEntry[] {
  const entries: StoryEntry[] = []
  const add = (at: string | null, text: string, said: string | null = null) => {
    if (at !== null) entries.push({ at, text, said: said?.trim() ? said : null })
  }
  const who = session.requestedBy.name
  const named = (username: string | null) => (username === session.requestedBy.username ? who : plainName(username ?? 'Somebody'))
  add(session.requestedAt, `${who} asked for ${session.drill ? 'a practice session' : 'it'}`, session.reason)
  add(session.decidedAt, `${named(session.decidedBy)} ${session.state === 'refused' ? 'refused' : 'agreed'}`, session.decisionNote)
  add(session.openedAt, `${who} opened it for ${session.minutes} minutes`)
  for (const change of session.changes) {
    const what = change.action === 'delete' ? `deleted ${change.name}` : `changed ${change.name}`
    if (change.dryRunAt)
      add(change.dryRunAt, `The API server ${change.dryRun?.accepted ? 'accepted' : 'refused'} a dry run for ${change.name}`)
    add(
      change.appliedAt,
      change.undoOf !== null
        ? undoesAnUndo(change, session.changes)
          ? `${who} undid the undo of ${change.name}`
          : `${who} put ${change.name} back as it was`
        : change.state === 'unknown'
          ? `${who} sent a change of ${change.name}; its outcome is not known yet`
          : `${who} ${what}`,
    )
  }
  if (session.endReason)
    add(session.endedAt, session.endReason === 'ended' ? `${named(session.endedBy)} ${ends.ended}` : ends[session.endReason])
  add(session.reviewedAt, `${named(session.reviewedBy)} signed the review`, session.reviewNote)
  if (session.closedAt && session.closedAt !== session.reviewedAt) add(session.closedAt, 'It was closed')
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
