/**
 * Settles changes of which nobody knows whether they were written: the answer never came, or the portal that waited for it died. Nothing is
 * sent again. The cluster's own audit log knows best; where it is not read, the object itself tells (change-verdict.ts).
 *
 * "Not done" is believed only after `answerSeconds`: until then the write may still be on its way. Where the object tells nothing by then,
 * the change counts as made, so that it must come back to Git or be undone, and its entry in the chain says that it is not known. Who
 * settles does not matter, nor how often: the first to move the row writes the outcome, in the same transaction.
 */
import { z } from 'zod'
import type { BreakGlassChange } from '#db/client.ts'
import { breakGlassUser } from '#lib/cluster/break-glass-calls.ts'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import type { JsonObject } from '#lib/json.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { log } from '#lib/telemetry/log.ts'
import { type EndedWrite, writeEnding } from './change-ending.ts'
import { answerSeconds } from './change-life.ts'
import { touchedFields } from './change-patch.ts'
import { refOfTarget, type TargetRef } from './change-target.ts'
import { verdictOf } from './change-verdict.ts'
import { type StoredSession, withRequester } from './session-row.ts'
import { openChange } from './stored-change.ts'

/** A moment in which others may still write the outcome themselves, in seconds. */
const lookAgainSeconds = 5

export interface SettleOptions {
  /** Instead of `answerSeconds`; for tests. */
  after?: number
}

/**
 * Finds out what became of one change, if that can be told now. With the person's own token where one is given, else as the portal. Gives
 * whether it is settled. Throws what the cluster refuses with.
 */
export async function settleChange(
  id: string,
  actor?: Pick<Actor, 'loginId'>,
  { after = answerSeconds }: SettleOptions = {},
): Promise<boolean> {
  const change = await database().breakGlassChange.findUnique({ where: { id }, include: { session: { include: withRequester } } })
  if (!change || (change.state !== 'applying' && change.state !== 'unknown')) return true
  const { session } = change
  const intent = change.intentId ? await sentSince(change.intentId) : undefined
  if (!intent) throw new Error(`change ${id} is ${change.state} and has no intent`)
  const end = await endingOf(change, session, intent, after, actor)
  if (!end) return false
  const stored = openChange(change)
  try {
    await database().$transaction((transaction) =>
      writeEnding(
        transaction,
        { session, change, stored, actor: 'system:break-glass', requestId: intent.requestId, action: intent.action, intent: intent.id },
        end,
      ),
    )
  } catch (error) {
    if (!(error instanceof Conflict)) throw error // settled by somebody else
  }
  return true
}

interface SentIntent {
  id: string
  requestId: string
  action: string
  at: Date
  seconds: number
}

/** The intent, and how long ago it was written down, by the database's clock. */
async function sentSince(intentId: string): Promise<SentIntent | undefined> {
  const [row] = await database().$queryRaw<SentIntent[]>`
    SELECT "id", "requestId", "action", "at", extract(epoch FROM clock_timestamp() - "at")::float8 AS "seconds"
    FROM "audit_entry" WHERE "id" = ${intentId}::uuid`
  return row
}

async function endingOf(
  change: BreakGlassChange,
  session: StoredSession,
  intent: SentIntent,
  after: number,
  actor: Pick<Actor, 'loginId'> | undefined,
): Promise<EndedWrite | undefined> {
  const told = change.auditId ? await toldByLog(change, session, change.auditId) : undefined
  if (told?.refused)
    return {
      state: 'failed',
      outcome: 'failed',
      problem: `The cluster refused it (${told.code}). Nothing was changed.`,
      foundBy: 'cluster audit log',
    }
  const now = await objectNow(change, session, actor)
  const verdict = told ? 'done' : verdictNow(change, intent, now?.value)
  const foundBy = told ? 'cluster audit log' : 'the object as it is'
  if (verdict === 'done')
    return { state: 'applied', outcome: 'succeeded', problem: null, foundBy, ...(now && change.action === 'edit' ? { answer: now } : {}) }
  if (intent.seconds < after) return undefined
  if (verdict === 'not-done')
    return {
      state: 'failed',
      outcome: 'failed',
      problem: 'It was not made: nothing of it is in the cluster. Run the dry run again to go on.',
      foundBy,
    }
  return {
    state: 'applied',
    outcome: 'unknown',
    problem:
      'Its answer got lost, and others changed the resource since: whether it was made cannot be told. It counts as made, so compare with Git.',
    foundBy,
  }
}

