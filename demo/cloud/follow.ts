/** Keeps a copy of all objects of a kind up to date: list, watch, and list again when the watch cannot go on. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { Gone } from '#lib/cluster/gone.ts'
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import type { JsonObject } from '#lib/json.ts'
import { turnstile } from './turnstile.ts'

export interface Follower {
  /** The complete list: what is not in it is gone. */
  listed: (objects: JsonObject[]) => void
  changed: (object: JsonObject) => void
  deleted: (object: JsonObject) => void
  /** Says what went wrong, once for each outage; the next attempt follows by itself. */
  troubled: (error: unknown) => void
}

const shortestPauseMs = 500
const longestPauseMs = 15_000
/** Hundreds of lists at once would make the API server ask to slow down. */
const listInTurn = turnstile(20)

/** Follows a kind, in one namespace or all, until the signal ends it. Never rejects. */
export async function follow(
  calls: ClusterCalls,
  kind: KindRef,
  signal: AbortSignal,
  follower: Follower,
  namespace?: string,
): Promise<void> {
  const where = namespace === undefined ? {} : { namespace }
  let pause = shortestPauseMs
  let said = false
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await listInTurn(() => calls.list(kind, { signal, ...where }))
      follower.listed(items)
      pause = shortestPauseMs
      said = false
      for await (const event of calls.watch(kind, { resourceVersion, signal, ...where })) {
        if (event.type === 'added' || event.type === 'modified') follower.changed(event.object)
        else if (event.type === 'deleted') follower.deleted(event.object)
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Gone) continue
      if (!said) follower.troubled(error)
      said = true
      await sleep(pause, undefined, { signal }).catch(() => {})
      pause = Math.min(pause * 2, longestPauseMs)
    }
  }
}
