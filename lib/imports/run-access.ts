/** Who may see and change a run: see the access rules in lib/imports/contract.ts's routes. */
import type { ImportRun as StoredRun, User } from '#db/client.ts'
import { coveredProjects } from '#lib/access/grants.ts'
import { canProposeIn, canReadProject, visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'

export type RunRow = StoredRun & { requestedBy: Pick<User, 'username' | 'name'> }

/** What every reading of runs joins. */
export const withRequester = { requestedBy: { select: { username: true, name: true } } } as const

/**
 * A run that the person may read: of a project, whoever may read the project; of a folder or an organization, admins. Throws NotFound,
 * whether there is none or the person may not know of it.
 */
export async function readableRun(id: string, actor: Actor): Promise<RunRow> {
  const row = await database().importRun.findUnique({ where: { id }, include: withRequester })
  const readable = row && (row.namespace === null ? actor.admin : await canReadProject(actor, row.cluster, row.namespace))
  if (!readable) throw new NotFound('There is no such import, or you may not see its project.')
  return row
}

/** A run that the person may change: of a project, whoever may propose there; of a folder or an organization, admins. Throws NotFound, Forbidden. */
export async function changeableRun(id: string, actor: Actor): Promise<RunRow> {
  const row = await readableRun(id, actor)
  if (row.namespace !== null && !(await canProposeIn(actor, row.cluster, row.namespace)))
    throw new Forbidden(
      `You may look at this import, but not change it: you may not propose changes in ${row.namespace}. The team that owns the project, or the platform team, can let you.`,
    )
  return row
}

/** The condition on runs that a person may see in lists. */
export async function visibleRuns(actor: Actor) {
  const { clusters } = await visibleProjects(actor)
  const projects = coveredProjects(clusters).map((covered) => ({ ...covered, NOT: { namespace: null } }))
  return { OR: [...projects, ...(actor.admin ? [{ namespace: null }] : [])] }
}
