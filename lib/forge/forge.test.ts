import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Conflict, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import { authorizeUrl } from './account-link.ts'
import { splitRepository } from './connect-github.ts'
import { explainRefusal, secondsToWait } from './forge-errors.ts'
import { verifyWebhook } from './webhook.ts'

const refusal = (status: number, message = 'raw text of GitHub', headers: Record<string, string> = {}) =>
  Object.assign(new Error(message), { status, response: { headers } })
const explain = (error: unknown, caller: 'app' | 'person' = 'app') =>
  explainRefusal(error, { repository: 'acme/payments', doing: 'read infra/a.yaml', caller }, 0)

describe("GitHub's refusals in our words", () => {
  test.each<[string, unknown, new (...args: never[]) => Error, RegExp]>([
    ['no answer', new TypeError('fetch failed'), Unavailable, /does not answer.*Try again/],
    ['a time-out', new DOMException('slow', 'TimeoutError'), Unavailable, /does not answer/],
    ['401', refusal(401), Forbidden, /credentials.*App's key/],
    ['403', refusal(403), Forbidden, /may not read infra\/a.yaml.*grant/],
    ['403 with a secondary limit', refusal(403, 'You have exceeded a secondary rate limit'), RateLimited, /slow down.*few minutes/],
    ['403 with Retry-After', refusal(403, '', { 'retry-after': '30' }), RateLimited, /in 30 seconds/],
    ['403 with nothing left', refusal(403, '', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' }), RateLimited, /in 60 seconds/],
    ['404', refusal(404), NotFound, /does not exist, or Corbel's GitHub App may not see it/],
    ['409', refusal(409), Conflict, /changed while/],
    ['422', refusal(422, 'Reference name is bad - https://docs.github.com/x'), Invalid, /Reference name is bad\.$/],
    ['429', refusal(429), RateLimited, /slow down/],
    ['500', refusal(500), Unavailable, /status 500/],
  ])('%s', (_, error, type, sentence) => {
    const explained = explain(error)
    expect(explained).toBeInstanceOf(type)
    expect(explained.message).toMatch(sentence)
    expect(explained.message).toContain('acme/payments')
    expect(explained.message).not.toContain('raw text')
  })

  test('a person learns what they can do themselves', () => {
    expect(explain(refusal(401), 'person').message).toMatch(/Link it again/)
    expect(explain(refusal(403), 'person').message).toMatch(/Your GitHub account may not/)
  })

  test('a wait is told where GitHub tells it', () => {
    expect(secondsToWait({ 'retry-after': '2.5' }, 0)).toBe(3)
    expect(secondsToWait({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '60' }, 0)).toBeUndefined()
    expect(secondsToWait({}, 0)).toBeUndefined()
  })
})

describe('webhook signatures', () => {
  const sign = (body: string) => `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`
  test('the right one is accepted, all others are not', () => {
    expect(verifyWebhook('secret', sign('body'), 'body')).toBe(true)
    expect(verifyWebhook('secret', sign('other'), 'body')).toBe(false)
    expect(verifyWebhook('other', sign('body'), 'body')).toBe(false)
    expect(verifyWebhook('secret', null, 'body')).toBe(false)
    expect(verifyWebhook('secret', 'sha256=', 'body')).toBe(false)
  })
  // docs.github.com/webhooks, "Validating webhook deliveries", gives this example.
  test("GitHub's own example", () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    expect(verifyWebhook("It's a Secret to Everybody", signature, 'Hello, World!')).toBe(true)
  })
})

test.each(['acme', 'acme/', '../x', 'acme/..', 'acme/a/b', 'acme/a b', 'acme/a?x'])('%s is no repository', (name) => {
  expect(() => splitRepository(name)).toThrow(NotFound)
})

test('the address people leave for carries state and the hash of the verifier, never the verifier or secret', () => {
  const settings = { webUrl: 'https://github.test', apiUrl: '', clientId: 'id', clientSecret: 'hush' }
  const url = new URL(authorizeUrl(settings, { state: 's', verifier: 'v' }, 'https://corbel.test/api/github/callback'))
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: 'id',
    redirect_uri: 'https://corbel.test/api/github/callback',
    state: 's',
    code_challenge: createHash('sha256').update('v').digest('base64url'),
    code_challenge_method: 'S256',
  })
})
