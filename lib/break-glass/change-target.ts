/** The live object a change is about: where the API server has it, and how it is now, read with the person's own token. */
import { clusterNamed } from '#lib/cluster/clusters.ts'
import type { ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import { database } from '#lib/database/client.ts'
import { Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'

export interface Target {
  cluster: string
  namespace: string
  /** Kind.group */
  kind: string
  name: string
}

/** A namespaced object: break-glass acts on no other. */
export interface TargetRef extends ObjectRef {
  namespace: string
  plural: string
}

/** As Kubernetes names objects (RFC 1123 subdomain): nothing else gets into an address or a header. */
const objectName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/** Throws NotFound for a kind that is not offered, Invalid for one without namespaces and for a name that is none. */
export async function refOfTarget({ cluster, namespace, kind, name }: Target): Promise<TargetRef> {
  if (name.length > 253 || !objectName.test(name))
    throw new Invalid('Kubernetes has no such names. Open the resource from its own page and start there.')
  const row = await database().kind.findUnique({ where: { cluster_key: { cluster, key: kind } } })
  if (!row || row.state === 'gone')
    throw new NotFound(`${kind} is not offered on ${cluster}. Break-glass only writes kinds that Corbel offers.`)
  if (!row.namespaced)
    throw new Invalid(`${row.kind} is cluster-wide. Break-glass accounts act in their own project only: ask the platform team.`)
  return { apiVersion: `${row.group}/${row.version}`, kind: row.kind, plural: row.plural, namespaced: true, namespace, name }
}

/** The object as exact JSON text. Never impersonated: what the person may not read is not shown to them here either. */
export async function readLive(cluster: string, ref: TargetRef, actor: Pick<Actor, 'loginId'>): Promise<string> {
  const { value } = await clusterNamed(cluster)
    .as({ token: await clusterToken(actor) })
    .getText(ref)
  return value
}
