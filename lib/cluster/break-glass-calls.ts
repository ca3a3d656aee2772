/**
 * The two calls that are made as a project's break-glass account: the person's own token plus `Impersonate-User`, and nothing else.
 * Who may do this is decided by the API server alone: its roles say who may act as the account, its gate says when
 * (deploy/kubernetes/break-glass.yaml). Nothing is tried again here: a call whose answer got lost may have been carried out.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
import { Conflict, Forbidden, Invalid, Unauthenticated, Unavailable } from '#lib/errors.ts'
import { isId } from '#lib/ids.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { apiRoot } from './api-path.ts'
import type { Approach } from './connection.ts'
import type { Answer, KindRef, ObjectRef } from './kubernetes-object.ts'
import { caller, neverSent } from './request.ts'

/** The name of every project's break-glass account. */
export const breakGlassAccount = 'break-glass'
/** On a changed object: the id of the session the change was made in. */
export const sessionAnnotation = 'corbel.dev/session'

/** In whose name and session a call is made. */
export interface BreakGlassActor {
  /** The person's own ID token. */
  token: string
  /** The project's namespace, taken from the object and never from what a person typed. */
  namespace: string
  /** Id of the session. */
  session: string
  requestId: string
}

/** `text` is the object byte for byte as the API server sent it: `value` rounds integers beyond 2^53. */
export interface BreakGlassAnswer extends Answer<JsonObject> {
  text: string
}

export interface BreakGlassWrite {
  /** The API server judges and answers as if it wrote, and writes nothing. */
  dryRun: boolean
  /** A UUID under which the API server's own audit log will have this call. */
  auditId: string
}

/**
 * Throws Forbidden (the gate's sentence, or who may not act as the account), Conflict (the object is no longer as it was), Invalid (the API
 * server does not take the change), NotFound, Unauthenticated, RateLimited; OutcomeUnknown where the change may have been made all the
 * same; Unavailable where it was surely not.
 */
export interface BreakGlassCalls {
  /** RFC 6902; `bytes` are sent exactly as given. Unknown fields are errors. */
  patch(ref: ObjectRef, bytes: string, write: BreakGlassWrite): Promise<BreakGlassAnswer>
  delete(ref: ObjectRef, write: BreakGlassWrite & { preconditions?: { uid?: string; resourceVersion?: string } }): Promise<BreakGlassAnswer>
}

/** The call was sent and its answer got lost: read the object again before anything else. */
export class OutcomeUnknown extends Unavailable {}

/** An empty name would make a deletion one of all resources of the kind. */
const dnsSubdomain = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/
const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The user name of a namespace's break-glass account. Throws Invalid for a namespace that is no DNS label (RFC 1123): with a colon in it the API
 * server would ask another question than we mean.
 */
export function breakGlassUser(namespace: string): string {
  return `system:serviceaccount:${checkedNamespace(namespace)}:${breakGlassAccount}`
}

/** The namespace, once it is sure to be one. Throws Invalid. */
export function checkedNamespace(namespace: string): string {
  if (!dnsLabel.test(namespace)) throw new Invalid(`"${namespace.slice(0, 80)}" is no name of a namespace.`)
  return namespace
}

/** The session's id, once it is sure to be one: it becomes part of an annotation's name. Throws Invalid. */
export function checkedSession(session: string): string {
  if (!isId(session) || session !== session.toLowerCase()) throw new Invalid('This is no id of a break-glass session.')
  return session
}

interface Ways {
  cluster: string
  server: string
  approach: (token: string) => Approach
  served: (kind: KindRef, token: string) => Promise<{ plural: string; namespaced: boolean }>
}

