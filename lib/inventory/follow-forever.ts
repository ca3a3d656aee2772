import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { Gone } from '#lib/cluster/gone.ts'
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import type { Database } from '#lib/database/client.ts'
import type { JsonObject } from '#lib/json.ts'
import { outage } from '#lib/telemetry/outage.ts'

export interface Following {
  cluster: string
  calls: ClusterCalls
  database: Database
  signal: AbortSignal
  /** Whether this list is in step right now; the error says why not. */
  onStep: (what: string, inStep: boolean, error?: unknown) => void
  log: (message: string, details: Record<string, unknown>) => void
}

interface Followed {
  /** In the plural, for the log. */
  what: string
  kind: KindRef
  labelSelector?: string
  chunk?: number
  /** Gets everything there is; must notice what is gone. */
  onList: (items: JsonObject[], resourceVersion: string) => Promise<void>
  onChange: (type: 'added' | 'modified' | 'deleted', item: JsonObject) => Promise<void>
}

/** Lists and watches one short kind until the signal ends it; after any failure it lists again. Never throws. */
export async function followForever({ calls, signal, onStep, log }: Following, followed: Followed): Promise<void> {
  const { what, kind, labelSelector, onList, onChange } = followed
  const selected = labelSelector ? { labelSelector } : {}
  const away = outage()
  for (let failures = 0; !signal.aborted; ) {
    try {
      const { items, resourceVersion } = await calls.list(kind, {
        ...selected,
        ...(followed.chunk ? { chunk: followed.chunk } : {}),
        signal,
      })
      await onList(items, resourceVersion)
      for await (const event of calls.watch(kind, { ...selected, resourceVersion, signal })) {
        failures = 0
        if (event.type === 'open') {
          const lasted = away.ends()
          if (lasted !== undefined) log(`the ${what} of a cluster are followed again`, { seconds: Math.round(lasted / 1000) })
          onStep(what, true)
        } else if (event.type !== 'bookmark') await onChange(event.type, event.object)
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Gone) continue
      onStep(what, false, error)
      if (away.begins(error instanceof Error ? error.message : ''))
        log(`the ${what} of a cluster cannot be followed; trying again`, { err: error })
      await sleep(Math.min(500 * 2 ** failures++, 15_000), undefined, { signal }).catch(() => {})
    }
  }
}
