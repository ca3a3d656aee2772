/**
 * Sign-in as a GitHub App's users know it: `/login/oauth/authorize` asks which demo person to be, `/login/oauth/access_token` exchanges the
 * code (once, ten minutes, PKCE S256 honoured) or a refresh token for tokens that live eight hours. Plain sign-in to the pages is `/login`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readForm } from './http-body.ts'
import { type Html, html } from './pages/html.ts'
import { sendPage } from './pages/layout.ts'
import { cookieFor, fromOurPage, localPath, signedIn } from './session.ts'
import { findToken, issueToken, revokeToken, secretHash } from './tokens.ts'
import { type Person, secretText, type World } from './world.ts'

const tokenSeconds = 28_800
const refreshSeconds = 15_897_600

export async function serveOAuth(world: World, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const key = `${request.method} ${url.pathname}`
  switch (key) {
    case 'GET /login':
      return sendPage(world, request, response, {
        title: 'Sign in',
        body: picker(world, request, new URLSearchParams({ return_to: localPath(url.searchParams.get('return_to')) }), '/login'),
      })
    case 'POST /login':
      return signIn(world, request, response)
    case 'GET /login/oauth/authorize':
      return askWho(world, request, response, url)
    case 'POST /login/oauth/authorize':
      return authorize(world, request, response)
    case 'POST /login/oauth/access_token':
      return exchange(world, request, response)
    default:
      return sendPage(world, request, response, { status: 404, title: 'Not found', body: html`<h1>Not found</h1>` })
  }
}

/** A form with a button per person; the parameters go along unseen. */
function picker(world: World, request: IncomingMessage, parameters: URLSearchParams, action: string): Html {
  const chosen = parameters.get('login') ?? signedIn(world, request)?.login
  const people = [...world.options.people].sort((a, b) => Number(b.login === chosen) - Number(a.login === chosen))
  parameters.delete('login')
  return html`<h1>Who do you want to be?</h1>
    <p class="quiet">People of the demo. There is no password: this GitHub is simulated.</p>
    <form method="post" action="${action}" class="people">
      ${[...parameters].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      ${people.map(
        (person) => html`<button name="login" value="${person.login}" class="${person.login === chosen ? 'primary' : ''}">
          ${action === '/login' ? 'Sign in' : 'Continue'} as ${person.login} <span class="quiet">${person.name}</span></button>`,
      )}
    </form>`
}

const findPerson = (world: World, login: string | null): Person | undefined => world.options.people.find((person) => person.login === login)

async function signIn(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request)
  const person = findPerson(world, form.get('login'))
  if (!person || !fromOurPage(request)) return refused(world, request, response, 'Choose one of the people on the sign-in page.')
  response.writeHead(303, { location: localPath(form.get('return_to')), 'set-cookie': cookieFor(world, person) }).end()
}

function refused(world: World, request: IncomingMessage, response: ServerResponse, sentence: string): void {
  sendPage(world, request, response, { status: 403, title: 'Refused', body: html`<h1>That did not work</h1><p>${sentence}</p>` })
}

/** Where to go back to, or undefined when the client or its address is not known. Without a list any loopback address is right. */
function redirectTarget(world: World, parameters: URLSearchParams): URL | undefined {
  const { clientId, redirectUris } = world.options.oauth
  const wanted = parameters.get('redirect_uri') ?? redirectUris?.[0]
  if (parameters.get('client_id') !== clientId || !wanted || !URL.canParse(wanted)) return undefined
  const target = new URL(wanted)
  if (redirectUris) return redirectUris.includes(wanted) ? target : undefined
  return ['localhost', '127.0.0.1'].includes(target.hostname) && /^https?:$/.test(target.protocol) ? target : undefined
}

const carried = ['client_id', 'redirect_uri', 'state', 'scope', 'code_challenge', 'code_challenge_method', 'login']

