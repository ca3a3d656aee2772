/** States of sessions and changes in words, and which of the seven steps a session stands at. Pure. */
import type { StateLook } from '#components/ui/states.ts'
import type { BreakGlassSession, ChangeState, SessionChange, SessionDetail, SessionState } from '#lib/break-glass/contract.ts'

const sessionLooks: Readonly<Record<SessionState, StateLook>> = {
  requested: { tone: 'amber', word: 'Waits for approval', icon: 'progressing' },
  approved: { tone: 'violet', word: 'Approved, not open yet', icon: 'breakGlass' },
  open: { tone: 'violet', word: 'Open', icon: 'breakGlass' },
  applying: { tone: 'violet', word: 'Applying', icon: 'progressing' },
  'handing-back': { tone: 'amber', word: 'To hand back', icon: 'import' },
  review: { tone: 'amber', word: 'Waits for review', icon: 'person' },
  closed: { tone: 'green', word: 'Closed', icon: 'ready' },
  expired: { tone: 'grey', word: 'Ran out, nothing to hand back', icon: 'close' },
  ended: { tone: 'grey', word: 'Ended, nothing to hand back', icon: 'close' },
  refused: { tone: 'grey', word: 'Refused', icon: 'failed' },
}

/** How many characters a reason or a review has at least; the server asks for as many (session-words.test.ts). */
export const shortestReason = 12

/** Where there is no room for a sentence: nobody has opened it yet where nobody needs to agree. */
export const sessionLook = ({ state, tier }: Pick<BreakGlassSession, 'state' | 'tier'>): StateLook =>
  state === 'requested' && tier === 'ordinary' ? { ...sessionLooks.approved, word: 'Not open yet' } : sessionLooks[state]

export const changeLooks: Readonly<Record<ChangeState, StateLook>> = {
  editing: { tone: 'grey', word: 'Being edited', icon: 'edit' },
  judged: { tone: 'blue', word: 'Dry run accepted', icon: 'check' },
  applying: { tone: 'amber', word: 'Applying', icon: 'progressing' },
  applied: { tone: 'violet', word: 'Applied', icon: 'check' },
  failed: { tone: 'red', word: 'Not applied', icon: 'failed' },
  unknown: { tone: 'amber', word: 'Outcome unknown', icon: 'unknown' },
  undone: { tone: 'grey', word: 'Undone', icon: 'left' },
}

const over: readonly SessionState[] = ['closed', 'expired', 'ended', 'refused']

/** Whether nothing can happen in it any more. */
export const isOver = (state: SessionState): boolean => over.includes(state)

/** Whether changes can be made in it, as far as its state says. */
export const isOpen = (state: SessionState): boolean => state === 'open' || state === 'applying'

/** Whether it waits to be opened, by a second person or by its requester. */
export const isBefore = (state: SessionState): boolean => state === 'requested' || state === 'approved'

/** What the cluster holds, or may hold, because of a change; and an undo that did not work, which leaves it there. */
export const isWritten = ({ state, undoOf }: Pick<SessionChange, 'state' | 'undoOf'>): boolean =>
  state === 'applied' || state === 'unknown' || state === 'applying' || state === 'undone' || (undoOf !== null && state === 'failed')

/** What the cluster took, whether or not it was put back since. */
export const isMade = ({ state }: Pick<SessionChange, 'state'>): boolean => state === 'applied' || state === 'undone'

/** What was sent to the cluster. Of an edit that failed one knows that nobody works on it any more only once its session is over. */
export const sentChanges = ({ state, changes }: Pick<SessionDetail, 'state' | 'changes'>): SessionChange[] =>
  changes.filter((change) => isWritten(change) || (change.state === 'failed' && !isOpen(state)))

/** Whether there is anything to bring to its end: what was sent, a controller that is or was held back, a review. */
export const hasChecklist = (session: Pick<SessionDetail, 'state' | 'changes' | 'pauses'>): boolean =>
  needsReview(session.state) || session.state === 'closed' || session.pauses.length > 0 || sentChanges(session).length > 0

/** Whether it is over and waits for what was changed, or for its signature. */
export const needsReview = (state: SessionState): boolean => state === 'handing-back' || state === 'review'

/** Whether it makes a change anew that was put back. `all`: the changes of its session. */
export const undoesAnUndo = ({ undoOf }: Pick<SessionChange, 'undoOf'>, all: readonly Pick<SessionChange, 'id' | 'undoOf'>[]): boolean =>
  all.some(({ id, undoOf: further }) => id === undoOf && further !== null)

/** A change by what it did. `all`: the changes of its session; what it undoes may stand in an earlier one. */
export function changeTitle(change: SessionChange, all: readonly SessionChange[]): string {
  const { name, action, undoOf } = change
  if (action === 'delete') return `Deletion of ${name}`
  if (undoOf === null) return `Change of ${name}`
  return undoesAnUndo(change, all) ? `Undo of the undo of ${name}` : `Undo of ${name}`
}

/** The change somebody works on now: the one they chose, else the newest, unless it is in the cluster already. An undo has nothing to work on. */
export function changeAtWork(changes: readonly SessionChange[], chosen: string | null = null): SessionChange | undefined {
  const open = changes.filter(({ state, undoOf }) => undoOf === null && (state === 'editing' || state === 'judged' || state === 'failed'))
  const newest = changes.findLast(({ undoOf }) => undoOf === null)
  return open.find(({ id }) => id === chosen) ?? (newest && open.includes(newest) ? newest : undefined)
}

export const stepTitles = ['Why', 'Who acts', 'Edit', 'Difference', 'Dry run', 'Apply', 'Hand back'] as const

/** The step a session stands at, counted from 0. `looking`: the difference of what is typed has been asked for. */
export function stepAt(session: Pick<SessionDetail, 'state' | 'changes'>, looking: boolean, chosen: string | null = null): number {
  if (isBefore(session.state) || session.state === 'refused') return 1
  const work = changeAtWork(session.changes, chosen)
  if (isOpen(session.state) && work) {
    if (work.state === 'judged') return 5
    return looking ? 3 : 2
  }
  if (isOpen(session.state) && session.changes.length === 0) return 2
  if (session.changes.some((change) => change.state === 'applying')) return 5
  return 6
}

/** "12:05", "1:02:05"; never below zero. `milliseconds` left. */
export function countdownText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`
}

/** Milliseconds until `at` by the server's clock: `now` is what it said when the answer came, `receivedAt` this machine's time then. */
export const timeLeft = (at: string, now: string, receivedAt: number, here: number): number =>
  Date.parse(at) - Date.parse(now) - (here - receivedAt)

/** Whether somebody should have signed by now, by the server's clock. */
export const isOverdue = ({ state, reviewDueAt, now }: Pick<BreakGlassSession, 'state' | 'reviewDueAt' | 'now'>): boolean =>
  needsReview(state) && reviewDueAt !== null && Date.parse(reviewDueAt) < Date.parse(now)

/** Which time ends the session first, and whether it is for want of activity. */
export function nextEnd({ expiresAt, idleAt }: Pick<BreakGlassSession, 'expiresAt' | 'idleAt'>): { at: string; idle: boolean } | null {
  if (expiresAt === null) return null
  return idleAt !== null && Date.parse(idleAt) < Date.parse(expiresAt) ? { at: idleAt, idle: true } : { at: expiresAt, idle: false }
}

/** "alice@acme.test" for `oidc:alice@acme.test`; what has no prefix stays. */
export const plainName = (username: string): string => username.replace(/^[\w.-]+:/, '')