/**
 * What the cluster's audit log says of a write. An answer that was good must be ours in everything (`matched`). A refusal (4xx) is compared with
 * no entry of the chain, so it must name the person, the account and the object, and be all that came with this Audit-ID, which clients
 * choose. From 500 on the write may have been made all the same: that says nothing.
 */
async function toldByLog(
  change: BreakGlassChange,
  session: StoredSession,
  auditId: string,
): Promise<{ code: number; refused: boolean } | undefined> {
  const { cluster, namespace } = session
  const events = await database().clusterAuditEvent.findMany({ where: { cluster, auditId, dryRun: false } })
  const made = events.find((event) => event.verdict === 'matched' && event.namespace === namespace && event.name === change.name)
  if (made) return { code: made.code, refused: false }
  const [event, ...others] = events
  if (!event || others.length > 0 || event.verdict !== 'refused' || event.code < 400 || event.code > 499) return undefined
  const isOurs =
    event.username === config().clusterAudit.userPrefix + session.requestedBy.username &&
    event.impersonated === breakGlassUser(namespace) &&
    event.namespace === namespace &&
    event.kind === change.kind &&
    event.name === change.name
  return isOurs ? { code: event.code, refused: true } : undefined
}

function verdictNow(change: BreakGlassChange, intent: SentIntent, now: JsonObject | undefined): ReturnType<typeof verdictOf> {
  const stored = openChange(change)
  return verdictOf(
    {
      action: change.action === 'delete' ? 'delete' : 'edit',
      uid: stored.uid,
      generation: Number(stored.generation),
      sentAt: intent.at,
      manager: breakGlassManager,
      touched: change.action === 'delete' ? [] : touchedFields(stored),
    },
    now,
  )
}

/** The object as it is, or undefined where there is none. The portal may list and not get, so it lists by name. */
async function objectNow(
  change: BreakGlassChange,
  session: StoredSession,
  actor: Pick<Actor, 'loginId'> | undefined,
): Promise<{ value: JsonObject; text: string } | undefined> {
  const cluster = clusterNamed(session.cluster)
  const ref = await refOfTarget({ ...session, kind: change.kind, name: change.name })
  try {
    const value = actor ? (await cluster.as({ token: await clusterToken(actor) }).get(ref)).value : await listed(cluster.asPortal(), ref)
    return value && { value, text: JSON.stringify(value) }
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

async function listed(calls: ClusterCalls, { name, ...ref }: TargetRef): Promise<JsonObject | undefined> {
  const { items } = await calls.list(ref, { namespace: ref.namespace, fieldSelector: `metadata.name=${name}` })
  return items[0]
}

/** Settles everything that waits for it. What cannot be told yet is looked at again. */
export async function settleChanges(options: SettleOptions = {}): Promise<{ settled: number; waiting: number }> {
  const rows = await database().breakGlassChange.findMany({
    where: { state: { in: ['applying', 'unknown'] } },
    select: { id: true },
    take: 200,
  })
  let settled = 0
  for (const { id } of rows) {
    try {
      if (await settleChange(id, undefined, options)) settled += 1
    } catch (error) {
      // one that cannot be asked about must not hold up the others
      log().warn(
        { err: error, change: id },
        error instanceof CorbelError ? 'a break-glass change waits to be settled' : 'settling a break-glass change failed',
      )
    }
  }
  return { settled, waiting: rows.length - settled }
}

/** Runs each minute, and soon after an answer got lost. */
export const settleChangesJob = defineJob(
  'settle-break-glass-changes',
  z.object({}),
  async () => {
    const { waiting } = await settleChanges()
    if (waiting > 0) await settleSoon()
  },
  { schedule: '* * * * *', same: 'one-waiting', concurrency: 1 },
)

/** Asks the worker to look again in a few seconds. */
export const settleSoon = (): Promise<void> => enqueue(null, settleChangesJob, {}, { key: 'soon', afterSeconds: lookAgainSeconds })
