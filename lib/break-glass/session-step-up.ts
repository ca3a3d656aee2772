/**
 * Who opens a session, or agrees to one, has just proved who they are: the login's `authenticatedAt` and `acr` come from the ID token of
 * signing in or stepping up, and renewing tokens leaves them alone (lib/identity/login.ts). Compared by the database's clock. A time in
 * the future is none, but for the minute by which clocks may differ.
 */
import { Prisma } from '#db/client.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Forbidden } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'

/** The condition on a login, called `l` in the statement. */
export function freshLogin(): Prisma.Sql {
  const { stepUpSeconds, acr } = config().breakGlass
  const strong = acr.length === 0 ? Prisma.sql`TRUE` : Prisma.sql`l."acr" IN (${Prisma.join(acr)})`
  return Prisma.sql`coalesce(l."authenticatedAt" > clock_timestamp() - make_interval(secs => ${stepUpSeconds})
    AND l."authenticatedAt" < clock_timestamp() + interval '1 minute' AND ${strong}, FALSE)`
}

/** Whether the person must prove who they are before they open a session or agree to one. */
export async function needsStepUp({ loginId, userId }: Pick<Actor, 'loginId' | 'userId'>): Promise<boolean> {
  const rows = await database().$queryRaw<{ fresh: boolean }[]>`
    SELECT ${freshLogin()} AS "fresh" FROM "login" AS l WHERE l."id" = ${loginId}::uuid AND l."userId" = ${userId}::uuid`
  return rows[0]?.fresh !== true
}

/** Throws Forbidden with the next step. */
export async function requireFreshLogin(actor: Actor): Promise<void> {
  if (!(await needsStepUp(actor))) return
  const minutes = Math.ceil(config().breakGlass.stepUpSeconds / 60)
  throw new Forbidden(
    `Prove who you are first: your last sign-in is more than ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} old, or was not strong enough. Confirm it at your identity provider and try again.`,
  )
}