function askWho(world: World, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const target = redirectTarget(world, url.searchParams)
  if (!target) {
    refused(world, request, response, 'The client_id or redirect_uri is not one this GitHub App is registered with.')
    return
  }
  const parameters = new URLSearchParams([...url.searchParams].filter(([name]) => carried.includes(name)))
  const body = html`<p><strong>${world.options.app.slug}</strong> wants to act as you.</p>${picker(world, request, parameters, '/login/oauth/authorize')}`
  // Browsers hold a redirect after a form to form-action too, so the client's origin must stand there.
  sendPage(world, request, response, { title: 'Authorize', body, formTarget: target.origin })
}

async function authorize(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request)
  const target = redirectTarget(world, form)
  const person = findPerson(world, form.get('login'))
  if (!target || !person || !fromOurPage(request))
    return refused(world, request, response, 'Start again from the application you came from.')
  const method = form.get('code_challenge_method')
  if (form.get('code_challenge') && method !== 'S256') return refused(world, request, response, 'Only the PKCE method S256 is accepted.')
  const code = secretText('')
  world.store.run(
    'INSERT INTO oauth_code (hash, login, redirect_uri, challenge, expires_at) VALUES ($hash, $login, $target, $challenge, $until)',
    {
      hash: secretHash(code),
      login: person.login,
      target: form.get('redirect_uri') ?? target.href,
      challenge: form.get('code_challenge'),
      until: world.now() + 600_000,
    },
  )
  target.searchParams.set('code', code)
  const state = form.get('state')
  if (state !== null) target.searchParams.set('state', state)
  response.writeHead(303, { location: target.href, 'set-cookie': cookieFor(world, person) }).end()
}

const codeRow = z.object({ login: z.string(), redirect_uri: z.string(), challenge: z.string().nullable(), expires_at: z.number() })

const complaint = (error: string, error_description: string) => ({ error, error_description, error_uri: 'https://docs.github.com/apps' })

function sameSecret(given: string | null, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given ?? ''), hash(wanted))
}

/** Errors come with status 200, as GitHub answers them. */
async function exchange(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request)
  const body = tokenAnswer(world, form)
  const json = request.headers.accept?.includes('json') ?? false
  response
    .writeHead(200, {
      'content-type': json ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
      'cache-control': 'no-store',
    })
    .end(json ? JSON.stringify(body) : new URLSearchParams(Object.entries(body).map(([key, value]) => [key, String(value)])).toString())
}

function tokenAnswer(world: World, form: URLSearchParams) {
  const { clientId, clientSecret } = world.options.oauth
  if (form.get('client_id') !== clientId || !sameSecret(form.get('client_secret'), clientSecret)) {
    return complaint('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.')
  }
  if (form.get('grant_type') === 'refresh_token') {
    const old = form.get('refresh_token') ?? ''
    const found = findToken(world, old, 'refresh')
    if (!found) return complaint('bad_refresh_token', 'The refresh token passed is incorrect or expired.')
    revokeToken(world, old)
    return tokens(world, found.subject)
  }
  const hash = secretHash(form.get('code') ?? '')
  const found = world.store.one(codeRow, 'DELETE FROM oauth_code WHERE hash = $hash RETURNING login, redirect_uri, challenge, expires_at', {
    hash,
  })
  const bad = complaint('bad_verification_code', 'The code passed is incorrect or expired.')
  if (!found || found.expires_at < world.now()) return bad
  const redirect = form.get('redirect_uri')
  if (redirect && redirect !== found.redirect_uri) {
    return complaint('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL for this application.')
  }
  if (found.challenge) {
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (verifier !== found.challenge) return bad
  }
  return tokens(world, found.login)
}

function tokens(world: World, login: string) {
  const access = issueToken(world, { kind: 'user', subject: login, seconds: tokenSeconds })
  const refresh = issueToken(world, { kind: 'refresh', subject: login, seconds: refreshSeconds })
  return {
    access_token: access.token,
    expires_in: tokenSeconds,
    refresh_token: refresh.token,
    refresh_token_expires_in: refreshSeconds,
    scope: '',
    token_type: 'bearer',
  }
}
