/** How often one person may ask for sessions: ten times a minute, counted in the database for all processes together. */
import type { Transaction } from '#lib/database/client.ts'
import { RateLimited } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'

const perMinute = 10

/** Part of the transaction that asks; those of one person wait for each other here. Throws RateLimited. */
export async function requireFewRequests(transaction: Transaction, { userId }: Pick<Actor, 'userId'>): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`break-glass ${userId}`}, 0))`
  const [row] = await transaction.$queryRaw<{ count: number; wait: number | null }[]>`
    SELECT count(*)::int AS "count", ceil(60 - extract(epoch FROM clock_timestamp() - min("requestedAt")))::int AS "wait"
    FROM "break_glass_session" WHERE "requestedById" = ${userId}::uuid AND "requestedAt" > clock_timestamp() - interval '1 minute'`
  if (!row || row.count < perMinute) return
  const wait = Math.max(row.wait ?? 60, 1)
  throw new RateLimited('corbel', `You asked for ${perMinute} break-glass sessions within a minute. Try again in ${wait} seconds.`, wait)
}
