/**
 * How often a person may do what costs others something: a cluster's judgement, calls to GitHub, a walk through the audit chain. Counted in
 * the chain, so that it holds for all web processes together.
 */
import { database, type Transaction } from '#lib/database/client.ts'
import { RateLimited } from '#lib/errors.ts'

/** Dry runs in a minute, for each person: others' traffic blocks nobody. */
export const dryRunsPerMinute = 30
/** The same for looks at what is left of a session. */
const checksPerMinute = 20
/** The same for evidence bundles. */
const bundlesPerMinute = 5

/** The entries that are looked through, from the newest: more cannot be a minute's by far, and the count stays cheap. */
const lookedThrough = 2000

/** Throws RateLimited. Of one person's dry runs at the same time one is counted after the other. */
export const requireFewDryRuns = (transaction: Transaction, username: string): Promise<void> =>
  requireFew(transaction, username, 'break-glass.dry-run', dryRunsPerMinute, 'had # dry runs')

/** Throws RateLimited. */
export const requireFewChecks = (username: string): Promise<void> =>
  database().$transaction((transaction) =>
    requireFew(transaction, username, 'break-glass.residue-checked', checksPerMinute, 'looked # times for what is left'),
  )

/** Throws RateLimited. Part of the transaction that tells of the taking. */
export const requireFewBundles = (transaction: Transaction, username: string): Promise<void> =>
  requireFew(transaction, username, 'break-glass.evidence-taken', bundlesPerMinute, 'took # evidence bundles')

async function requireFew(transaction: Transaction, username: string, action: string, most: number, what: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`${action} ${username}`}))`
  const [row] = await transaction.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) AS "count" FROM (
      SELECT "actor", "action", "intent", "at" FROM "audit_entry" ORDER BY "seq" DESC LIMIT ${lookedThrough}) AS newest
    WHERE "action" = ${action} AND "intent" IS NULL AND "actor" = ${username} AND "at" > clock_timestamp() - interval '1 minute'`
  if (Number(row?.count ?? 0) >= most)
    throw new RateLimited('corbel', `You ${what.replace('#', String(most))} in the last minute. Wait a moment, then try again.`, 20)
}
