/** Follows one kind on one cluster; see collector.ts for the protocol. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { Gone } from '#lib/cluster/gone.ts'
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import { type Database, isDatabaseUnreachable, notify } from '#lib/database/client.ts'
import { CorbelError, Forbidden, NotFound, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import type { BatchWriter } from './batch-writer.ts'
import { takeMissingReferences } from './stored-references.ts'

export interface KindToCollect extends KindRef {
  key: string
  plural: string
  namespaced: boolean
}

export interface KindContext {
  cluster: string
  calls: ClusterCalls
  database: Database
  writer: BatchWriter
  signal: AbortSignal
  /** Bounds how many kinds are listed at once. */
  listing: <T>(work: () => Promise<T>) => Promise<T>
  /** Whether this kind's watch is in step right now. */
  onStep: (key: string, inStep: boolean) => void
  log: (message: string, details: Record<string, unknown>) => void
}

type KindState = 'pending' | 'synced' | 'forbidden' | 'failed'

/** Runs until the signal ends it. Never throws: what goes wrong becomes the state of the kind's row. */
export async function collectKind(kind: KindToCollect, context: KindContext): Promise<void> {
  const { calls, writer, signal, onStep } = context
  onStep(kind.key, false)
  const row = await storedKind(kind, context)
  let resourceVersion = row?.resourceVersion ?? undefined
  let state = row?.state
  let referencesTaken = false
  const become = async (next: KindState, message: string | null): Promise<void> => {
    onStep(kind.key, true) // a kind that cannot be read is told as such, and holds nobody up
    if (state === next) return
    state = next
    await saveState(kind, context, next, message)
  }
  for (let failures = 0; !signal.aborted; ) {
    try {
      if (!referencesTaken) await takeMissingReferences(context.database, context.cluster, kind.key, signal)
      referencesTaken = true
      resourceVersion ??= await context.listing(() => listAgain(kind, context))
      for await (const event of calls.watch(kind, { resourceVersion, signal })) {
        failures = 0
        resourceVersion = event.resourceVersion
        if (event.type === 'open') await become('synced', null)
        else if (event.type === 'bookmark') await writer.push({ type: 'progress', kind: kind.key, resourceVersion })
        else await writer.push(changeOf(kind, event.type === 'deleted' ? 'deleted' : 'seen', event.object, resourceVersion))
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Gone) {
        context.log('a watch is too old to go on; the kind is listed again', { kind: kind.key })
        resourceVersion = undefined
        continue
      }
      onStep(kind.key, false)
      await settleFailure(error, failures, become, context, kind)
      await sleep(pauseAfter(error, failures++), undefined, { signal }).catch(() => {})
    }
  }
}

async function settleFailure(
  error: unknown,
  failures: number,
  become: (state: KindState, message: string | null) => Promise<void>,
  context: KindContext,
  kind: KindToCollect,
): Promise<void> {
  // out of reach is a matter of the cluster, told in its row; the kind's rows stay as they were
  if (isDatabaseUnreachable(error)) return
  if (error instanceof Unavailable || error instanceof RateLimited || error instanceof Unauthenticated) return
  // a definition just installed is served a moment later
  if (error instanceof NotFound && failures < 5) return
  const message = error instanceof CorbelError ? error.message : 'Corbel failed to read this kind. The log of the worker says why.'
  context.log('a kind cannot be read', { kind: kind.key, err: error })
  await become(error instanceof Forbidden ? 'forbidden' : 'failed', message).catch(() => {})
}

function pauseAfter(error: unknown, failures: number): number {
  if (error instanceof Forbidden) return 30_000
  if (error instanceof RateLimited && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000
  return Math.min(500 * 2 ** failures, 30_000) * (0.75 + Math.random() / 2)
}

const changeOf = (kind: KindToCollect, type: 'seen' | 'deleted', raw: JsonObject, resourceVersion?: string) => ({
  type,
  kind: kind.key,
  kindName: kind.kind,
  raw,
  resourceVersion,
})

/** Lists the kind, stores what there is and removes what is gone. Gives the revision from which the watch goes on. */
async function listAgain(kind: KindToCollect, { calls, cluster, database, writer, signal }: KindContext): Promise<string> {
  // killed half-way, the next run lists again instead of replaying old events over newer rows
  await database.kind.updateMany({ where: { cluster, key: kind.key }, data: { resourceVersion: null } })
  const seen = new Set<string>()
  let resourceVersion = ''
  for await (const page of calls.pages(kind, { signal })) {
    resourceVersion = page.resourceVersion
    for (const item of page.items) {
      const change = changeOf(kind, 'seen', item)
      seen.add(nameKey(item))
      await writer.push(change)
    }
  }
  await writer.settled()
  const known = await database.resource.findMany({
    where: { cluster, kind: kind.key, deletedAt: null },
    select: { id: true, namespace: true, name: true, uid: true },
  })
  if (seen.size === 0 && known.length === 0) {
    await writer.push({ type: 'progress', kind: kind.key, resourceVersion })
    return resourceVersion
  }
  const missing = known.filter(({ namespace, name }) => !seen.has(`${namespace}/${name}`))
  for (let start = 0; start < missing.length; start += 200) {
    const part = missing.slice(start, start + 200)
    const objects = await database.resourceObject.findMany({ where: { resourceId: { in: part.map(({ id }) => id) } } })
    const byId = new Map(objects.map(({ resourceId, object }) => [resourceId, object]))
    for (const { id, namespace, name, uid } of part) {
      const object = byId.get(id)
      const last =
        object && typeof object === 'object' && !Array.isArray(object)
          ? JSON.parse(JSON.stringify(object))
          : { metadata: { namespace, name, uid } }
      await writer.push(changeOf(kind, 'deleted', last))
    }
  }
  await writer.push({ type: 'progress', kind: kind.key, resourceVersion })
  await writer.settled()
  await database.$executeRaw`
    UPDATE "kind" SET "count" = (SELECT count(*) FROM "resource" WHERE "cluster" = ${cluster} AND "kind" = ${kind.key} AND "deletedAt" IS NULL)
    WHERE "cluster" = ${cluster} AND "key" = ${kind.key}`
  return resourceVersion
}

function nameKey(item: JsonObject): string {
  const metadata = item.metadata
  if (!metadata || typeof metadata !== 'object' || Array.isArray(metadata)) return '/'
  return `${typeof metadata.namespace === 'string' ? metadata.namespace : ''}/${typeof metadata.name === 'string' ? metadata.name : ''}`
}

async function storedKind(kind: KindToCollect, { database, cluster, signal }: KindContext) {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await database.kind.findUnique({
        where: { cluster_key: { cluster, key: kind.key } },
        select: { resourceVersion: true, state: true },
      })
    } catch {
      // the database is away: the batch writer and the lease say so; this waits with them
      await sleep(Math.min(500 * 2 ** failures, 10_000), undefined, { signal }).catch(() => {})
    }
  }
  return null
}

async function saveState(kind: KindToCollect, { database, cluster }: KindContext, state: KindState, message: string | null): Promise<void> {
  await database.$transaction(async (transaction) => {
    await transaction.kind.updateMany({
      where: { cluster, key: kind.key, NOT: { state: 'gone' } },
      data: { state, message, ...(state === 'synced' ? { syncedAt: new Date() } : {}) },
    })
    await notify(transaction, { scope: 'kinds', cluster })
  })
}
