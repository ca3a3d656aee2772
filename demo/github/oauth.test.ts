import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GitHub } from './start.ts'
import { octokitWith, signInAs, startForTest } from './test-world.ts'
import type { GitHubOptions } from './world.ts'

let github: GitHub & { options: GitHubOptions }
beforeAll(async () => {
  github = await startForTest()
}, 30_000)
afterAll(() => github.close())

const redirect_uri = 'http://localhost:3000/api/v1/github/callback'
const client = { client_id: 'Iv1.demo', client_secret: 'a secret of the demo' }

const authorize = (fields: Record<string, string>, origin = github.url) =>
  fetch(`${github.url}/login/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin },
    body: new URLSearchParams({ client_id: client.client_id, redirect_uri, state: 'xyz', login: 'alice', ...fields }),
  })

const codeOf = (response: Response) => new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''

async function exchange(fields: Record<string, string>): Promise<unknown> {
  const body = JSON.stringify({ ...client, ...fields })
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  return (await fetch(`${github.url}/login/oauth/access_token`, { method: 'POST', headers, body })).json()
}

test('the sign-in page offers the people, the one asked for first, and leads only to the client', async () => {
  const query = new URLSearchParams({ client_id: client.client_id, redirect_uri, state: '"><b>', login: 'bob' })
  const response = await fetch(`${github.url}/login/oauth/authorize?${query}`)
  const page = await response.text()
  expect(page.indexOf('Continue as bob')).toBeLessThan(page.indexOf('Continue as alice'))
  expect(page.indexOf('Continue as bob')).toBeGreaterThan(0)
  expect(page).toContain('value="&quot;&gt;&lt;b&gt;"')
  expect(response.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:3000;")
})

test('a code gives tokens once, with the state it came with, and the token is the person', async () => {
  const response = await authorize({})
  const target = new URL(response.headers.get('location') ?? '')
  expect(`${target.origin}${target.pathname}`).toBe(redirect_uri)
  expect(target.searchParams.get('state')).toBe('xyz')
  const tokens = await exchange({ code: codeOf(response), redirect_uri })
  expect(tokens).toMatchObject({ expires_in: 28_800, token_type: 'bearer', refresh_token: expect.stringMatching(/^ghr_/) })
  expect(await exchange({ code: codeOf(response) })).toMatchObject({ error: 'bad_verification_code' })
})

test('a refresh token works once and gives a new pair', async () => {
  const first = await signInAs(github, 'bob')
  const grant = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
  expect(await exchange(grant)).toMatchObject({ access_token: expect.stringMatching(/^ghu_/) })
  expect(await exchange(grant)).toMatchObject({ error: 'bad_refresh_token' })
  expect((await octokitWith(github, first.access_token).rest.users.getAuthenticated()).data).toMatchObject({
    login: 'bob',
    email: 'bob@acme.test',
  })
})

describe('PKCE', () => {
  const verifier = 'v'.repeat(64)
  const challenge = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' }
  test('the right verifier is accepted', async () => {
    expect(await exchange({ code: codeOf(await authorize(challenge)), code_verifier: verifier })).toHaveProperty('access_token')
  })
  test('a wrong or missing one is not', async () => {
    expect(await exchange({ code: codeOf(await authorize(challenge)), code_verifier: 'other' })).toMatchObject({
      error: 'bad_verification_code',
    })
    expect(await exchange({ code: codeOf(await authorize(challenge)) })).toMatchObject({ error: 'bad_verification_code' })
  })
  test('the plain method is refused', async () => {
    expect((await authorize({ code_challenge: verifier, code_challenge_method: 'plain' })).status).toBe(403)
  })
})

test('a wrong secret, another redirect, another client, another site or an unknown person get nothing', async () => {
  const code = codeOf(await authorize({}))
  expect(await exchange({ code, client_secret: 'guess' })).toMatchObject({ error: 'incorrect_client_credentials' })
  expect(await exchange({ code, redirect_uri: 'http://localhost:3000/other' })).toMatchObject({ error: 'redirect_uri_mismatch' })
  expect((await authorize({ redirect_uri: 'https://evil.example/' })).status).toBe(403)
  expect((await authorize({ client_id: 'other' })).status).toBe(403)
  expect((await authorize({}, 'https://evil.example')).status).toBe(403)
  expect((await authorize({ login: 'mallory' })).status).toBe(403)
})
