/** A signed-in person without a browser: the same requests a browser makes, with its cookies. */
import type { Demo } from '#demo/start-demo.ts'

/** Cookies by origin, as far as the demo's servers use them. */
class Cookies {
  readonly jars = new Map<string, Map<string, string>>()

  header(url: URL): string {
    return [...(this.jars.get(url.origin) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  keep(url: URL, response: Response): void {
    const jar = this.jars.get(url.origin) ?? new Map<string, string>()
    this.jars.set(url.origin, jar)
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line) || pair.endsWith('=')) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

export interface Person {
  /** Cookie header for the portal. */
  cookie: string
  /** Calls the API; gives the parsed answer. Throws with the status and the problem's text where it is refused. */
  call: <Reply>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<Reply>
}

/** Signs a person of the demo in, through the identity provider, as a browser would. */
export async function signIn(portal: string, person: string): Promise<Person> {
  const cookies = new Cookies()
  const go = async (address: URL, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(address, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: cookies.header(address), ...(form && { origin: address.origin }) },
      ...(form && { body: form }),
    })
    cookies.keep(address, response)
    return response
  }
  let at = new URL('/api/v1/session/sign-in', portal)
  let response = await go(at, new URLSearchParams())
  for (let step = 0; step < 12; step++) {
    const next = response.headers.get('location')
    if (!next && at.origin === new URL(portal).origin) break
    if (next) {
      at = new URL(next, at)
      if (at.origin === new URL(portal).origin && at.pathname === '/') break
      response = await go(at)
    } else response = await go(at, new URLSearchParams({ person })) // the page on which one picks who one is
  }
  const cookie = cookies.header(new URL(portal))
  if (!cookie.includes('login')) throw new Error(`${person} could not sign in: the way ended at ${at.pathname}${at.search}.`)
  return { cookie, call: (method, path, body) => call(portal, cookie, method, path, body) }
}

async function call<Reply>(portal: string, cookie: string, method: string, path: string, body: unknown): Promise<Reply> {
  const response = await fetch(new URL(path, portal), {
    method,
    headers: { cookie, origin: portal, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 400)}`)
  return JSON.parse(text || 'null') as Reply // the portal validates its answers against the contract the caller names
}

/** A person's token for the GitHub stand-in, through its OAuth flow. */
export async function githubToken(demo: Demo, login: string): Promise<string> {
  const { GITHUB_CLIENT_ID = '', GITHUB_CLIENT_SECRET = '' } = demo.environment
  const client = { client_id: GITHUB_CLIENT_ID, redirect_uri: `${demo.url}/api/github/callback` }
  const authorized = await fetch(`${demo.githubUrl}/login/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: demo.githubUrl },
    body: new URLSearchParams({ ...client, state: 'bench', login }),
  })
  const code = new URL(authorized.headers.get('location') ?? '', demo.url).searchParams.get('code') ?? ''
  const answer = await fetch(`${demo.githubUrl}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ ...client, client_secret: GITHUB_CLIENT_SECRET, code }),
  })
  const { access_token }: { access_token?: string } = JSON.parse(await answer.text())
  if (!access_token) throw new Error(`The GitHub stand-in gave ${login} no token (${answer.status}).`)
  return access_token
}
