/**
 * The annotation `corbel.dev/paused` on a live object: `corbel apply` leaves the object alone until the time it names, so that an emergency
 * change is not undone by the next merge. Readable by people and by the command:
 *
 *   until=2026-11-23T18:00:00.000Z session=0192f0c1-… owner=oidc:alice@acme.test reason=The bucket is full.
 *
 * A pause always ends: one without a readable end, or with an end farther away than anybody may pause, holds nothing back.
 */
import { type JsonObject, textAt } from '#lib/json.ts'

export const pausedAnnotation = 'corbel.dev/paused'

/** The longest pause, in milliseconds: a week. */
export const longestPauseMs = 7 * 24 * 60 * 60 * 1000

export interface ApplyPause {
  /** RFC 3339. */
  until: string
  /** The break-glass session it belongs to. */
  session: string
  /** Username. */
  owner: string
  reason: string
}

const longestReason = 500
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
const word = (text: string): string => text.replace(control, '').replace(/\s+/g, '_')

/** The annotation's value: one line. */
export function pauseValue({ until, session, owner, reason }: ApplyPause): string {
  const told = reason.replace(control, ' ').replace(/\s+/g, ' ').trim()
  return `until=${word(until)} session=${word(session)} owner=${word(owner)} reason=${told.slice(0, longestReason)}`
}

/** What an annotation's value says, or undefined where it is none of ours. */
export function readPause(value: string): ApplyPause | undefined {
  const match = /^until=(\S+) session=([0-9a-f-]{36}) owner=(\S+) reason=([\s\S]*)$/.exec(value)
  const [, until, session, owner, reason] = match ?? []
  if (!until || !session || !owner || reason === undefined || Number.isNaN(Date.parse(until))) return undefined
  return { until, session, owner, reason: reason.replace(control, ' ').trim() }
}

/** Whether a live object carries the annotation, and the pause where one holds at this moment. */
export function pauseOf(live: JsonObject | undefined, nowMs: number): { annotated: boolean; pause: ApplyPause | undefined } {
  const value = textAt(live, 'metadata', 'annotations', pausedAnnotation)
  if (value === undefined) return { annotated: false, pause: undefined }
  const pause = readPause(value)
  const leftMs = pause ? Date.parse(pause.until) - nowMs : 0
  return { annotated: true, pause: leftMs > 0 && leftMs <= longestPauseMs ? pause : undefined }
}

/** Who holds an object back, why and until when, as a sentence. */
export const pausedBecause = ({ until, session, owner, reason }: ApplyPause): string =>
  `${owner} has paused it until ${until} for break-glass session ${session}${reason ? ` (${reason})` : ''}: it was left as it is.`
