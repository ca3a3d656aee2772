/** Applying a change after its dry run: the name typed, the hash seen. */
import { Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { changeOf } from './change-life.ts'
import { type ApplyOptions, sendJudged } from './change-send.ts'
import { describeChange } from './change-view.ts'
import type { ChangeApply, SessionChange } from './contract.ts'
import { requireOpen } from './session-life.ts'

/**
 * Sends a judged change. `name` is the object's name as the person typed it, `hash` that of the bytes they saw.
 * @throws Conflict (other bytes, moved on, session over, drill), Invalid (name), Forbidden, Unauthenticated, Unavailable: then nothing was
 * sent. What the cluster answers is no error: the change says it.
 */
export async function applyChange(
  sessionId: string,
  id: string,
  { name, hash }: ChangeApply,
  actor: Actor,
  requestId: string,
  options: ApplyOptions = {},
): Promise<SessionChange> {
  const session = await requireOpen(sessionId, actor)
  await options.afterStep?.('session asked')
  const change = await changeOf(sessionId, id)
  checkName(change, name)
  await sendJudged({ session, change, hash, actor, requestId, action: change.undoOf ? 'break-glass.undo' : 'break-glass.apply' }, options)
  return describeChange(session, id)
}

/** Throws Invalid unless the name was typed exactly. */
export function checkName(change: { name: string }, typed: string): void {
  if (typed === change.name) return
  throw new Invalid(`Type ${change.name} to say that you mean this resource.`, [{ path: ['name'], message: `This is not ${change.name}.` }])
}
