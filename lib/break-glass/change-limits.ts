/** How often a person may let a cluster judge break-glass changes. Counted in the audit chain, so that it holds for all web processes together. */
import type { Transaction } from '#lib/database/client.ts'
import { RateLimited } from '#lib/errors.ts'

/** Dry runs in a minute, for each person: others' traffic blocks nobody. */
export const dryRunsPerMinute = 30

/** The entries that are looked through, from the newest: more cannot be a minute's by far, and the count stays cheap. */
const lookedThrough = 2000

/** Throws RateLimited. Of one person's dry runs at the same time one is counted after the other. */
export async function requireFewDryRuns(transaction: Transaction, username: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`break-glass dry run ${username}`}))`
  const [row] = await transaction.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS "count" FROM (SELECT "actor", "action", "outcome", "at" FROM "audit_entry" ORDER BY "seq" DESC LIMIT ${lookedThrough}) AS newest
    WHERE "action" = 'break-glass.dry-run' AND "outcome" = 'intent' AND "actor" = ${username} AND "at" > clock_timestamp() - interval '1 minute'`
  if (Number(row?.count ?? 0) >= dryRunsPerMinute)
    throw new RateLimited('corbel', `You had ${dryRunsPerMinute} dry runs in the last minute. Wait a moment, then run it again.`, 20)
}
