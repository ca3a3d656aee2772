/**
 * Sending a judged change: exactly the bytes that the dry run accepted, once.
 *
 *   1. everything that can fail for other reasons: the hash, the person's token
 *   2. one transaction: session and change `applying`, the intent in the audit chain. Nothing is sent before it has committed.
 *   3. the call; for a deletion two: the patch that marks the object for the gate, then the DELETE of that very object
 *   4. one transaction: what became of it, the end of `applying`, the outcome in the chain
 *
 * Whoever dies after 2 leaves an intent that says everything that may have been sent; change-settle.ts finds out whether it was.
 */
import { randomUUID } from 'node:crypto'
import type { BreakGlassChange } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { outcomeOf } from '#lib/audit/recorded-act.ts'
import { type BreakGlassAnswer, type BreakGlassCalls, OutcomeUnknown } from '#lib/cluster/break-glass-calls.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database, isDatabaseUnreachable } from '#lib/database/client.ts'
import { Conflict, CorbelError, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { log } from '#lib/telemetry/log.ts'
import { type AfterStep, type EndedWrite, problemOf, type SentChange, targetOf, writeEnding } from './change-ending.ts'
import { changeStateOf, moveChange } from './change-life.ts'
import { redactedPatch } from './change-patch.ts'
import { settleChange, settleSoon } from './change-settle.ts'
import { refOfTarget, type TargetRef } from './change-target.ts'
import { beginApplying } from './session-life.ts'
import type { StoredSession } from './session-row.ts'
import { bindingHash, openChange, type StoredChange } from './stored-change.ts'

export interface ApplyOptions {
  afterStep?: AfterStep
}

export interface Sending {
  session: StoredSession
  change: BreakGlassChange
  /** Of the bytes the person saw. */
  hash: string
  actor: Actor
  requestId: string
  action: 'break-glass.apply' | 'break-glass.undo'
}

/** Steps 1 to 4 for a change that was judged. Throws before anything is sent; afterwards the row tells. */
export async function sendJudged(sending: Sending, options: ApplyOptions): Promise<void> {
  const { session, change, hash, actor, requestId } = sending
  const afterStep: AfterStep = options.afterStep ?? (() => {})
  const stored = openChange(change)
  if (changeStateOf(change) !== 'judged') throw new Conflict(unjudged(change))
  if (stored.bytes === null || bindingHash(stored.bytes) !== change.patchHash || hash !== change.patchHash)
    throw new Conflict(
      'These are not the bytes that the dry run judged, so nothing was sent. Load the page again, look at the difference and run the dry run again.',
    )
  const ref = await refOfTarget({ ...session, kind: change.kind, name: change.name })
  await afterStep('change opened')
  const token = await clusterToken(actor)
  const calls = clusterNamed(session.cluster).asBreakGlass({ token, namespace: session.namespace, session: session.id, requestId })
  await afterStep('token there')

  const auditId = randomUUID()
  const markId = change.action === 'delete' ? randomUUID() : undefined
  const intent = await begin({ ...sending, stored, auditId, markId }, afterStep)
  await afterStep('intent committed')

  const write: Write = { calls, ref, bytes: stored.bytes, uid: stored.uid, auditId, markId }
  const ending = await attempt(write, afterStep)
  await afterStep('answered')
  await finish({ ...sending, change: { ...change, auditId }, actor: actor.username, stored, intent }, ending, afterStep)
  if (ending.state === 'unknown') await settleOrLater(change.id, actor)
}

/** The person waits for the page: what can be told now is told, the rest is the worker's. */
async function settleOrLater(id: string, actor: Actor): Promise<void> {
  try {
    if (await settleChange(id, actor)) return
  } catch (error) {
    log().debug({ err: error, change: id }, 'a change could not be settled at once')
  }
  await settleSoon().catch((error: unknown) => log().warn({ err: error, change: id }, 'settling is left to the worker’s next round'))
}

const unjudged = ({ state }: { state: string }): string =>
  state === 'editing' || state === 'failed'
    ? 'There is no dry run of what stands here now. Run it, then apply.'
    : 'This change was sent already. Load the page again to see what became of it.'

type Begun = Sending & { stored: StoredChange; auditId: string; markId: string | undefined }

/** Step 2. Throws Conflict when somebody was faster, Unavailable when the intent cannot be written: then nothing is sent. */
async function begin(begun: Begun, afterStep: AfterStep): Promise<string> {
  const { session, change, stored, actor, requestId, action, auditId, markId } = begun
  try {
    return await database().$transaction(async (transaction) => {
      await beginApplying(transaction, session.id, actor)
      await afterStep('session applying')
      const from = { states: ['judged' as const], revision: change.revision, patchHash: change.patchHash ?? '' }
      await moveChange(transaction, change.id, from, { state: 'applying', auditId, problem: null })
      await afterStep('change applying')
      const { id } = await appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action,
        outcome: 'intent',
        awaits: true,
        target: targetOf(session, change),
        details: {
          change: change.id,
          undoOf: change.undoOf,
          action: change.action,
          auditIds: [...(markId ? [markId] : []), auditId],
          dryRunAuditId: change.dryRunAuditId,
          mode: session.mode,
          patchHash: change.patchHash,
          patch: redactedPatch(stored.bytes ?? '[]', stored.live),
          inverse: stored.inverse === null ? null : redactedPatch(stored.inverse, stored.live, { from: stored.bytes ?? '[]' }),
          before: { uid: stored.uid, generation: stored.generation, hash: bindingHash(stored.live) },
        },
      })
      await transaction.breakGlassChange.update({ where: { id: change.id }, data: { intentId: id } })
      await afterStep('intent told')
      return id
    })
  } catch (error) {
    if (!isDatabaseUnreachable(error)) throw error
    throw new Unavailable(
      'database',
      'The audit log cannot be written, so nothing was sent. Try again when the database is back; what you typed is kept.',
      {
        cause: error,
      },
    )
  }
}

