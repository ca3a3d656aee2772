/** Who may look at a session: its project's readers, its requester, whoever is asked to agree to it or did, auditors and administrators. */
import type { Prisma } from '#db/client.ts'
import { coveredProjects, covers } from '#lib/access/grants.ts'
import { visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { type StoredSession, withRequester } from './session-row.ts'
import { isApprover } from './session-rules.ts'

/** The session. Throws NotFound, whether there is none or the person may not know of it. */
export async function readableSession(id: string, actor: Actor): Promise<StoredSession> {
  const session = await database().breakGlassSession.findUnique({ where: { id }, include: withRequester })
  if (!session || !(await mayLook(session, actor)))
    throw new NotFound('There is no such break-glass session, or you may not see its project.')
  return session
}

async function mayLook(session: StoredSession, actor: Actor): Promise<boolean> {
  if (session.requestedById === actor.userId || actor.auditor || actor.admin || session.decidedBy === actor.username) return true
  if (asked(session) && isApprover(actor)) return true
  const { clusters } = await visibleProjects(actor)
  return covers(clusters, session.cluster, session.namespace)
}

const asked = (session: StoredSession): boolean => session.tier === 'approval' && session.state === 'requested'

/** The same, as a condition on rows. */
export async function visibleSessions(actor: Actor): Promise<Prisma.BreakGlassSessionWhereInput> {
  if (actor.auditor || actor.admin) return {}
  const { clusters } = await visibleProjects(actor)
  return {
    OR: [
      { requestedById: actor.userId },
      { decidedBy: actor.username },
      ...(isApprover(actor) ? [{ tier: 'approval', state: 'requested' }] : []),
      ...coveredProjects(clusters),
    ],
  }
}
