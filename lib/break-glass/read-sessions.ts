/** Lists of sessions, one session with everything about it, and which are open now. */
import type { Prisma } from '#db/client.ts'
import { canProposeIn, canReadProject } from '#lib/access/visible-projects.ts'
import { breakGlassUser } from '#lib/cluster/break-glass-calls.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { readCursor, writeCursor } from '#lib/inventory/cursor.ts'
import { describeChanges } from './change-view.ts'
import {
  type Abilities,
  ActingMode,
  type BreakGlassSession,
  type OpenSessions,
  Pause,
  type SessionDetail,
  type SessionPage,
  type SessionQuery,
} from './contract.ts'
import { othersIn } from './offer.ts'
import { readableSession, visibleSessions } from './session-access.ts'
import { type StoredSession, sessionState, sessionTier, withRequester } from './session-row.ts'
import { decisionRefusal, endingRefusal, isApprover, reviewRefusal } from './session-rules.ts'
import { needsStepUp } from './session-step-up.ts'
import { ticketLink } from './session-ticket.ts'

type Where = Prisma.BreakGlassSessionWhereInput

const sort = 'requestedAt'

/** Sessions that the person may see, newest first. */
export async function listSessions(query: SessionQuery, actor: Actor): Promise<SessionPage> {
  const conditions: Where[] = [await visibleSessions(actor)]
  if (query.who === 'mine') conditions.push({ requestedById: actor.userId })
  if (query.state.length > 0) conditions.push({ state: { in: query.state } })
  if (query.cluster !== undefined) conditions.push({ cluster: query.cluster })
  if (query.namespace !== undefined) conditions.push({ namespace: query.namespace })
  if (query.waiting) conditions.push(await waitingFor(actor))
  if (query.cursor !== undefined) {
    const [at = '', id = ''] = readCursor(query.cursor, sort, 2)
    const requestedAt = new Date(at)
    conditions.push({ OR: [{ requestedAt: { lt: requestedAt } }, { requestedAt, id: { lt: id } }] })
  }
  const rows = await database().breakGlassSession.findMany({
    where: { AND: conditions },
    include: withRequester,
    orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  })
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  return {
    items: await viewsOf(items),
    nextCursor: rows.length > query.limit && last ? writeCursor(sort, [last.requestedAt.toISOString(), last.id]) : null,
  }
}

/** What waits for this person: to open, to agree to, to hand back, to review. */
async function waitingFor(actor: Actor): Promise<Where> {
  const teams = await database().project.findMany({ where: { team: { in: actor.groups } }, select: { cluster: true, namespace: true } })
  const notMine: Where = { requestedById: { not: actor.userId } }
  const reviewers: Where[] = actor.admin ? [{}] : teams
  return {
    OR: [
      { requestedById: actor.userId, state: { in: ['approved', 'handing-back'] } },
      { requestedById: actor.userId, state: 'requested', tier: 'ordinary' },
      ...(isApprover(actor) ? [{ ...notMine, state: 'requested', tier: 'approval' }] : []),
      ...reviewers.map((place) => ({ ...place, ...notMine, state: 'review' })),
    ],
  }
}

/**
 * One session, with its changes and what the person may do.
 * @throws NotFound where there is none, or none this person may see
 */
