/** The quota of calls per minute, kept across all processes in the table InventoryCall. */
import type { Database } from '#lib/database/client.ts'
import { InventoryQuota } from './inventory-errors.ts'

/** Minutes older than this are of no use to anybody. */
const keptMs = 60 * 60_000

/**
 * Counts one call in this minute of the database's clock.
 * @throws InventoryQuota when the minute has no call left; it says when the next minute begins.
 */
export async function admitCall(database: Database, call: string, perMinute: number): Promise<void> {
  const counted = await database.$queryRaw<{ count: number }[]>`
    INSERT INTO inventory_call (call, minute, count) VALUES (${call}, date_trunc('minute', now()), 1)
    ON CONFLICT (call, minute) DO UPDATE SET count = inventory_call.count + 1 WHERE inventory_call.count < ${perMinute}
    RETURNING count`
  if (counted[0]?.count === 1) await database.inventoryCall.deleteMany({ where: { minute: { lt: new Date(Date.now() - keptMs) } } })
  if (counted.length > 0) return
  const [left] = await database.$queryRaw<{ milliseconds: number }[]>`
    SELECT ceil(extract(epoch FROM date_trunc('minute', now()) + interval '1 minute' - clock_timestamp()) * 1000)::int AS milliseconds`
  const wait = Math.max(left?.milliseconds ?? 60_000, 1)
  throw new InventoryQuota(
    `Corbel has made the ${perMinute} calls a minute it allows itself (${call}). It goes on in ${Math.ceil(wait / 1000)} seconds.`,
    wait,
  )
}
