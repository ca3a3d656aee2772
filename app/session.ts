import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import type { Actor } from '#lib/identity/actor.ts'
import { actorOf } from '#lib/identity/login.ts'

/** The signed-in person, or null. */
export const currentActor = async (): Promise<Actor | null> => actorOf((await headers()).get('cookie'))

/** The signed-in person; anybody else is sent to the sign-in page and back here afterwards. */
export async function requireActor(): Promise<Actor> {
  const actor = await currentActor()
  if (actor) return actor
  const here = (await headers()).get('x-corbel-path') ?? '/' // set by proxy.ts: a server component does not know its own address
  redirect(here === '/' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(here)}`)
}
