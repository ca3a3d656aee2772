/**
 * The dry run: the API server judges, as the break-glass account and under the open gate, the very bytes that would be applied. Authorization,
 * admission and validation are those of the real write, and nothing is written.
 */
import { randomUUID } from 'node:crypto'
import type { BreakGlassChange } from '#db/client.ts'
import { type AuditRecord, appendAudit } from '#lib/audit/append-audit.ts'
import { outcomeOf } from '#lib/audit/recorded-act.ts'
import type { BreakGlassCalls } from '#lib/cluster/break-glass-calls.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, Invalid, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'
import { redactText } from '#lib/redact/redact.ts'
import { generationColumn } from './change-editor.ts'
import { problemOf, targetOf } from './change-ending.ts'
import { changeOf, changeStateOf, databaseNow, editableStates, moveChange } from './change-life.ts'
import { requireFewDryRuns } from './change-limits.ts'
import { type MadeChange, redactedPatch } from './change-patch.ts'
import { remake } from './change-remake.ts'
import { readLive, refOfTarget, type TargetRef } from './change-target.ts'
import { describeChange } from './change-view.ts'
import type { SessionChange } from './contract.ts'
import { requireOpen, touchSession } from './session-life.ts'
import type { StoredSession } from './session-row.ts'
import { bindingHash, openChange, sealChange } from './stored-change.ts'

/**
 * Judges what is typed now. A refusal is an answer: the change says it.
 * @throws Conflict (sent already, edited or moved on meanwhile, the live object no longer fits), Invalid (what is typed), RateLimited,
 * Unauthenticated, Forbidden, Unavailable (the database)
 */
export async function dryRunChange(sessionId: string, id: string, actor: Actor, requestId: string): Promise<SessionChange> {
  const session = await requireOpen(sessionId, actor)
  const change = await changeOf(sessionId, id)
  if (!editableStates.includes(changeStateOf(change)))
    throw new Conflict('This change was sent already. Start another one to change the resource again.')
  const ref = await refOfTarget({ ...session, kind: change.kind, name: change.name })
  const live = await readLive(session.cluster, ref, actor)
  const made = await remake(session, change, live)
  await judgeMade({ session, change, made, ref, actor, requestId })
  await touchSession(sessionId)
  return describeChange(session, id)
}

export interface Judging {
  session: StoredSession
  change: BreakGlassChange
  made: Pick<MadeChange, 'content' | 'fields'>
  ref: TargetRef
  actor: Actor
  requestId: string
}

/** Lets the API server judge a patch and writes down what it says. Gives whether it was accepted. Throws as `dryRunChange`. */
export async function judgeMade({ session, change, made, ref, actor, requestId }: Judging): Promise<boolean> {
  const { id } = change
  const { content, fields } = made
  const token = await clusterToken(actor)
  const calls = clusterNamed(session.cluster).asBreakGlass({ token, namespace: session.namespace, session: session.id, requestId })
  const auditId = randomUUID()
  const patchHash = bindingHash(content.bytes)
  const act = { requestId, actor: actor.username, action: 'break-glass.dry-run', target: targetOf(session, change) }
  const intent = await database().$transaction(async (transaction) => {
    await requireFewDryRuns(transaction, actor.username)
    const details = { change: id, auditIds: [auditId], mode: session.mode, patchHash, patch: redactedPatch(content.bytes, content.live) }
    return appendAudit(transaction, { ...act, outcome: 'intent', awaits: true, details })
  })
  const { result, outcome } = await judge(calls, ref, content.bytes, auditId, () =>
    change.action === 'delete' ? judgeDeletion(session, ref, content.uid, token) : Promise.resolve([]),
  )
  const said = result.message ?? result.unavailable
  await database().$transaction(async (transaction) => {
    const verdict = {
      dryRun: result,
      dryRunAt: await databaseNow(transaction),
      dryRunAuditId: auditId,
      changes: fields.map((field) => ({ ...field })),
      problem: null,
    }
    const from = { states: editableStates, revision: change.revision }
    // text that others' changes came into is another text: a second tab must not save over it unseen
    const kept = { sealed: sealChange(id, content), uid: content.uid, generation: generationColumn(content.generation) }
    const revision = change.revision + (content.text === openChange(change).text ? 0 : 1)
    if (result.accepted) await moveChange(transaction, id, from, { ...verdict, state: 'judged', patchHash, revision, ...kept })
    else await moveChange(transaction, id, from, { ...verdict, state: 'editing', patchHash: null })
    const details = { change: id, auditId, accepted: result.accepted, ...(said === null ? {} : { message: said }) }
    await appendAudit(transaction, { ...act, outcome, intent: intent.id, details })
  })
  return result.accepted
}

interface Judged {
  result: DryRunResult
  outcome: AuditRecord['outcome']
}

async function judge(
  calls: BreakGlassCalls,
  ref: TargetRef,
  bytes: string,
  auditId: string,
  also: () => Promise<string[]>,
): Promise<Judged> {
  const started = performance.now()
  const told = (result: Partial<DryRunResult>): DryRunResult => ({
    accepted: false,
    unavailable: null,
    message: null,
    fields: [],
    warnings: [],
    ...result,
    milliseconds: Math.round(performance.now() - started),
  })
  try {
    const { warnings } = await calls.patch(ref, bytes, { dryRun: true, auditId })
    return { result: told({ accepted: true, warnings: [...warnings.map(redactText), ...(await also())] }), outcome: 'succeeded' }
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    const message = problemOf(error, ref)
    if (error instanceof Unavailable || error instanceof RateLimited)
      return { result: told({ unavailable: message }), outcome: outcomeOf(error) }
    const fields = error instanceof Invalid ? error.fields.map(({ path, message: about }) => ({ path, message: redactText(about) })) : []
    return { result: told({ message, fields }), outcome: outcomeOf(error) }
  }
}

/**
 * A deletion's DELETE cannot be judged as the account: the gate looks at a mark that only a real patch sets. So it is judged under the
 * person's own name; what refuses it there refuses it later. Gives warnings, throws the refusal.
 */
async function judgeDeletion(session: StoredSession, ref: TargetRef, uid: string, token: string): Promise<string[]> {
  try {
    const calls = clusterNamed(session.cluster).as({ token })
    return (await calls.delete(ref, { dryRun: true, preconditions: { uid } })).warnings.map(redactText)
  } catch (error) {
    if (error instanceof Forbidden || error instanceof Unauthenticated)
      return [
        'Whether the deletion itself is accepted shows only when it is done: you may not let the cluster judge it under your own name.',
      ]
    throw error
  }
}
