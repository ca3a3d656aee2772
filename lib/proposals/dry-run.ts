/** Asks the API server to judge a manifest as the person, without writing anything. */
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, Invalid, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { checkIdentity, readManifest, splitKindKey } from './change-identity.ts'
import type { DryRunResult, ResourceChange } from './contract.ts'

export interface DryRun {
  cluster: string
  namespace: string
  kind: string
  action: ResourceChange['action']
  /** The manifest; for a deletion it may be left out where `name` is given. */
  text: string | null
  name?: string | undefined
}

/**
 * The API server's verdict on a change, by a server-side apply (or delete) that is not carried out, with the person's own token and
 * strict field validation. A refusal is an answer, not an error: it comes with the fields it is about. Throws Unauthenticated only.
 */
export async function dryRun(request: DryRun, actor: Actor): Promise<DryRunResult> {
  const started = performance.now()
  const answer = (result: Partial<DryRunResult>): DryRunResult => ({
    accepted: false,
    unavailable: null,
    message: null,
    fields: [],
    warnings: [],
    ...result,
    milliseconds: Math.round(performance.now() - started),
  })
  try {
    return answer({ accepted: true, warnings: await judge(request, actor) })
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
    if (error instanceof Unavailable || error instanceof RateLimited) return answer({ unavailable: error.message })
    return answer({ message: error.message, fields: error instanceof Invalid ? error.fields : [] })
  }
}

async function judge(request: DryRun, actor: Actor): Promise<string[]> {
  const manifest = request.text === null ? undefined : readManifest(request.text)
  const expected = { namespace: request.namespace, kind: request.kind, name: request.name }
  if (manifest) checkIdentity(manifest.identity, request.action === 'create' ? { ...expected, name: undefined } : expected)
  const calls = clusterNamed(request.cluster).as({ token: await clusterToken(actor) })
  if (request.action !== 'delete') {
    if (!manifest) throw new Invalid('There is no manifest to judge.')
    // what CI does after the merge: the same field manager, and the file decides
    const { warnings } = await calls.applyServerSide(manifest.value, { dryRun: true, fieldManager: 'corbel', force: true })
    return warnings
  }
  const { kind, group } = splitKindKey(request.kind)
  const name = request.name ?? manifest?.identity.name
  if (!name) throw new Invalid('The request does not name the resource.')
  const version = manifest?.identity.version ?? (await storedVersion(request.cluster, request.kind))
  const ref = { apiVersion: group ? `${group}/${version}` : version, kind, namespace: request.namespace, name }
  return (await calls.delete(ref, { dryRun: true })).warnings
}

async function storedVersion(cluster: string, key: string): Promise<string> {
  const row = await database().kind.findUnique({ where: { cluster_key: { cluster, key } }, select: { version: true } })
  if (!row) throw new Invalid(`The cluster ${cluster} does not offer ${key}.`)
  return row.version
}
