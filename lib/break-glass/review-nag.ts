/**
 * Tells a project's team and the approver groups, once a day while it lasts, of sessions that do not come to their end: changes that are not
 * in Git a day later, reviews that are overdue, controllers that are still held back after their time, and, once, a pull request that was
 * closed without merging.
 */
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { pauseView } from './pause-row.ts'
import { controllerNames } from './pause-target.ts'
import { remainingChanges, toBeClosed } from './remaining-changes.ts'
import { type StoredSession, sessionState, withRequester } from './session-row.ts'

interface Nag {
  session: StoredSession
  message: string
  /** Told once, not every day. */
  once?: boolean
}

/** Writes what is due. Gives how many notices were written. */
export async function nagOfHandBacks(): Promise<number> {
  const [clock] = await database().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS "now"`
  const now = clock?.now ?? new Date()
  const sessions = await database().breakGlassSession.findMany({
    where: {
      OR: [
        { state: { in: ['handing-back', 'review'] } },
        { pauses: { some: { state: { in: ['paused', 'resuming'] }, until: { lt: now } } } },
      ],
    },
    include: {
      ...withRequester,
      pauses: { where: { state: { in: ['paused', 'resuming'] }, until: { lt: now } } },
      changes: { where: { state: 'applied', proposalId: { not: null } }, select: { proposalId: true } },
    },
    orderBy: { id: 'asc' },
    take: 500,
  })
  if (sessions.length === 0) return 0
  const closed = await database().proposal.findMany({
    where: { id: { in: sessions.flatMap(({ changes }) => changes.flatMap(({ proposalId }) => proposalId ?? [])) }, state: 'closed' },
    select: { id: true, pullNumber: true, repository: true },
  })
  const ofStates = (await Promise.all(sessions.map((session) => stateNags(session, now)))).flat()
  const others = sessions.flatMap(({ pauses, changes, ...session }): Nag[] => [
    ...closed
      .filter(({ id }) => session.state === 'handing-back' && changes.some(({ proposalId }) => proposalId === id))
      .map(({ pullNumber, repository }) => ({
        session,
        once: true,
        message: `Pull request #${pullNumber} of ${repository}, which was to bring ${about(session)} back to Git, was closed without merging. Hand the change back anew, or undo it.`,
      })),
    ...pauses.map((row) => ({
      session,
      message: `${controllerNames[pauseView(row).controller]} is still paused for ${about(session)}, though its time is over. Open the session and let it go on.${row.problem ? ` ${row.problem}` : ''}`,
    })),
  ])
  let told = 0
  for (const nag of [...ofStates, ...others]) told += await tell(nag)
  return told
}

const about = ({ kind, name, namespace, requestedBy }: StoredSession): string =>
  `the emergency change of ${kind.slice(0, kind.indexOf('.'))} ${name} in ${namespace} by ${requestedBy.name}`

const dayMs = 24 * 3_600_000

async function stateNags(session: StoredSession, now: Date): Promise<Nag[]> {
  const { reviewDueAt, endedAt } = session
  const state = sessionState(session)
  const overdue = reviewDueAt !== null && reviewDueAt < now
  if (overdue && state === 'review')
    return [{ session, message: `The review of ${about(session)} is overdue. Another person than the requester signs it.` }]
  if (overdue) return [{ session, message: `The review of ${about(session)} is overdue, and the change ${await nextStep(session.id)}` }]
  if (state === 'handing-back' && endedAt && endedAt.getTime() < now.getTime() - dayMs)
    return [{ session, message: `A day later, ${about(session)} ${await nextStep(session.id)}` }]
  return []
}

/** What keeps a change from its end, and what to do: the rest of a sentence. */
async function nextStep(session: string): Promise<string> {
  const [closing, remaining] = await Promise.all([toBeClosed(session), remainingChanges(session)])
  if (remaining.length === 0 && closing.size > 0) return `is not over yet. ${[...new Set(closing.values())].join(' ')}`
  return 'is not in Git yet. Hand it back, or undo it.'
}

async function tell({ session, message, once }: Nag): Promise<number> {
  const project = await database().project.findUnique({
    where: { cluster_namespace: { cluster: session.cluster, namespace: session.namespace } },
    select: { team: true },
  })
  const groups = [...new Set([...(project?.team ? [project.team] : []), ...config().breakGlass.approverGroups])]
  let told = 0
  for (const group of groups)
    told += await database().$executeRaw`
      INSERT INTO "break_glass_notice" ("id", "sessionId", "group", "message", "createdAt", "seenBy")
      SELECT ${newId()}::uuid, ${session.id}::uuid, ${group}, ${message}, clock_timestamp(), '{}'
      WHERE NOT EXISTS (SELECT 1 FROM "break_glass_notice" WHERE "sessionId" = ${session.id}::uuid AND "group" = ${group} AND "message" = ${message}
        AND (${once === true} OR "createdAt" > clock_timestamp() - interval '1 day'))`
  return told
}
