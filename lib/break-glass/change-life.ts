/**
 * A change: one edit or deletion of one resource within a session. Who moves it from state to state:
 *
 *   editing ──(dry run accepted)──► judged ──(name typed, same bytes)──► applying ──(yes)──► applied ──(an undo was applied)──► undone
 *      ▲                              │                                     ├──────(no)────► failed
 *      ├───────── (edited) ───────────┘                                     └─(no answer)──► unknown ──(read again)──► applied or failed
 *      └───────── (edited after a failure) ── failed
 *
 *   editing → judged      change-dry-run.ts: the API server accepted exactly the bytes whose hash stands in `patchHash`.
 *   judged → editing      change-editor.ts: other text was saved; or a dry run was refused. The hash is void.
 *   judged → applying     change-send.ts, in one transaction with the session's `applying` and the intent in the audit chain. Nothing is
 *                         sent before that transaction has committed; of twenty who try at once one commits.
 *   applying → applied    change-send.ts, when the API server said yes; written down by change-ending.ts, in one transaction with the outcome in
 *                         the chain and the end of the session's `applying`.
 *            → failed     the same, when the API server refused; nothing was written.
 *            → unknown    change-send.ts: the connection broke after sending, or the portal's own failure: nobody knows. Never sent again.
 *   applying, unknown → applied, failed     change-settle.ts, by the cluster's audit log or the object as it is: at once, and by the worker for a
 *                         portal that died; written down by change-ending.ts.
 *   applied → undone      change-ending.ts, in the transaction in which the undoing change (change-undo.ts) becomes applied.
 *
 * A process that dies leaves `applying` with its intent, and the worker settles it. So the row, the session, the chain and the cluster agree
 * again after at most `answerSeconds` and a few more.
 */
import type { BreakGlassChange, Prisma } from '#db/client.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, NotFound } from '#lib/errors.ts'
import { ChangeState } from './contract.ts'

/**
 * After this many seconds no write that was sent can still be on its way: the API server gives a request up after 60 s (its flag
 * --request-timeout), the portal after 20. Only then does "it is not there" mean "it was not done".
 */
export const answerSeconds = 75

/** States in which a change may be edited. */
export const editableStates: ChangeState[] = ['editing', 'judged', 'failed']

export const changeStateOf = (row: { state: string }): ChangeState => ChangeState.parse(row.state)

/** Moves a change that still is as it was seen. Throws Conflict with a sentence when it is not. */
export async function moveChange(
  transaction: Transaction,
  id: string,
  from: { states: ChangeState[]; revision?: number; patchHash?: string },
  data: Prisma.BreakGlassChangeUpdateManyMutationInput & { state: ChangeState },
): Promise<void> {
  const { states, ...same } = from
  const { count } = await transaction.breakGlassChange.updateMany({ where: { id, state: { in: states }, ...same }, data })
  if (count === 0)
    throw new Conflict(
      'This change was moved on by another tab or person meanwhile, so nothing was done. Load the page again to see where it stands.',
    )
}

/** A change of a session. Throws NotFound; that of another session too, so that an address proves nothing. */
export async function changeOf(sessionId: string, id: string): Promise<BreakGlassChange> {
  const row = await database().breakGlassChange.findUnique({ where: { id } })
  if (row?.sessionId === sessionId) return row
  throw new NotFound('There is no such change in this session. Go back to the session to see its changes.')
}

/** Now, by the database's clock. */
export async function databaseNow(transaction: Transaction): Promise<Date> {
  const [row] = await transaction.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS "now"`
  if (!row) throw new Error('the database did not tell the time')
  return row.now
}
