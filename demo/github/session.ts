/** Who is signed in to the stand-in's pages, and whether a form came from them. */
import type { IncomingMessage } from 'node:http'
import { findToken, issueToken } from './tokens.ts'
import type { Person, World } from './world.ts'

const seconds = 30 * 86_400

/** Cookies ignore ports: the name keeps two demos on one machine apart. */
const cookieName = (world: World): string => `github-stand-in-${new URL(world.url).port}`

/** Signs a person in; the Set-Cookie value. */
export function cookieFor(world: World, person: Person): string {
  const { token } = issueToken(world, { kind: 'session', subject: person.login, seconds })
  return `${cookieName(world)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
}

export function signedIn(world: World, request: IncomingMessage): Person | undefined {
  const prefix = `${cookieName(world)}=`
  const cookie = request.headers.cookie?.split(/;\s*/).find((one) => one.startsWith(prefix))
  const session = cookie ? findToken(world, cookie.slice(prefix.length), 'session') : undefined
  return world.options.people.find((person) => person.login === session?.subject)
}

/** Whether a post came from a page of the same origin; the host was checked before. */
export function fromOurPage(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host}`
}

/** A path of ours to go back to, never another site. */
export function localPath(wanted: string | null): string {
  return wanted && /^\/(?![/\\])[^\s]*$/.test(wanted) ? wanted : '/'
}
