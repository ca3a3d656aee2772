/** Signing out: the login ends here at once, also when the identity provider is away; then its session ends there. */
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { logoutAddress } from '#lib/identity/identity-provider.ts'
import { endLogin } from '#lib/identity/login.ts'
import { clearLoginCookie } from '#lib/identity/sign-in.ts'

/** Ends a login and answers with the redirect to the identity provider's own sign-out. Nobody signed in is fine too. */
export async function signOut(actor: Actor | null, requestId: string): Promise<Response> {
  const after = '/sign-in?signedOut=1'
  let location = after
  if (actor) {
    const idToken = await endLogin(actor)
    await database().$transaction((transaction) =>
      appendAudit(transaction, { requestId, actor: actor.username, action: 'login.ended', outcome: 'succeeded', target: {}, details: {} }),
    )
    try {
      location = (await logoutAddress(idToken, `${config().url}/sign-in`)) ?? after
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error // away: the login here has ended all the same
    }
  }
  return new Response(null, { status: 303, headers: { location, 'set-cookie': clearLoginCookie() } })
}
