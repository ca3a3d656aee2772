/**
 * The worker's part in sessions: twice a second it ends those that have run out, every few seconds it compares the clusters' gates with them,
 * and it lets go of sessions whose process died after its change was settled. Several workers may do so at once: each step is guarded.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { database } from '#lib/database/client.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { reconcileGates } from './gate-reconcile.ts'
import { endApplying, expireSessions } from './session-life.ts'

const lookMs = 500
/** Gates are compared this often; only every tenth time while no session is open and none was lately. */
const gateMs = 5_000
const restMs = 10 * gateMs

/** Watches sessions until the signal. A lost database is waited for. */
export async function watchSessions(signal: AbortSignal): Promise<void> {
  const failing = outage()
  let comparing: Promise<void> | undefined
  let compareAt = 0
  while (!signal.aborted) {
    try {
      const expiring = expireSessions()
      expiring.catch(() => {}) // told below, or by the next look
      await Promise.race([expiring, sleep(lookMs)]) // a cluster that is slow to shut a gate keeps no other session open
      await releaseSessions()
      if (!comparing && performance.now() >= compareAt) {
        compareAt = performance.now() + ((await someLately()) ? gateMs : restMs)
        comparing = compareGates().finally(() => {
          comparing = undefined
        })
      }
      failing.ends()
    } catch (error) {
      if (failing.begins(error instanceof Error ? error.message : ''))
        log().error({ err: error }, 'break-glass sessions could not be looked at')
    }
    await sleep(lookMs, undefined, { signal }).catch(() => {})
  }
  await comparing
}

const someLately = async (): Promise<boolean> => {
  const [row] = await database().$queryRaw<{ some: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM "break_glass_session" WHERE "gate" <> 'shut' OR "state" IN ('open', 'applying')
      OR "endedAt" > clock_timestamp() - interval '10 minutes') AS "some"`
  return row?.some === true
}

const away = new Map<string, ReturnType<typeof outage>>()

async function compareGates(): Promise<void> {
  try {
    const { failed, ...did } = await reconcileGates()
    if (did.shut + did.opened > 0) log().info(did, 'break-glass gates were put right')
    for (const [cluster, told] of away) if (!failed.some((one) => one.cluster === cluster)) told.ends()
    for (const { cluster, error } of failed) {
      const told = away.get(cluster) ?? outage()
      away.set(cluster, told)
      if (told.begins()) log().error({ err: error, cluster }, 'the break-glass gates of a cluster could not be compared with its sessions')
    }
  } catch (error) {
    log().error({ err: error }, 'break-glass gates could not be compared with sessions')
  }
}

/**
 * Sessions that still say "applying" though no change of theirs is on its way: the process died between the two. A change of which nobody knows
 * is on its way until it is settled. Gives how many it let go.
 */
export async function releaseSessions(): Promise<number> {
  const stuck = await database().$queryRaw<{ id: string }[]>`
    SELECT s."id" FROM "break_glass_session" AS s
    WHERE s."state" = 'applying' AND s."updatedAt" < clock_timestamp() - interval '10 seconds'
      AND NOT EXISTS (SELECT 1 FROM "break_glass_change" AS c WHERE c."sessionId" = s."id" AND c."state" IN ('applying', 'unknown'))`
  for (const { id } of stuck) await database().$transaction((transaction) => endApplying(transaction, id))
  return stuck.length
}
