/** Who may call a route. The cluster decides about resources; these rules only say what a page may even ask for. */
import { canProposeIn, canReadProject } from '#lib/access/visible-projects.ts'
import { Forbidden, Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { JsonObject } from '#lib/json.ts'

/**
 * public: anybody, also without a login. signed-in: anybody with a login; the service function narrows what they see.
 * admin: members of CORBEL_ADMIN_GROUPS. on project: the request names `cluster` and `namespace` (address, query or
 * body), and the person's own token is good for reading, or for dry-running a change, there: of the kind where the
 * request names one.
 */
export type AccessRule = 'public' | 'signed-in' | 'admin' | { readonly on: 'project'; readonly verb: 'read' | 'propose' }

/** Throws Forbidden with a sentence saying who could grant it. */
export async function checkAccess(rule: AccessRule, actor: Actor, target: JsonObject): Promise<void> {
  if (rule === 'public' || rule === 'signed-in') return
  if (rule === 'admin') {
    if (!actor.admin) throw new Forbidden('This page is for the platform team. Ask them, or one of them to add you to their group.')
    return
  }
  const { cluster, namespace } = target
  const kind = typeof target.kind === 'string' ? target.kind : undefined
  if (typeof cluster !== 'string' || typeof namespace !== 'string') throw new Invalid('The request does not name a cluster and a project.')
  if (rule.verb === 'read' && !(await canReadProject(actor, cluster, namespace, kind))) {
    throw new Forbidden(
      `You may not read ${kind === undefined ? '' : `${kind} in `}${namespace} on ${cluster}. The team that owns the project, or the platform team, can let you.`,
    )
  }
  if (rule.verb === 'propose' && !(await canProposeIn(actor, cluster, namespace, kind))) {
    throw new Forbidden(
      `You may not propose changes ${kind === undefined ? '' : `of ${kind} `}in ${namespace} on ${cluster}. The team that owns the project, or the platform team, can let you.`,
    )
  }
}
