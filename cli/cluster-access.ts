/** What the commands ask of the cluster: one object, a dry run, several at a time. */
import { type Cluster, type ClusterCalls, openCluster } from '#lib/cluster/client.ts'
import type { ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import { CorbelError, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import type { ResourceIdentity } from '#lib/manifest/parse-manifest.ts'
import { fieldManager, type Verdict } from '#lib/plan/plan.ts'
import { redactText } from '#lib/redact/redact.ts'
import type { Options } from './options.ts'

/** How many requests run at once. */
const parallel = 8

/** Opens the cluster of the command line. Throws Invalid when none is named. */
export function clusterOf(options: Options, name: string): Cluster {
  if (!options.kubeconfig) throw new Invalid('Which cluster? Name a kubeconfig with --kubeconfig FILE or the variable KUBECONFIG.')
  return openCluster({ name, kubeconfigFile: options.kubeconfig, ...(options.context ? { context: options.context } : {}) })
}

/** Whether an error says that the cluster could not be asked, rather than that it refused. */
export const isOutage = (error: unknown): boolean =>
  error instanceof Unavailable || error instanceof RateLimited || error instanceof Unauthenticated

export const refTo = ({ apiVersion, kind, namespace, name }: ResourceIdentity): ObjectRef => ({
  apiVersion,
  kind,
  name,
  ...(namespace ? { namespace } : {}),
})

/** The live object; undefined when it, its namespace or its kind does not exist. Throws what else went wrong. */
export async function readLive(calls: ClusterCalls, identity: ResourceIdentity): Promise<JsonObject | undefined> {
  try {
    return (await calls.get(refTo(identity))).value
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** What the API server says to applying an object, without writing it. */
export async function verdictOn(calls: ClusterCalls, object: JsonObject, namespace: string | undefined): Promise<Verdict> {
  try {
    if (namespace === undefined && (await isNamespaced(calls, object))) {
      return refusal('It names no namespace. Add metadata.namespace: the project it belongs to.', [
        { path: ['metadata', 'namespace'], message: 'Is required.' },
      ])
    }
    const { warnings } = await calls.applyServerSide(object, { dryRun: true, fieldManager, force: true })
    return { state: 'accepted', message: null, fields: [], warnings: warnings.map(redactText) }
  } catch (error) {
    return verdictOf(error)
  }
}

export async function isNamespaced(calls: ClusterCalls, object: JsonObject): Promise<boolean> {
  const { apiVersion, kind } = object
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false
  return (await calls.served({ apiVersion, kind })).namespaced
}

/** An error of a write as a verdict. Throws errors that are none of ours. */
export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof CorbelError)) throw error
  if (isOutage(error)) return { state: 'unavailable', message: redactText(error.message), fields: [], warnings: [] }
  return refusal(redactText(error.message), error instanceof Invalid ? error.fields : [])
}

const refusal = (message: string, fields: Verdict['fields']): Verdict => ({
  state: 'refused',
  message,
  fields: fields.map(({ path, message: why }) => ({ path, message: redactText(why) })),
  warnings: [],
})

/** Works on all items, some at once; results keep the order. */
export async function forEachAtOnce<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = new Array(items.length)
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      if (item !== undefined) results[index] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker))
  return results
}
