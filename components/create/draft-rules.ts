/** Decisions about drafts, apart from timers and requests. See draft-keeper.ts for the protocol. */
import type { ProblemCode } from '#components/data/api-problem.ts'
import type { Draft } from '#lib/proposals/contract.ts'

/** What a tab keeps of its own while the server does not have it. */
export interface KeptText {
  text: string
  /** The server's revision it is based on; null: there was none. */
  revision: number | null
  baseBlob: string | null
  /** What was on its way to the server when the tab kept this: it may have arrived since. */
  sent?: string | undefined
}

export type Opening =
  /** Nothing was typed before. */
  | { from: 'start' }
  | { from: 'server'; text: string; baseBlob: string | null }
  /** The server did not have this tab's last words; they are newer than its draft. */
  | { from: 'tab'; text: string; baseBlob: string | null; sent?: string | undefined }
  /** Both have a text of their own: the person chooses. */
  | { from: 'conflict'; mine: KeptText; other: Draft }

/** Which text an editor opens with. */
export function openDraft(start: string, server: Draft | null, kept: KeptText | null): Opening {
  const mine = kept && kept.text !== start ? kept : null
  if (!server) return mine ? { from: 'tab', text: mine.text, baseBlob: mine.baseBlob, sent: mine.sent } : { from: 'start' }
  if (!mine || mine.text === server.content.text)
    return { from: 'server', text: server.content.text, baseBlob: server.content.baseBlob ?? null }
  // a save of this tab that the page did not live to see answered is no other tab
  if (mine.revision === server.revision || mine.sent === server.content.text)
    return { from: 'tab', text: mine.text, baseBlob: mine.baseBlob, sent: mine.sent }
  return { from: 'conflict', mine, other: server }
}

export type Keeping =
  /** Nothing typed that is not on the server. `at` is when it was saved last, in milliseconds. */
  | { state: 'kept'; at: number | null }
  | { state: 'typing' }
  | { state: 'saving' }
  /** The server does not answer; the text is in this tab and is sent when it does. */
  | { state: 'offline'; message: string }
  | { state: 'signed-out' }
  /** Another tab saved (or sent or discarded: `other` null) since. */
  | { state: 'conflict'; other: Draft | null }
  /** The server will not keep this text; says why. */
  | { state: 'refused'; message: string }

/** What a failed save means. */
export function afterFailedSave(code: ProblemCode, message: string, other: Draft | null): Keeping {
  switch (code) {
    case 'unauthenticated':
      return { state: 'signed-out' }
    case 'conflict':
      return { state: 'conflict', other }
    case 'invalid':
    case 'too-large':
    case 'forbidden':
    case 'not-found':
      return { state: 'refused', message }
    case 'rate-limited':
    case 'unavailable':
    case 'unreachable':
    case 'internal':
      return { state: 'offline', message }
    default:
      return code satisfies never
  }
}

/** After how many milliseconds to try again by itself; undefined: only after the next key or a choice. */
export function trySavingAgain(keeping: Keeping): number | undefined {
  if (keeping.state === 'offline') return 5000
  return keeping.state === 'signed-out' ? 10_000 : undefined
}

/** Reads what a tab kept; null for what is not ours. */
export function readKept(stored: string | null): KeptText | null {
  if (stored === null) return null
  try {
    const value: unknown = JSON.parse(stored)
    if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') return null
    const revision = 'revision' in value && typeof value.revision === 'number' ? value.revision : null
    const baseBlob = 'baseBlob' in value && typeof value.baseBlob === 'string' ? value.baseBlob : null
    return { text: value.text, revision, baseBlob, ...('sent' in value && typeof value.sent === 'string' ? { sent: value.sent } : {}) }
  } catch {
    return null
  }
}
