/**
 * The demo's simulated identity provider: oidc-provider with people one picks by a click.
 *
 * One provider, two listeners. The API server accepts only an https issuer, a browser should not meet an unknown
 * authority: so the issuer is `https://localhost:PORT` with the demo's own authority, and the same provider answers on
 * plain http (loopback) for browser and portal. Discovery over http names http endpoints and the https issuer.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Configuration, errors, type JWK, Provider } from 'oidc-provider'
import { messagePage, pickPersonPage, signOutPage } from './pages.ts'
import { emailOf, people } from './people.ts'
import { stateFileAdapter } from './state-file.ts'

export interface ProviderOptions {
  /** Keys and state; kept between runs so that logins survive. */
  directory: string
  /** `https://localhost:PORT`. */
  issuer: string
  clientId: string
  clientSecret: string
  redirectUris: string[]
  postLogoutRedirectUris: string[]
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

const minutes = 60
const days = 24 * 60 * minutes
const scopes = ['openid', 'email', 'profile', 'groups', 'offline_access']
/** What a click on one's name counts as; real providers mean a security key by it (OpenID Connect EAP ACR Values 1.0). */
const simulatedAcr = 'phr'
const interactionPath = /^\/interaction\/([\w-]+)$/

/** The provider as a request handler for both listeners. */
export function createProvider(options: ProviderOptions): Handler {
  const secrets = readOrMakeSecrets(join(options.directory, 'keys.json'))
  const provider = new Provider(options.issuer, configuration(options, secrets))
  const answer = provider.callback()
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://provider').pathname
    if (interactionPath.test(path)) {
      interact(provider, request, response).catch((error: unknown) => showError(response, error))
    } else {
      void answer(request, response)
    }
  }
}

function configuration(options: ProviderOptions, secrets: Secrets): Configuration {
  const suffix = new URL(options.issuer).port // browsers keep one cookie jar per host, whatever the port: two demos must differ
  return {
    adapter: stateFileAdapter(join(options.directory, 'state.json')),
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: options.redirectUris,
        post_logout_redirect_uris: options.postLogoutRedirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        require_auth_time: true,
      },
    ],
    jwks: { keys: [secrets.signingKey] },
    cookies: {
      keys: [secrets.cookieKey],
      names: { session: `corbel_idp_${suffix}`, interaction: `corbel_idp_${suffix}_interaction`, resume: `corbel_idp_${suffix}_resume` },
    },
    scopes,
    acrValues: [simulatedAcr],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    conformIdTokenClaims: false, // else e-mail and groups are in the user info alone, and the API server reads only ID tokens
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    expiresWithSession: async () => false,
    ttl: {
      IdToken: 5 * minutes,
      AccessToken: 5 * minutes,
      AuthorizationCode: minutes,
      Interaction: 60 * minutes,
      RefreshToken: 14 * days,
      Session: 14 * days,
      Grant: 14 * days,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          const nonce = protect(ctx.res, options.postLogoutRedirectUris)
          ctx.body = signOutPage(form, nonce)
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = messagePage('You are signed out', 'You may close this page.', protect(ctx.res, []))
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => {
      const person = people.find((each) => each.id === id)
      if (!person) return undefined
      const claims = {
        sub: id,
        email: emailOf(person),
        email_verified: true,
        name: person.name,
        preferred_username: id,
        groups: person.groups,
      }
      return { accountId: id, claims: async () => claims }
    },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = messagePage(
        'This sign-in cannot go on',
        `${out.error_description ?? out.error}. Go back to Corbel and sign in again.`,
        protect(ctx.res, []),
      )
    },
  }
}

/** Shows the people, and signs the picked one in with everything the client asked for. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid, params, prompt } = await provider.interactionDetails(request, response)
  const redirectUri = typeof params.redirect_uri === 'string' ? params.redirect_uri : undefined
  if (request.method !== 'POST') {
    const nonce = protect(response, redirectUri ? [redirectUri] : [])
    response.setHeader('content-type', 'text/html; charset=utf-8')
    const hinted = typeof params.login_hint === 'string' ? params.login_hint : undefined
    const again = prompt.reasons.includes('login_prompt') || prompt.reasons.includes('max_age')
    response.end(pickPersonPage(people, { action: `/interaction/${uid}`, nonce, again: again ? hinted : undefined }))
    return
  }
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== 'null' && new URL(origin).host !== host)
    throw new errors.InvalidRequest('the form came from another page')
  const form = await readForm(request)
  const person = people.find(({ id }) => id === form.get('person'))
  if (!person) throw new errors.InvalidRequest('there is no such person')
  const grant = new provider.Grant({ accountId: person.id, clientId: String(params.client_id) })
  grant.addOIDCScope(scopes.join(' '))
  const result = { login: { accountId: person.id, acr: simulatedAcr, amr: ['simulated'] }, consent: { grantId: await grant.save() } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > 4096) throw new errors.InvalidRequest('the form is too large')
  }
  return new URLSearchParams(text)
}

function showError(response: ServerResponse, error: unknown): void {
  const gone = error instanceof errors.SessionNotFound
  const sentence = gone ? 'This sign-in took too long or belongs to another browser. Go back to Corbel and sign in again.' : String(error)
  if (!gone) console.error(error)
  response.statusCode = error instanceof errors.OIDCProviderError ? error.statusCode : 500
  const nonce = protect(response, [])
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(messagePage('This sign-in cannot go on', sentence, nonce))
}

/** Sets the security headers and returns the nonce they allow. Browsers follow a form's redirects only to named origins. */
function protect(response: ServerResponse, formTargets: string[]): string {
  const nonce = randomBytes(16).toString('base64')
  const targets = ["'self'", ...new Set(formTargets.map((uri) => new URL(uri).origin))].join(' ')
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cache-control', 'no-store')
  return nonce
}

interface Secrets {
  signingKey: JWK
  cookieKey: string
}

function readOrMakeSecrets(file: string): Secrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig', alg: 'RS256' }
  const secrets = { signingKey, cookieKey: randomBytes(32).toString('base64url') }
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  // the key types differ only in that node:crypto leaves out the index signature
  return secrets as Secrets
}