export async function sessionDetail(id: string, actor: Actor): Promise<SessionDetail> {
  const session = await readableSession(id, actor)
  const [[view], changes, pauses, others, abilities, stepUp] = await Promise.all([
    viewsOf([session]),
    changesOf(session, actor),
    database().breakGlassPause.findMany({ where: { sessionId: id }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    othersIn(session.cluster, session.namespace, { userId: session.requestedById }),
    abilitiesOf(session, actor),
    needsStepUp(actor),
  ])
  if (!view) throw new Error('a session has no view')
  return {
    ...view,
    changes,
    pauses: pauses.map((pause) => Pause.parse({ ...pause, until: pause.until.toISOString() })),
    others,
    abilities,
    stepUp,
    account: breakGlassUser(session.namespace),
  }
}

/** Fields of the project's resources are for whoever may read it; an approver from elsewhere sees who asks, and why. */
async function changesOf(session: StoredSession, actor: Actor): Promise<SessionDetail['changes']> {
  const sees =
    session.requestedById === actor.userId ||
    actor.auditor ||
    actor.admin ||
    (await canReadProject(actor, session.cluster, session.namespace))
  if (!sees) return []
  const rows = await database().breakGlassChange.findMany({
    where: { sessionId: session.id },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  return describeChanges(rows, session)
}

async function abilitiesOf(session: StoredSession, actor: Actor): Promise<Abilities> {
  const state = sessionState(session)
  const mine = session.requestedById === actor.userId
  const going = session.endedAt === null
  const inReview = state === 'review'
  const changed = state === 'open' || state === 'handing-back'
  const [decision, ending, reviewing, reads, proposes] = await Promise.all([
    state === 'requested' && session.tier === 'approval' ? decisionRefusal(session, actor) : 'not now',
    endingRefusal(session, actor),
    reviewRefusal(session, actor),
    canReadProject(actor, session.cluster, session.namespace),
    changed && canProposeIn(actor, session.cluster, session.namespace, session.kind),
  ])
  const reviewRefused = reviewing ?? (reads ? null : 'Only people who may read the project sign its reviews.')
  const handingBack = 'It can be signed once what was changed is back in Git, or undone.'
  return {
    approve: decision === null,
    open: mine && going && ((session.tier === 'ordinary' && state === 'requested') || state === 'approved'),
    edit: mine && going && state === 'open',
    end: ending === null && going && ['requested', 'approved', 'open', 'applying'].includes(state),
    handBack: changed && proposes,
    review: inReview && reviewRefused === null,
    reviewRefused: inReview ? reviewRefused : state === 'handing-back' ? handingBack : null,
  }
}

/** Sessions that are open now where the person may look, soonest to run out first; and how many wait for them. */
export async function openSessions(actor: Actor): Promise<OpenSessions> {
  const visible = await visibleSessions(actor)
  const [rows, waiting, now] = await Promise.all([
    database().breakGlassSession.findMany({
      where: { AND: [visible, { state: { in: ['open', 'applying'] }, endedAt: null }] },
      include: withRequester,
      orderBy: [{ expiresAt: 'asc' }, { id: 'asc' }],
      take: 100,
    }),
    database().breakGlassSession.count({ where: { AND: [visible, await waitingFor(actor)] } }),
    databaseNow(),
  ])
  return {
    items: rows.map((row) => ({
      id: row.id,
      cluster: row.cluster,
      namespace: row.namespace,
      kind: row.kind,
      name: row.name,
      state: sessionState(row),
      drill: row.drill,
      requestedBy: { username: row.requestedBy.username, name: row.requestedBy.name },
      expiresAt: row.expiresAt?.toISOString() ?? null,
      idleAt: row.idleAt?.toISOString() ?? null,
      now,
      mine: row.requestedById === actor.userId,
    })),
    waiting,
  }
}

async function viewsOf(rows: StoredSession[]): Promise<BreakGlassSession[]> {
  if (rows.length === 0) return []
  const [now, projects] = await Promise.all([
    databaseNow(),
    database().project.findMany({
      where: { OR: rows.map(({ cluster, namespace }) => ({ cluster, namespace })) },
      select: { cluster: true, namespace: true, team: true },
    }),
  ])
  return rows.map((row) =>
    viewOf(row, now, projects.find((at) => at.cluster === row.cluster && at.namespace === row.namespace)?.team ?? null),
  )
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

function viewOf(row: StoredSession, now: string, team: string | null): BreakGlassSession {
  return {
    id: row.id,
    cluster: row.cluster,
    namespace: row.namespace,
    kind: row.kind,
    name: row.name,
    team,
    action: row.action === 'delete' ? 'delete' : 'edit',
    tier: sessionTier(row),
    state: sessionState(row),
    drill: row.drill,
    incident: row.incident,
    requestedBy: { username: row.requestedBy.username, name: row.requestedBy.name },
    reason: row.reason,
    ticket: ticketLink(row.ticket),
    minutes: row.minutes,
    requestedAt: row.requestedAt.toISOString(),
    decidedBy: row.decidedBy,
    decidedAt: iso(row.decidedAt),
    decisionNote: row.decisionNote,
    openedAt: iso(row.openedAt),
    mode: ActingMode.nullable().parse(row.mode),
    expiresAt: iso(row.expiresAt),
    idleAt: iso(row.idleAt),
    now,
    gate: row.gate === 'open' || row.gate === 'shut' ? row.gate : 'unknown',
    endedAt: iso(row.endedAt),
    endedBy: row.endedBy,
    endReason: row.endReason === 'ended' || row.endReason === 'expired' || row.endReason === 'idle' ? row.endReason : null,
    reviewDueAt: iso(row.reviewDueAt),
    reviewedBy: row.reviewedBy,
    reviewedAt: iso(row.reviewedAt),
    reviewNote: row.reviewNote,
    closedAt: iso(row.closedAt),
    problem: row.problem,
  }
}

async function databaseNow(): Promise<string> {
  const [row] = await database().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS "now"`
  if (!row) throw new Error('the database told no time')
  return row.now.toISOString()
}
