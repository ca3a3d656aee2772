/**
 * One holder at a time for a piece of work, kept in the database and timed by it. A holder renews well before the end; one
 * that cannot must stop working when its time is over. Work is written under `holdsLease`, so a holder that was slow to
 * notice cannot write after another took over.
 */
import type { Database, Transaction } from '#lib/database/client.ts'

/** Takes a lease that is free, expired or already ours, for so many seconds. Gives whether it is ours now. */
export async function takeLease(database: Database, name: string, holder: string, seconds: number): Promise<boolean> {
  const rows = await database.$queryRaw<{ holder: string }[]>`
    INSERT INTO "lease" ("name", "holder", "expiresAt") VALUES (${name}, ${holder}, now() + make_interval(secs => ${seconds}))
    ON CONFLICT ("name") DO UPDATE SET "holder" = excluded."holder", "expiresAt" = excluded."expiresAt"
    WHERE "lease"."holder" = excluded."holder" OR "lease"."expiresAt" < now()
    RETURNING "holder"`
  return rows.length > 0
}

/** Gives a lease back, if it is still ours. */
export async function releaseLease(database: Database, name: string, holder: string): Promise<void> {
  await database.$executeRaw`DELETE FROM "lease" WHERE "name" = ${name} AND "holder" = ${holder}`
}

/** Whether the lease is ours; nobody else can take it until the transaction ends. */
export async function holdsLease(transaction: Transaction, name: string, holder: string): Promise<boolean> {
  const rows = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "lease" WHERE "name" = ${name} AND "holder" = ${holder} AND "expiresAt" > now() FOR SHARE`
  return rows.length > 0
}

/** Another process holds the lease now: stop, and wait for it to become free. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}
