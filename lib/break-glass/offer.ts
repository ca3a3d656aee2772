/** What a person can do about one resource by break-glass, before they ask; and whether they may ask. */
import { canReadProject } from '#lib/access/visible-projects.ts'
import { breakGlassUser } from '#lib/cluster/break-glass-calls.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import type { ActingMode, Offer, OfferQuery, SessionRequest, Tier } from './contract.ts'
import { withRequester } from './session-row.ts'
import { teamOf, tierOf } from './session-rules.ts'
import { needsStepUp } from './session-step-up.ts'
import { checkTicket, ticketRules } from './session-ticket.ts'

const current = { in: ['requested', 'approved', 'open', 'applying'] }

/** The offer for a resource. Throws Forbidden where the person may not read the project, NotFound where there is no such resource. */
export async function readOffer({ cluster, namespace, kind, name }: OfferQuery, actor: Actor): Promise<Offer> {
  await requireResource({ cluster, namespace, kind, name }, actor)
  const { breakGlass } = config()
  const { tier, reason } = tierOf(kind, 'edit')
  const [mode, mine, others, blocked, stepUp] = await Promise.all([
    askMode(actor, cluster, namespace),
    database().breakGlassSession.findFirst({
      where: { cluster, namespace, requestedById: actor.userId, state: current, endedAt: null },
      select: { id: true },
    }),
    othersIn(cluster, namespace, actor),
    overdueSentence(cluster, namespace, actor),
    needsStepUp(actor),
  ])
  return {
    refused: breakGlass.on ? (mode === 'none' ? await noRightSentence(cluster, namespace) : unfitKind(kind)) : switchedOff,
    account: breakGlassUser(namespace),
    mode: mode === 'none' ? null : mode,
    tier,
    tierReason: reason,
    approverGroups: breakGlass.approverGroups,
    ticket: ticketRules(),
    minutes: { usual: breakGlass.minutes, most: breakGlass.mostMinutes },
    mine: mine?.id ?? null,
    others,
    blocked,
    stepUp,
  }
}

const switchedOff = 'Break-glass is switched off here. Propose the change instead, or ask your platform team.'

/** The account may not touch which Google account Config Connector itself uses. */
const unfitKind = (kind: string): string | null =>
  kind.toLowerCase().endsWith('.core.cnrm.cloud.google.com')
    ? 'Break-glass does not change the settings of Config Connector itself. Ask your platform team.'
    : null

async function noRightSentence(cluster: string, namespace: string): Promise<string> {
  const team = await teamOf({ cluster, namespace })
  return `You may not act as the break-glass account of ${namespace} on ${cluster}. ${team === null ? 'Its owning team' : `The team ${team}`} may; your platform team can let you, with the role corbel:break-glass-user.`
}

/** Others with a session in a project now. */
export async function othersIn(cluster: string, namespace: string, actor: Pick<Actor, 'userId'>): Promise<Offer['others']> {
  const rows = await database().breakGlassSession.findMany({
    where: { cluster, namespace, requestedById: { not: actor.userId }, state: { in: ['open', 'applying'] }, endedAt: null },
    include: withRequester,
    orderBy: { openedAt: 'asc' },
  })
  return rows.map(({ id, requestedBy: { username, name }, expiresAt }) => ({
    session: id,
    person: { username, name },
    expiresAt: expiresAt?.toISOString() ?? null,
  }))
}

/** Which overdue reviews keep the person from another session that is no incident: their own, and the project's. */
async function overdueSentence(cluster: string, namespace: string, { userId }: Actor): Promise<string | null> {
  if (!config().breakGlass.overdueBlocks) return null
  const [row] = await database().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "break_glass_session"
    WHERE "state" IN ('handing-back', 'review') AND "reviewDueAt" < clock_timestamp()
      AND ("requestedById" = ${userId}::uuid OR ("cluster" = ${cluster} AND "namespace" = ${namespace}))`
  const count = row?.count ?? 0
  if (count === 0) return null
  return `${count === 1 ? 'One break-glass session of yours or of this project is' : `${count} break-glass sessions of yours or of this project are`} overdue for review. Finish that first, or say that this is an incident.`
}

/** Asked at the cluster as the person, each time: an answer from before may be stale. What cannot be asked is an error, not a yes. */
const askMode = async (actor: Actor, cluster: string, namespace: string): Promise<ActingMode | 'none'> =>
  clusterNamed(cluster).impersonationMode({ token: await clusterToken(actor), namespace })

/** How the person may act as the project's account. Throws Forbidden where they may not, Unavailable where it cannot be found out. */
export async function actingModeOf(actor: Actor, cluster: string, namespace: string): Promise<ActingMode> {
  const mode = await askMode(actor, cluster, namespace)
  if (mode === 'none') throw new Forbidden(await noRightSentence(cluster, namespace))
  return mode
}

/** Throws Forbidden where the person may not read the project, with the same words whether it exists or not; NotFound. */
async function requireResource({ cluster, namespace, kind, name }: OfferQuery, actor: Actor): Promise<void> {
  if (!(await canReadProject(actor, cluster, namespace, kind)))
    throw new Forbidden(
      `You may not read ${kind} in ${namespace} on ${cluster}. The team that owns the project, or the platform team, can let you.`,
    )
  const known = await database().resource.findFirst({
    where: { cluster, namespace, kind, name, deletedAt: null },
    select: { id: true },
  })
  if (!known) throw new NotFound(`There is no ${kind} "${name}" in ${namespace} on ${cluster}. It may have been deleted.`)
}

/** Whether a request may be made, and what it becomes. Who may is asked before anything typed is judged. */
export async function checkRequest(request: SessionRequest, actor: Actor): Promise<{ tier: Tier; ticket: string | null }> {
  const { cluster, namespace, kind, action, minutes, incident } = request
  await requireResource(request, actor)
  const { breakGlass } = config()
  if (!breakGlass.on) throw new Forbidden(switchedOff)
  await actingModeOf(actor, cluster, namespace)
  const unfit = unfitKind(kind)
  if (unfit) throw new Forbidden(unfit)
  const blocked = incident ? null : await overdueSentence(cluster, namespace, actor)
  if (blocked) throw new Conflict(blocked, { overdue: true })
  if (minutes > breakGlass.mostMinutes)
    throw new Invalid(`A session lasts ${breakGlass.mostMinutes} minutes at most.`, [
      { path: ['minutes'], message: `is more than ${breakGlass.mostMinutes}` },
    ])
  return { tier: tierOf(kind, action).tier, ticket: checkTicket(request.ticket) }
}