interface Write {
  calls: BreakGlassCalls
  ref: TargetRef
  bytes: string
  uid: string
  auditId: string
  markId: string | undefined
}

type Ending =
  | { state: 'applied'; answer: BreakGlassAnswer | undefined }
  | { state: 'failed'; outcome: 'denied' | 'failed'; problem: string; marked: boolean }
  | { state: 'unknown'; problem: string }

async function attempt({ calls, ref, bytes, uid, auditId, markId }: Write, afterStep: AfterStep): Promise<Ending> {
  let marked = false
  try {
    if (!markId) return { state: 'applied', answer: await calls.patch(ref, bytes, { dryRun: false, auditId }) }
    await calls.patch(ref, bytes, { dryRun: false, auditId: markId })
    marked = true
    await afterStep('marked')
    await calls.delete(ref, { dryRun: false, auditId, preconditions: { uid } })
    return { state: 'applied', answer: undefined }
  } catch (error) {
    const problem = problemOf(error, ref)
    // of an error that is none of ours nobody knows when it came
    if (error instanceof OutcomeUnknown || !(error instanceof CorbelError)) {
      if (!(error instanceof CorbelError)) log().error({ err: error }, 'applying a break-glass change met an unexpected error')
      return {
        state: 'unknown',
        problem:
          'The answer of the cluster got lost. Corbel reads the resource again to find out whether the change was made; it sends nothing twice.',
      }
    }
    return { state: 'failed', outcome: outcomeOf(error) === 'denied' ? 'denied' : 'failed', problem, marked }
  }
}

/** Step 4. What cannot be written down is left to the worker: the intent stands. */
async function finish(sent: SentChange, ending: Ending, afterStep: AfterStep): Promise<void> {
  const { change, intent } = sent
  try {
    await database().$transaction(async (transaction) => {
      if (ending.state === 'unknown') {
        await moveChange(transaction, change.id, { states: ['applying'] }, { state: 'unknown', problem: ending.problem })
        return
      }
      const end: EndedWrite =
        ending.state === 'applied'
          ? { state: 'applied', answer: ending.answer, outcome: 'succeeded', problem: null }
          : {
              state: 'failed',
              outcome: ending.outcome,
              problem: ending.marked
                ? `${ending.problem} The resource carries the mark of this session; nothing else was changed.`
                : ending.problem,
            }
      await writeEnding(transaction, sent, end, afterStep)
    })
    await afterStep('outcome committed')
  } catch (error) {
    if (error instanceof Conflict) return // the worker was faster; it says the same
    log().error(
      { err: error, change: change.id, intent },
      'what became of a break-glass change could not be written down; the worker finds out',
    )
  }
}
