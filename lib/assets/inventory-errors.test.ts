import { describe, expect, test } from 'vitest'
import { CorbelError, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import type { Json } from '#lib/json.ts'
import { explainRefusal, InventoryForbidden, InventoryQuota, isPassing, millisecondsToWait } from './inventory-errors.ts'

const attempt = { doing: 'list assets', scope: 'projects/search-prod-8812' }
const now = Date.parse('2026-11-23T07:00:00Z')
const body = (error: Json): string => JSON.stringify({ error })
const refusal = (status: number, text = '', retryAfter: string | null = null) => ({ status, body: text, retryAfter })
const info = (reason: string, metadata: Json): Json => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, metadata })
const disabledText =
  'Cloud Asset API has not been used in project 488120000004 before or it is disabled. Enable it by visiting https://console.developers.google.com/… then retry.'

describe('what a refusal means', () => {
  test.each([
    ['429', refusal(429, '', '7'), InventoryQuota, /again in 7 seconds/],
    ['a spent quota in the body alone', refusal(400, body({ status: 'RESOURCE_EXHAUSTED' })), InventoryQuota, /again in 60 seconds/],
    [
      'no permission',
      refusal(403, body({ status: 'PERMISSION_DENIED', message: 'no' })),
      InventoryForbidden,
      /may not list assets in projects\/search-prod-8812\. Grant/,
    ],
    [
      'a permission that is named',
      refusal(403, body({ details: [info('IAM_PERMISSION_DENIED', { permission: 'cloudasset.assets.listResource' })] })),
      InventoryForbidden,
      /\(cloudasset\.assets\.listResource is missing\)/,
    ],
    [
      'the API is off',
      refusal(403, body({ details: [info('SERVICE_DISABLED', { consumer: 'projects/488120000004' })] })),
      InventoryForbidden,
      /cloudasset\.googleapis\.com is not enabled in project 488120000004\. Enable "Cloud Asset API"/,
    ],
    ['the API is off, told in words', refusal(403, body({ message: disabledText })), InventoryForbidden, /not enabled in 488120000004\./],
    ['credentials that are not taken', refusal(401), InventoryForbidden, /does not accept the credentials/],
    ['nothing there', refusal(404), NotFound, /does not know projects\/search-prod-8812/],
    ['a wrong request', refusal(400, body({ message: 'The asset type(s) are not supported: x/Y.' })), Invalid, /not supported: x\/Y\.$/],
    ['a failure', refusal(503), Unavailable, /\(status 503\)/],
    ['a page of a proxy', refusal(502, '<html>Bad gateway</html>'), Unavailable, /\(status 502\)/],
  ])('%s', (_, answer, kind, sentence) => {
    const error = explainRefusal(answer, attempt, now)
    expect(error).toBeInstanceOf(kind)
    expect(error).toBeInstanceOf(CorbelError)
    expect(error.message).toMatch(sentence)
  })

  test.each([
    ['not-permitted', 403, body({ message: 'no' })],
    ['api-disabled', 403, body({ message: disabledText })],
    ['no-credentials', 401, ''],
  ])('%s is told apart', (reason, status, text) => {
    expect(explainRefusal(refusal(status, text), attempt, now)).toMatchObject({ reason })
  })

  test('a refusal for some types names them, three at most', () => {
    const assetTypes = ['a/A', 'b/B', 'c/C', 'd/D']
    expect(explainRefusal(refusal(403), { ...attempt, assetTypes }, now).message).toContain('for a/A, b/B, c/C …')
  })

  test('control characters and very long texts of others do not reach the sentence', () => {
    const { message } = explainRefusal(refusal(400, body({ message: `a\u0000\n\u001b[31m${'x'.repeat(5000)}` })), attempt, now)
    expect(message).not.toMatch(/\p{Cc}/u)
    expect(message.length).toBeLessThan(500)
  })

  test('the kinds are those of the rest of Corbel', () => {
    expect(explainRefusal(refusal(429), attempt, now)).toBeInstanceOf(RateLimited)
    expect(explainRefusal(refusal(403), attempt, now)).toBeInstanceOf(Forbidden)
  })
})

describe('how long to wait, in milliseconds', () => {
  const retryInfo = (retryDelay: string): Json => ({ details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] })
  test.each<[string | null, Json | undefined, number]>([
    ['3', undefined, 3000],
    ['0', undefined, 1],
    ['Mon, 23 Nov 2026 07:00:30 GMT', undefined, 30_000],
    ['Mon, 23 Nov 2026 06:00:00 GMT', undefined, 1],
    ['999999999', undefined, 3_600_000],
    ['soon', undefined, 60_000],
    [null, undefined, 60_000],
    [null, retryInfo('1.500s'), 1500],
    ['2', retryInfo('9s'), 2000],
    [null, retryInfo('later'), 60_000],
  ])('%s and %j: %d', (header, error, expected) => {
    expect(millisecondsToWait(header, error, now)).toBe(expected)
  })
})

test.each([
  [408, true],
  [500, true],
  [503, true],
  [504, true],
  [400, false],
  [403, false],
  [429, false],
  [501, false],
])('status %d passes by itself: %s', (status, expected) => expect(isPassing(status)).toBe(expected))
