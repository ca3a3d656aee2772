/**
 * The life of a break-glass session.
 *
 *   requested ─► approved ─► open ⇄ applying              ordinary tier: requested ─► open
 *   requested ─► refused
 *   requested, approved, open, applying ─► ended, expired  where nothing was changed
 *   open, applying ─► handing-back ⇄ review ─► closed      where something was
 *
 * | from                      | to                      | who                                                    | function       |
 * | ------------------------- | ----------------------- | ------------------------------------------------------ | -------------- |
 * | —                         | requested               | whoever may act as the project's break-glass account   | requestSession |
 * | requested, higher tier    | approved                | a member of an approver group, another person          | approveSession |
 * | requested, higher tier    | refused                 | the same                                               | refuseSession  |
 * | requested, ordinary tier  | open                    | the requester, freshly signed in                       | openSession    |
 * | approved                  | open                    | the requester, freshly signed in                       | openSession    |
 * | open                      | applying                | the requester, in time; never in a drill               | beginApplying  |
 * | applying                  | open                    | whoever writes down the outcome, session not over      | endApplying    |
 * | applying                  | handing-back            | the same, session over, something changed              | endApplying    |
 * | applying                  | ended, expired          | the same, session over, nothing changed                | endApplying    |
 * | applying                  | applying, marked over   | as the next lines; the outcome is waited for           | endSession, expireSessions |
 * | requested, approved, open | ended or handing-back   | requester, owning team, administrators                 | endSession     |
 * | requested, approved, open | expired or handing-back | the worker, when the time or idle time has passed      | expireSessions |
 * | handing-back              | review                  | the check that finds no difference left                | toReview       |
 * | review                    | handing-back            | the same check, when it finds one after all            | backToHandingBack |
 * | review                    | closed                  | another person who may read the project                | closeSession   |
 *
 * Each is one UPDATE that names the states it leaves, in one transaction with its audit entry, which comes last: of two that meet one wins,
 * and the other gets a sentence. Times are the database's (`clock_timestamp()`); a session whose time has passed is over at once for
 * whoever uses it (`requireOpen`, `beginApplying`), also before the worker has said so.
 *
 * A session is over when `endedAt` is set. The gate in the cluster (gate-session.ts) follows the row, never the other way round: it is
 * opened after the commit that says open, shut after the one that says over, and gate-reconcile.ts mends what a killed process left.
 */
