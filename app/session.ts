import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { database, isDatabaseUnreachable } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { actorOf } from '#lib/identity/login.ts'

/** Who asks: the signed-in person or nobody; or why that cannot be known now, as a sentence. */
export type Visitor = { actor: Actor | null; away: null } | { actor: null; away: string }

const databaseAway =
  'Corbel cannot reach its database, so it cannot show pages or sign anybody in. Drafts and proposals are safe. This page goes on by itself when the database is back; if that takes long, tell the people who run this portal.'

/** Who asks for the page. */
export async function currentVisitor(): Promise<Visitor> {
  try {
    const actor = await actorOf((await headers()).get('cookie'))
    // nobody is looked up without a cookie; the sign-in would only find at its very end that no login can be stored
    if (!actor) await database().$queryRaw`SELECT 1`
    return { actor, away: null }
  } catch (error) {
    // thrown, this would end in the page of last resort, which knows no reasons
    if (!isDatabaseUnreachable(error)) throw error
    return { actor: null, away: databaseAway }
  }
}

/** The signed-in person, or why nobody can be known; whoever is signed out is sent to the sign-in page and back here afterwards. */
export async function requireVisitor(): Promise<Visitor> {
  const visitor = await currentVisitor()
  if (visitor.actor || visitor.away !== null) return visitor
  const here = (await headers()).get('x-corbel-path') ?? '/' // set by proxy.ts: a server component does not know its own address
  redirect(here === '/' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(here)}`)
}
