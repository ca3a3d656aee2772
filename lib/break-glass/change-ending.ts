/** What became of a write, written down where it is told: the change, the change it undoes, the session and the audit chain, together. */
import type { BreakGlassChange, Prisma } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import type { BreakGlassAnswer } from '#lib/cluster/break-glass-calls.ts'
import type { Transaction } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { redactText } from '#lib/redact/redact.ts'
import { databaseNow, moveChange } from './change-life.ts'
import { endApplying } from './session-life.ts'
import { type StoredSession, sessionTarget } from './session-row.ts'
import { bindingHash, type StoredChange, sealChange } from './stored-change.ts'

/** What an audit entry about a change names. */
export const targetOf = (session: StoredSession, change: { id: string; kind: string; name: string }): JsonObject => ({
  ...sessionTarget(session),
  change: change.id,
  kind: change.kind,
  name: change.name,
})

/** What the cluster said, without values it may repeat. */
export function problemOf(error: unknown, { kind, name }: { kind: string; name: string }): string {
  if (!(error instanceof CorbelError)) return `${kind} ${name} could not be changed: a mistake in Corbel itself.`
  return redactText(error.message).slice(0, 2000)
}

/** Steps of an apply, in order. Each name says what has been done; tests end the process there. */
export const applySteps = [
  'undo made',
  'undo judged',
  'session asked',
  'change opened',
  'token there',
  'session applying',
  'change applying',
  'intent told',
  'intent committed',
  'marked',
  'answered',
  'outcome: change',
  'outcome: session',
  'outcome told',
  'outcome committed',
] as const
export type ApplyStep = (typeof applySteps)[number]
export type AfterStep = (step: ApplyStep) => void | Promise<void>

export interface EndedWrite {
  state: 'applied' | 'failed'
  /** The object as the API server answered, where it did. */
  answer?: Pick<BreakGlassAnswer, 'value' | 'text'> | undefined
  outcome: 'succeeded' | 'denied' | 'failed' | 'unknown'
  problem: string | null
  /** How it is known, where not by the answer. */
  foundBy?: string
}

/** A change whose intent is in the chain. */
export interface SentChange {
  session: StoredSession
  change: BreakGlassChange
  stored: StoredChange
  /** Who tells: the person, or `system:…`. */
  actor: string
  requestId: string
  action: string
  /** Id of the intent's entry. */
  intent: string
}

/** What became of a write: the change, the change it undoes, the session, the chain. The first who does it wins: throws Conflict for others. */
export async function writeEnding(
  transaction: Transaction,
  of: SentChange,
  { state, answer, outcome, problem, foundBy }: EndedWrite,
  afterStep: AfterStep = () => {},
): Promise<void> {
  const { session, change, stored, intent } = of
  const generation = valueAt(answer?.value, ['metadata', 'generation'])
  const data: Prisma.BreakGlassChangeUpdateManyMutationInput & { state: 'applied' | 'failed' } = { state, problem }
  if (state === 'applied') {
    data.appliedAt = await databaseNow(transaction)
    if (typeof generation === 'number') data.generationAfter = BigInt(generation)
    if (answer) data.sealed = sealChange(change.id, { ...stored, after: answer.text })
  } else data.patchHash = null
  await moveChange(transaction, change.id, { states: ['applying', 'unknown'] }, data)
  if (state === 'applied' && change.undoOf)
    await transaction.breakGlassChange.updateMany({ where: { id: change.undoOf, state: 'applied' }, data: { state: 'undone' } })
  await afterStep('outcome: change')
  await endApplying(transaction, session.id)
  await afterStep('outcome: session')
  await appendAudit(transaction, {
    requestId: of.requestId,
    actor: of.actor,
    action: of.action,
    outcome,
    intent,
    target: targetOf(session, change),
    details: {
      change: change.id,
      auditId: change.auditId,
      ...(problem ? { message: problem } : {}),
      ...(foundBy ? { foundBy } : {}),
      ...(answer
        ? {
            after: {
              generation: typeof generation === 'number' ? String(generation) : null,
              resourceVersion: textAt(answer.value, 'metadata', 'resourceVersion') ?? null,
              hash: bindingHash(answer.text),
            },
          }
        : {}),
    },
  })
  await afterStep('outcome told')
}
