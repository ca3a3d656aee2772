/**
 * Acts outside the database, told before and after: the intent in a transaction of its own, then the act, then its outcome, which names the
 * intent. Without a recorded intent nothing is done. Whoever dies in between leaves an intent without outcome, which `openIntents` finds.
 */
import { database, translateDatabaseError } from '#lib/database/client.ts'
import { CorbelError, RateLimited, Unavailable } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'
import { type AuditReceipt, type AuditRecord, appendAudit } from './append-audit.ts'

/** What an act is, before it is known how it ends. */
export type IntendedAct = Omit<AuditRecord, 'outcome' | 'intent' | 'awaits'>

/** Writes down that something is about to be done. Throws Unavailable when it cannot: then it must not be done. */
export async function recordIntent(act: IntendedAct): Promise<AuditReceipt> {
  try {
    return await database().$transaction((transaction) => appendAudit(transaction, { ...act, outcome: 'intent', awaits: true }))
  } catch (error) {
    if (translateDatabaseError(error) === error) throw error
    throw new Unavailable('database', 'The audit log cannot be written, so nothing was done. Try again when the database is back.', {
      cause: error,
    })
  }
}

/** Writes down what became of an intent. */
export async function recordOutcome(
  act: IntendedAct,
  intent: Pick<AuditReceipt, 'id'>,
  outcome: 'succeeded' | 'denied' | 'failed' | 'unknown',
  details: JsonObject,
): Promise<AuditReceipt> {
  const { id: _, ...told } = act
  return database().$transaction((transaction) => appendAudit(transaction, { ...told, outcome, intent: intent.id, details }))
}

/**
 * Does something and tells of it. `tell` says what of the result is written down (redacted). An error is told as denied (403), failed (refused
 * for another reason) or unknown (nobody can say whether it was done), and thrown on. When the outcome cannot be written, the result is given
 * all the same: the act is done, and its intent stays open for everybody to see.
 */
export async function recordedAct<T>(
  act: IntendedAct,
  does: (intent: AuditReceipt) => Promise<T>,
  tell: (result: T) => JsonObject,
): Promise<T> {
  const intent = await recordIntent(act)
  let result: T
  try {
    result = await does(intent)
  } catch (error) {
    await tellLater(act, intent, outcomeOf(error), {
      message: error instanceof CorbelError ? error.message : 'A mistake in Corbel itself.',
    })
    throw error
  }
  await tellLater(act, intent, 'succeeded', tell(result))
  return result
}

async function tellLater(
  act: IntendedAct,
  intent: AuditReceipt,
  outcome: Parameters<typeof recordOutcome>[2],
  details: JsonObject,
): Promise<void> {
  try {
    await recordOutcome(act, intent, outcome, details)
  } catch (error) {
    log().error(
      { err: error, intent: intent.id, seq: Number(intent.seq) },
      'an outcome could not be written to the audit log; its intent stays open',
    )
  }
}

/** How an error of an act is told. Pure. */
export function outcomeOf(error: unknown): 'denied' | 'failed' | 'unknown' {
  if (!(error instanceof CorbelError)) return 'unknown'
  if (error.status === 403 || error.status === 401) return 'denied'
  return error instanceof Unavailable && !(error instanceof RateLimited) ? 'unknown' : 'failed'
}