import { Prisma } from '#db/client.ts'
import { type AuditRecord, appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import type { JsonObject } from '#lib/json.ts'
import type { SessionRequest } from './contract.ts'
import { openGateOf, shutGateOf } from './gate-session.ts'
import { dropQuestions, tellApprovers } from './notices.ts'
import { actingModeOf, checkRequest } from './offer.ts'
import { counts } from './remaining-changes.ts'
import { readableSession } from './session-access.ts'
import { requireFewRequests } from './session-limits.ts'
import { type StoredSession, sessionPath, sessionTarget, tellPages, withRequester } from './session-row.ts'
import { decisionRefusal, endingRefusal, notYours, tierOf } from './session-rules.ts'
import { notOpenSentence, stateSentence } from './session-sentences.ts'
import { freshLogin, requireFreshLogin } from './session-step-up.ts'

/** For how long a request, and an approval, waits to be made use of. */
const waits = Prisma.sql`interval '4 hours'`

/** Whether a session has left something to be looked at: changes done that count, or of which nobody knows. */
const leftOver = Prisma.sql`EXISTS (
  SELECT 1 FROM "break_glass_change" AS c WHERE c."sessionId" = s."id" AND (c."state" IN ('applying', 'unknown') OR ${counts}))`

const reviewDue = (): Prisma.Sql => Prisma.sql`clock_timestamp() + make_interval(days => ${config().breakGlass.reviewDays})`

interface Note {
  note: string
}

interface Step {
  update: (transaction: Transaction) => Promise<{ id: string }[]>
  entry: (session: StoredSession) => Pick<AuditRecord, 'requestId' | 'actor' | 'action' | 'details'>
  also?: (transaction: Transaction, session: StoredSession) => Promise<void>
}

/** One transition: the guarded statement, what belongs to it, the audit entry. Undefined where the guard did not let it. */
async function step({ update, entry, also }: Step): Promise<StoredSession | undefined> {
  return database().$transaction(async (transaction) => {
    const [row] = await update(transaction)
    if (!row) return undefined
    const session = await transaction.breakGlassSession.findUniqueOrThrow({ where: { id: row.id }, include: withRequester })
    await also?.(transaction, session)
    await tellPages(transaction, session)
    await appendAudit(transaction, { ...entry(session), outcome: 'succeeded', target: sessionTarget(session) })
    return session
  })
}

async function refuseBy(id: string, act: string): Promise<never> {
  const session = await database().breakGlassSession.findUnique({ where: { id } })
  throw session ? new Conflict(stateSentence(session, act), { state: session.state }) : new NotFound('There is no such session.')
}

const facts = (session: StoredSession): JsonObject => ({
  reason: session.reason,
  ticket: session.ticket,
  action: session.action,
  tier: session.tier,
  minutes: session.minutes,
  drill: session.drill,
  incident: session.incident,
})

/**
 * Asks for a session. Gives its id.
 * @throws Forbidden who may not act there, or is held by overdue reviews; Conflict who has a session there already; Invalid; RateLimited
 */
export async function requestSession(request: SessionRequest, actor: Actor, requestId: string): Promise<string> {
  const { cluster, namespace, kind, name } = request
  const { tier, ticket } = await checkRequest(request, actor)
  const id = newId()
  const session = await step({
    update: async (transaction) => {
      await requireFewRequests(transaction, actor)
      return transaction.$queryRaw<{ id: string }[]>`
        INSERT INTO "break_glass_session" ("id", "cluster", "namespace", "kind", "name", "action", "tier", "state", "drill", "requestedById", "loginId",
          "reason", "ticket", "incident", "minutes", "requestedAt", "expiresAt", "updatedAt")
        VALUES (${id}::uuid, ${cluster}, ${namespace}, ${kind}, ${name}, ${request.action}, ${tier}, 'requested', ${request.drill}, ${actor.userId}::uuid,
          ${actor.loginId}::uuid, ${request.reason}, ${ticket}, ${request.incident}, ${request.minutes}, clock_timestamp(),
          clock_timestamp() + ${waits}, clock_timestamp())
        ON CONFLICT ("requestedById", "cluster", "namespace") WHERE "state" IN ('requested', 'approved', 'open', 'applying') DO NOTHING
        RETURNING "id"`
    },
    also: async (transaction, made) => {
      if (made.tier === 'approval') await tellApprovers(transaction, made, 'asked')
    },
    entry: (made) => ({ requestId, actor: actor.username, action: 'break-glass.requested', details: facts(made) }),
  })
  if (session) return id
  const mine = await database().breakGlassSession.findFirst({
    where: { requestedById: actor.userId, cluster, namespace, state: { in: ['requested', 'approved', 'open', 'applying'] } },
  })
  throw new Conflict(
    `You have a break-glass session in ${namespace} already. Go on in that one, or end it first.`,
    mine ? { session: mine.id, href: sessionPath(mine.id) } : {},
  )
}

/** A second person agrees. @throws NotFound, Forbidden (not an approver, the requester by whatever name, not freshly signed in), Conflict */
export const approveSession = (id: string, decision: Note, actor: Actor, requestId: string): Promise<void> =>
  decide(id, decision, actor, requestId, { to: 'approved', act: 'approved' })

/** A second person refuses. Throws as `approveSession`, but asks for no fresh sign-in: refusing lets nobody in. */
export const refuseSession = (id: string, decision: Note, actor: Actor, requestId: string): Promise<void> =>
  decide(id, decision, actor, requestId, { to: 'refused', act: 'refused' })

async function decide(
  id: string,
  { note }: Note,
  actor: Actor,
  requestId: string,
  { to, act }: { to: 'approved' | 'refused'; act: string },
): Promise<void> {
  const before = await readableSession(id, actor)
  const refusal = await decisionRefusal(before, actor)
  if (refusal) throw new Forbidden(refusal)
  if (to === 'approved') await requireFreshLogin(actor)
  const session = await step({
    update: (transaction) => transaction.$queryRaw<{ id: string }[]>`
      UPDATE "break_glass_session" AS s SET "state" = ${to}, "decidedBy" = ${actor.username}, "decidedAt" = clock_timestamp(),
        "decisionNote" = ${note === '' ? null : note},
        "expiresAt" = CASE WHEN ${to} = 'approved' THEN clock_timestamp() + ${waits} ELSE "expiresAt" END,
        "endedAt" = CASE WHEN ${to} = 'refused' THEN clock_timestamp() END,
        "endedBy" = CASE WHEN ${to} = 'refused' THEN ${actor.username} END,
        "updatedAt" = clock_timestamp()
      WHERE "id" = ${id}::uuid AND "state" = 'requested' AND "tier" = 'approval' AND "requestedById" <> ${actor.userId}::uuid
        AND "expiresAt" > clock_timestamp()
      RETURNING "id"`,
    also: dropQuestions,
    entry: () => ({
      requestId,
      actor: actor.username,
      action: `break-glass.${act}`,
      details: { note, requester: before.requestedBy.username },
    }),
  })
  if (!session) await refuseBy(id, act)
}

/**
 * The requester opens the session: the row first, then the gate. When the gate cannot be opened the session says so in `problem`, and the
 * worker goes on trying.
 * @throws NotFound, Forbidden (not the requester, not freshly signed in, may no longer act there), Conflict
 */
export async function openSession(id: string, actor: Actor, requestId: string): Promise<void> {
  const before = await readableSession(id, actor)
  if (before.requestedById !== actor.userId) throw new Forbidden('Only the person who asked for a session opens it.')
  if (!config().breakGlass.on) throw new Forbidden('Break-glass is switched off here. Ask your platform team.')
  const tier = tierOf(before.kind, 'edit')
  if (before.tier === 'ordinary' && tier.tier === 'approval')
    throw new Conflict(`This session was asked for before the rules changed: ${tier.reason} End it and ask again.`)
  const mode = await actingModeOf(actor, before.cluster, before.namespace)
  await requireFreshLogin(actor)
  const idle = config().breakGlass.idleMinutes
  const session = await step({
    update: (transaction) => transaction.$queryRaw<{ id: string }[]>`
      UPDATE "break_glass_session" AS s SET "state" = 'open', "openedAt" = clock_timestamp(), "mode" = ${mode}, "gate" = 'unknown',
        "problem" = NULL, "loginId" = l."id", "authTime" = l."authenticatedAt", "acr" = l."acr",
        "expiresAt" = clock_timestamp() + make_interval(mins => s."minutes"),
        "idleAt" = clock_timestamp() + make_interval(mins => least(s."minutes", ${idle}::int)), "updatedAt" = clock_timestamp()
      FROM "login" AS l
      WHERE s."id" = ${id}::uuid AND s."requestedById" = ${actor.userId}::uuid AND s."endedAt" IS NULL
        AND (s."tier" = 'ordinary' AND s."state" = 'requested' OR s."tier" = 'approval' AND s."state" = 'approved' AND s."decidedBy" IS NOT NULL)
        AND s."expiresAt" > clock_timestamp()
        AND l."id" = ${actor.loginId}::uuid AND l."userId" = s."requestedById" AND ${freshLogin()}
      RETURNING s."id"`,
    also: async (transaction, opened) => {
      if (opened.tier === 'ordinary') await tellApprovers(transaction, opened, 'opened')
    },
    entry: (opened) => ({
      requestId,
      actor: actor.username,
      action: 'break-glass.opened',
      details: {
        ...facts(opened),
        mode,
        approvedBy: opened.decidedBy,
        expiresAt: opened.expiresAt?.toISOString() ?? null,
        authTime: opened.authTime?.toISOString() ?? null,
        acr: opened.acr,
      },
    }),
  })
  if (!session) return refuseBy(id, 'opened')
  await openGateOf(session.id)
}

/** Ends a session: the row first, then the gate, at once. @throws NotFound, Forbidden, Conflict */
export async function endSession(id: string, { note }: Note, actor: Actor, requestId: string): Promise<void> {
  const before = await readableSession(id, actor)
  const refusal = await endingRefusal(before, actor)
  if (refusal) throw new Forbidden(refusal)
  const session = await step({
    update: (transaction) => over(transaction, id, actor.username, Prisma.sql`'ended'`, Prisma.sql`TRUE`),
    also: dropQuestions,
    entry: (ended) => ({
      requestId,
      actor: actor.username,
      action: 'break-glass.ended',
      details: { note, state: ended.state, requester: ended.requestedBy.username },
    }),
  })
  if (!session) return refuseBy(id, 'ended')
  if (session.openedAt) await shutGateOf(session.id)
}

const passed = Prisma.sql`(s."expiresAt" <= clock_timestamp() OR s."idleAt" <= clock_timestamp())`

/** Marks a session as over. While a change is being applied its outcome is waited for (`endApplying`). */
const over = (transaction: Transaction, id: string, by: string, why: Prisma.Sql, guard: Prisma.Sql): Promise<{ id: string }[]> =>
  transaction.$queryRaw`
    UPDATE "break_glass_session" AS s SET
      "state" = CASE WHEN s."state" = 'applying' THEN 'applying' WHEN ${leftOver} THEN 'handing-back'
        WHEN ${why} = 'ended' THEN 'ended' ELSE 'expired' END,
      "endedAt" = clock_timestamp(), "endedBy" = ${by}, "endReason" = ${why},
      "gate" = CASE WHEN s."openedAt" IS NULL THEN s."gate" ELSE 'unknown' END,
      "reviewDueAt" = CASE WHEN ${leftOver} THEN ${reviewDue()} END, "updatedAt" = clock_timestamp()
    WHERE s."id" = ${id}::uuid AND s."endedAt" IS NULL AND s."state" IN ('requested', 'approved', 'open', 'applying') AND ${guard}
    RETURNING s."id"`

/** Ends what has run out, of any person. The worker calls it twice a second. Gives the sessions it ended. */
export async function expireSessions(): Promise<StoredSession[]> {
  const due = await database().$queryRaw<{ id: string }[]>`
    SELECT s."id" FROM "break_glass_session" AS s
    WHERE s."state" IN ('requested', 'approved', 'open', 'applying') AND s."endedAt" IS NULL AND ${passed} LIMIT 100`
  const ended: StoredSession[] = []
  for (const { id } of due) {
    const why = Prisma.sql`CASE WHEN s."idleAt" <= clock_timestamp() AND s."idleAt" < s."expiresAt" THEN 'idle' ELSE 'expired' END`
    const session = await step({
      update: (transaction) => over(transaction, id, 'system:break-glass', why, passed),
      also: dropQuestions,
      entry: ({ endReason, state, requestedBy }) => ({
        requestId: '',
        actor: 'system:break-glass',
        action: 'break-glass.expired',
        details: { why: endReason, state, requester: requestedBy.username },
      }),
    })
    if (!session) continue // somebody ended it, or was busy in it, meanwhile
    ended.push(session)
  }
  await Promise.all(ended.filter(({ openedAt }) => openedAt !== null).map(({ id }) => shutGateOf(id)))
  return ended
}

/**
 * open → applying, before the intent is recorded and the write sent. Part of the caller's transaction, which appends its audit entry last.
 * @throws Conflict unless the session is open, the actor's own, in time and no drill
 */
export async function beginApplying(transaction: Transaction, sessionId: string, actor: Pick<Actor, 'userId'>): Promise<void> {
  const [row] = await transaction.$queryRaw<{ id: string }[]>`
    UPDATE "break_glass_session" AS s SET "state" = 'applying', "idleAt" = ${idleFromNow()}, "updatedAt" = clock_timestamp()
    WHERE s."id" = ${sessionId}::uuid AND s."state" = 'open' AND s."endedAt" IS NULL AND NOT s."drill"
      AND s."requestedById" = ${actor.userId}::uuid AND s."expiresAt" > clock_timestamp() AND s."idleAt" > clock_timestamp()
    RETURNING s."id"`
  if (row) return tellPages(transaction, { id: sessionId })
  const session = await transaction.breakGlassSession.findUnique({ where: { id: sessionId } })
  if (session?.drill && session.state === 'open')
    throw new Conflict('This is a drill: everything up to the dry run, and nothing is applied.')
  throw new Conflict(session ? notOpenSentence(session) : 'There is no such session.')
}

/**
 * applying → open, or where the session is over on to handing-back, ended or expired. Part of the transaction that writes down what became
 * of the change, after it did. Nothing happens in any other state, so it may be called twice.
 */
export async function endApplying(transaction: Transaction, sessionId: string): Promise<void> {
  await transaction.$executeRaw`
    UPDATE "break_glass_session" AS s SET
      "state" = CASE WHEN s."endedAt" IS NULL THEN 'open' WHEN ${leftOver} THEN 'handing-back'
        WHEN s."endReason" = 'ended' THEN 'ended' ELSE 'expired' END,
      "idleAt" = CASE WHEN s."endedAt" IS NULL THEN ${idleFromNow()} ELSE s."idleAt" END,
      "reviewDueAt" = CASE WHEN s."endedAt" IS NOT NULL AND ${leftOver} THEN ${reviewDue()} END, "updatedAt" = clock_timestamp()
    WHERE s."id" = ${sessionId}::uuid AND s."state" = 'applying'`
  await tellPages(transaction, { id: sessionId })
}

const idleFromNow = (): Prisma.Sql =>
  Prisma.sql`least(s."expiresAt", clock_timestamp() + make_interval(mins => ${config().breakGlass.idleMinutes}::int))`

/** Somebody works in it: moves the idle time on. Nothing for a session that is over or has run out. */
export async function touchSession(sessionId: string): Promise<void> {
  await database().$executeRaw`
    UPDATE "break_glass_session" AS s SET "idleAt" = ${idleFromNow()}
    WHERE s."id" = ${sessionId}::uuid AND s."state" = 'open' AND s."endedAt" IS NULL AND NOT ${passed}`
}

/** handing-back → review. The caller found no difference left, and appends its audit entry last. Gives whether it moved. */
export async function toReview(transaction: Transaction, sessionId: string): Promise<boolean> {
  const rows = await transaction.$executeRaw`
    UPDATE "break_glass_session" AS s SET "state" = 'review', "updatedAt" = clock_timestamp()
    WHERE s."id" = ${sessionId}::uuid AND s."state" = 'handing-back'
      AND NOT EXISTS (SELECT 1 FROM "break_glass_change" AS c WHERE c."sessionId" = s."id" AND c."state" IN ('applying', 'unknown'))`
  if (rows === 1) await tellPages(transaction, { id: sessionId })
  return rows === 1
}

/** review → handing-back: a difference is there after all. Gives whether it moved. */
export async function backToHandingBack(transaction: Transaction, sessionId: string): Promise<boolean> {
  const rows = await transaction.$executeRaw`
    UPDATE "break_glass_session" SET "state" = 'handing-back', "updatedAt" = clock_timestamp()
    WHERE "id" = ${sessionId}::uuid AND "state" = 'review'`
  if (rows === 1) await tellPages(transaction, { id: sessionId })
  return rows === 1
}

/**
 * review → closed, signed by another person. The caller has asked `reviewRefusal`, and appends its audit entry last.
 * @throws Conflict where the session does not wait for a signature, or the reviewer is its requester
 */
export async function closeSession(
  transaction: Transaction,
  sessionId: string,
  reviewer: Pick<Actor, 'userId' | 'username'>,
  note: string,
): Promise<void> {
  const rows = await transaction.$executeRaw`
    UPDATE "break_glass_session" SET "state" = 'closed', "reviewedBy" = ${reviewer.username}, "reviewedAt" = clock_timestamp(),
      "reviewNote" = ${note}, "closedAt" = clock_timestamp(), "problem" = NULL, "updatedAt" = clock_timestamp()
    WHERE "id" = ${sessionId}::uuid AND "state" = 'review' AND "requestedById" <> ${reviewer.userId}::uuid`
  if (rows === 1) return tellPages(transaction, { id: sessionId })
  const session = await transaction.breakGlassSession.findUnique({ where: { id: sessionId } })
  throw new Conflict(session ? stateSentence(session, 'signed') : 'There is no such session.')
}

/**
 * The session, if the person may act in it now: open, their own, not over, not run out by the database's clock. Every act asks this,
 * right before it acts.
 * @throws NotFound, Forbidden (somebody else's), Conflict (not open, or run out)
 */
export async function requireOpen(sessionId: string, actor: Actor): Promise<StoredSession> {
  const session = await readableSession(sessionId, actor)
  if (session.requestedById !== actor.userId) throw new Forbidden(notYours(session))
  const [row] = await database().$queryRaw<{ open: boolean }[]>`
    SELECT s."state" = 'open' AND s."endedAt" IS NULL AND NOT ${passed} AS "open" FROM "break_glass_session" AS s
    WHERE s."id" = ${sessionId}::uuid`
  if (row?.open) return session
  const now = await database().breakGlassSession.findUnique({ where: { id: sessionId } })
  throw new Conflict(notOpenSentence(now ?? session), { state: now?.state ?? session.state })
}
