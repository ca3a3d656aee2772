/** Undoing: the way back of an applied change, judged and sent as a change of its own, with the same guards. */

import type { z } from 'zod'
import type { BreakGlassChange } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { checkName } from './change-apply.ts'
import { judgeMade } from './change-dry-run.ts'
import { addChange, holdSession, requireTier } from './change-editor.ts'
import { changeOf, editableStates } from './change-life.ts'
import { appliedIn, remakeUndo } from './change-remake.ts'
import { type ApplyOptions, sendJudged } from './change-send.ts'
import { readLive, refOfTarget } from './change-target.ts'
import { describeChange } from './change-view.ts'
import type { ChangeUndo, SessionChange } from './contract.ts'
import { requireOpen } from './session-life.ts'

/**
 * Takes an applied change back. `sessionId` is an open session of the person in the same project: the change's own, or a later one where that
 * is over. Gives the new change: applied, or not sent because its dry run was refused.
 * @throws Conflict (undone already, a deletion, changed by others since, session not open), Invalid (name), Forbidden, NotFound, RateLimited
 */
export async function undoChange(
  sessionId: string,
  id: string,
  { name }: z.infer<typeof ChangeUndo>,
  actor: Actor,
  requestId: string,
  options: ApplyOptions = {},
): Promise<SessionChange> {
  const session = await requireOpen(sessionId, actor)
  const applied = await appliedIn(session, id)
  checkName(applied, name)
  requireTier(session, applied.kind, 'edit')
  const ref = await refOfTarget({ ...session, kind: applied.kind, name: applied.name })
  const live = await readLive(session.cluster, ref, actor)
  const made = await remakeUndo(session, id, live)
  const undoId = await database().$transaction(async (transaction) => {
    await holdSession(transaction, sessionId)
    const going = await transaction.breakGlassChange.findFirst({
      where: { sessionId, undoOf: id, state: { in: editableStates } },
      select: { id: true },
    })
    const { kind } = applied
    return going?.id ?? (await addChange(transaction, { sessionId, kind, name, action: 'edit', undoOf: id }, live))
  })
  await options.afterStep?.('undo made')
  const change: BreakGlassChange = await changeOf(sessionId, undoId)
  const accepted = await judgeMade({ session, change, made, ref, actor, requestId })
  await options.afterStep?.('undo judged')
  if (accepted) {
    const judged = await changeOf(sessionId, undoId)
    await sendJudged({ session, change: judged, hash: judged.patchHash ?? '', actor, requestId, action: 'break-glass.undo' }, options)
  }
  return describeChange(session, undoId)
}
