/**
 * What the inventory's refusals mean to a person, and to a scan that has to decide whether to wait, to leave something out
 * or to stop. Google says more in the body than in the status (google.rpc.Status and ErrorInfo, cloud.google.com/apis/design/errors).
 */
import { type CorbelError, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** The quota of a minute is used up, Google's or ours. Nothing was read; ask again after `retryAfterMs`. */
export class InventoryQuota extends RateLimited {
  /** Milliseconds; always more than nothing. */
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super('asset-inventory', message, Math.ceil(retryAfterMs / 1000), options)
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The inventory refuses for good, until somebody grants something. `api-disabled`: the API is not enabled in the project the calls
 * are counted for · `not-permitted`: the portal's account may not read the scope, or one of the types asked for ·
 * `no-credentials`: it does not take the portal's account at all.
 */
export class InventoryForbidden extends Forbidden {
  readonly reason: 'api-disabled' | 'not-permitted' | 'no-credentials'
  /** The permission that is missing, where the inventory names it: `cloudasset.assets.listResource`. */
  readonly permission: string | undefined
  constructor(message: string, reason: InventoryForbidden['reason'], permission?: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.permission = permission
  }
}

/** What was asked: `doing` completes "Corbel could not …", `scope` is `projects/…`, `folders/…` or `organizations/…`. */
export interface InventoryAttempt {
  doing: string
  scope: string
  assetTypes?: string[]
}

/** An answer that is no success. */
export interface Refusal {
  status: number
  /** The header Retry-After as it came. */
  retryAfter: string | null
  body: string
}

/** Our error for a refusal. `now` in milliseconds since 1970. */
export function explainRefusal(refusal: Refusal, attempt: InventoryAttempt, now: number): CorbelError {
  const error = errorOf(refusal.body)
  const status = textAt(error, 'status')
  const info = errorInfo(error)
  const said = plain(textAt(error, 'message') ?? '')
  if (refusal.status === 429 || status === 'RESOURCE_EXHAUSTED') {
    const retryAfterMs = millisecondsToWait(refusal.retryAfter, error, now)
    return new InventoryQuota(
      `Google Cloud Asset Inventory asks Corbel to slow down. Corbel can ${attempt.doing} again in ${seconds(retryAfterMs)}.`,
      retryAfterMs,
    )
  }
  if (refusal.status === 401 || status === 'UNAUTHENTICATED')
    return new InventoryForbidden(
      'Google Cloud does not accept the credentials of the portal. Ask the operator to check its service account (operator guide, "Asset inventory").',
      'no-credentials',
    )
  if (textAt(info, 'reason') === 'SERVICE_DISABLED' || (refusal.status === 403 && /has not been used in project|is disabled/.test(said))) {
    const project = consumer(info) ?? /in project (\S+)/.exec(said)?.[1] ?? 'the portal’s project'
    return new InventoryForbidden(
      `The API cloudasset.googleapis.com is not enabled in ${project}. Enable "Cloud Asset API" under APIs & Services in the Google Cloud console of that project, wait a few minutes, then resume.`,
      'api-disabled',
    )
  }
  if (refusal.status === 403) {
    const permission = textAt(info, 'metadata', 'permission') ?? /cloudasset\.assets\.\w+/.exec(said)?.[0]
    const which = permission === undefined ? '' : ` (${permission} is missing)`
    const types = attempt.assetTypes?.length
      ? ` for ${attempt.assetTypes.slice(0, 3).join(', ')}${attempt.assetTypes.length > 3 ? ' …' : ''}`
      : ''
    return new InventoryForbidden(
      `The portal’s account may not ${attempt.doing} in ${attempt.scope}${types}${which}. Grant it roles/cloudasset.viewer on ${attempt.scope} or above, or correct the name: Google answers the same where there is none.`,
      'not-permitted',
      permission,
    )
  }
  if (refusal.status === 404)
    return new NotFound(
      `The inventory does not know ${attempt.scope}. Correct the project id at the namespace, or the number of the folder.`,
    )
  if (refusal.status === 400)
    return new Invalid(`The inventory refused to ${attempt.doing} in ${attempt.scope}: ${said || 'it gave no reason.'}`)
  return new Unavailable(
    'asset-inventory',
    `Google Cloud Asset Inventory failed (status ${refusal.status}) as Corbel tried to ${attempt.doing} in ${attempt.scope}. Try again in a moment.`,
  )
}

/** Our error where no answer came, in time or at all. */
export const explainSilence = (attempt: InventoryAttempt, cause: unknown): Unavailable =>
  new Unavailable(
    'asset-inventory',
    `Google Cloud Asset Inventory does not answer, so Corbel could not ${attempt.doing} in ${attempt.scope}. Try again in a moment.`,
    { cause },
  )

/** Whether asking again may help soon, without anybody doing anything. Quota is not among them: that wait is the caller's to show. */
export const isPassing = (status: number): boolean => status === 408 || status === 500 || status === 502 || status === 503 || status === 504

/** Without a word from Google: until a fresh minute of quota has surely begun. */
const unsaidWaitMs = 60_000
const longestWaitMs = 3_600_000

/** How long to wait: what Retry-After says (seconds or a date, RFC 9110), else google.rpc.RetryInfo, else a minute. */
export function millisecondsToWait(retryAfter: string | null, error: Json | undefined, now: number): number {
  const header = retryAfter?.trim() ?? ''
  const said = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  const info = details(error).find((detail) => textAt(detail, '@type')?.endsWith('google.rpc.RetryInfo'))
  const delay = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(textAt(info, 'retryDelay') ?? '')?.[1]
  const wait = Number.isFinite(said) ? said : delay === undefined ? unsaidWaitMs : Number(delay) * 1000
  return Math.min(Math.max(Math.ceil(wait), 1), longestWaitMs)
}

/** `error` of the body: Google answers an object, or (streams) a list with one. */
function errorOf(body: string): Json | undefined {
  try {
    const parsed: Json = JSON.parse(body)
    return valueAt(Array.isArray(parsed) ? parsed[0] : parsed, ['error'])
  } catch {
    return undefined // a proxy's page, say: the status must do
  }
}

function details(error: Json | undefined): JsonObject[] {
  const list = valueAt(error, ['details'])
  return Array.isArray(list) ? list.filter(isObject) : []
}

const errorInfo = (error: Json | undefined): JsonObject | undefined =>
  details(error).find((detail) => textAt(detail, '@type')?.endsWith('google.rpc.ErrorInfo'))

/** `projects/123` of ErrorInfo, as people write it. */
const consumer = (info: JsonObject | undefined): string | undefined =>
  textAt(info, 'metadata', 'consumer')?.replace(/^projects\//, 'project ')

const seconds = (milliseconds: number): string => {
  const whole = Math.ceil(milliseconds / 1000)
  return `${whole} ${whole === 1 ? 'second' : 'seconds'}`
}

/** Google's own words on one line, short: for a refused asset type nothing else explains. */
function plain(message: string): string {
  const text = message
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`
}