/** Calls as the break-glass account. Throws Invalid or Unauthenticated at once where the actor is not well formed. */
export function breakGlassCalls({ cluster, server, approach, served }: Ways, actor: BreakGlassActor): BreakGlassCalls {
  const { token, namespace, requestId } = actor
  const user = breakGlassUser(namespace)
  const session = checkedSession(actor.session)
  if (!/^[A-Za-z0-9._~+/=-]+$/.test(token)) throw new Unauthenticated('Your sign-in cannot be used for this. Sign in again.')
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(requestId)) throw new Invalid('The request has no usable id.')

  const pathOf = async (ref: ObjectRef): Promise<string> => {
    const named = `${ref.kind} "${ref.name}"`
    if (ref.namespace !== namespace) throw new Invalid(`${named} is not in namespace ${namespace}, where the session is.`)
    if (!/^[a-z0-9][a-z0-9.-]*\.[a-z]+\/v[a-z0-9]+$/.test(ref.apiVersion)) throw new Invalid(`Break-glass does not change ${named}.`)
    if (!dnsSubdomain.test(ref.name)) throw new Invalid(`Kubernetes has no resources named "${ref.name.slice(0, 80)}".`)
    const { plural, namespaced } = await served(ref, token)
    if (!namespaced || !/^[a-z][a-z0-9]*$/.test(plural))
      throw new Invalid(`Break-glass does not change ${named}: it belongs to no project.`)
    return `${apiRoot(ref.apiVersion)}/namespaces/${namespace}/${plural}/${ref.name}`
  }

  /** Made anew for each call, from this list and nothing else. */
  const headersOf = ({ dryRun, auditId }: BreakGlassWrite): Record<string, string> => {
    if (!isId(auditId)) throw new Invalid('The call has no usable audit id.')
    return {
      'impersonate-user': user,
      'audit-id': auditId,
      'user-agent': `corbel (session=${session}; request=${requestId}${dryRun ? '; dry-run' : ''})`,
    }
  }

  const send = async (
    ref: ObjectRef,
    write: BreakGlassWrite,
    request: { verb: 'patch' | 'delete'; query?: Record<string, string>; bytes: string; contentType: string },
  ): Promise<BreakGlassAnswer> => {
    const headers = headersOf(write)
    const path = await pathOf(ref)
    const call = caller(cluster, server, { by: 'person', approach: async () => approach(token) })
    const { verb, ...rest } = request
    const attempted = { verb, kind: ref.kind, namespace, name: ref.name }
    try {
      const answer = await call.exact({ method: verb === 'patch' ? 'PATCH' : 'DELETE', path, headers, attempted, ...rest })
      if (!isObject(answer.value)) throw new Unavailable('cluster', `Cluster "${cluster}" answered with something that is no object.`)
      return { ...answer, value: answer.value }
    } catch (error) {
      throw inOurWords(error, ref, { ...write, cluster })
    }
  }

  return {
    patch: (ref, bytes, write) =>
      send(ref, write, {
        verb: 'patch',
        query: { ...(write.dryRun ? { dryRun: 'All' } : {}), fieldManager: breakGlassManager, fieldValidation: 'Strict' },
        bytes,
        contentType: 'application/json-patch+json',
      }),
    delete: (ref, { preconditions, ...write }) =>
      send(ref, write, {
        verb: 'delete',
        // the options of a DELETE stand in its body alone: beside a body the API server ignores them in the query
        bytes: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          ...(write.dryRun ? { dryRun: ['All'] } : {}),
          ...(preconditions ? { preconditions } : {}),
        }),
        contentType: 'application/json',
      }),
  }
}

function inOurWords(error: unknown, ref: ObjectRef, { dryRun, cluster }: { dryRun: boolean; cluster: string }): unknown {
  const named = `${ref.kind} "${ref.name}"`
  // the API server answers a failed `test` with 422 and no reason
  if (error instanceof Invalid && error.fields.length === 0 && /rejected our request due to an error/.test(error.message))
    return new Conflict(`${named} changed meanwhile. Review the difference and try again.`, {}, { cause: error })
  if (error instanceof Forbidden && /may not impersonate/.test(error.message))
    return new Forbidden(
      `You may not act as the break-glass account of namespace ${ref.namespace} on cluster "${cluster}". The team that owns the project may; whoever administers access to the cluster can bind you to corbel:break-glass-user there.`,
      { cause: error },
    )
  if (error instanceof Unavailable && !dryRun && !neverSent(error))
    return new OutcomeUnknown(
      'cluster',
      `Cluster "${cluster}" did not answer in full, so it is not known whether the change of ${named} was made. Look at the resource before you try again.`,
      { cause: error },
    )
  return error
}
