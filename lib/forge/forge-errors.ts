/**
 * What GitHub's refusals mean to a person. GitHub hides what a caller may not see behind 404, and speaks of its secondary
 * rate limits with 403 (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api), so the status alone says little.
 */
import { Conflict, type CorbelError, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'

/** Whose credentials a call carried: it decides what the person can do about a refusal. */
export type Caller = 'app' | 'person' | 'token'

/** What was being done, for the middle of a sentence: "read infra/a.yaml". */
export interface Attempt {
  repository: string
  doing: string
  caller: Caller
}

interface Refusal {
  status: number
  message: string
  headers: Record<string, string | undefined>
}

/** GitHub's answer out of whatever was thrown, or undefined where no answer came. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number' || error.status < 100)
    return undefined
  const response = 'response' in error && typeof error.response === 'object' && error.response !== null ? error.response : {}
  const headers = 'headers' in response && typeof response.headers === 'object' && response.headers !== null ? response.headers : {}
  const texts = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value === undefined ? undefined : String(value)])
  return { status: error.status, message: error instanceof Error ? error.message : '', headers: Object.fromEntries(texts) }
}

/** How long GitHub asks to wait, in seconds; undefined where it names no time. `now` in milliseconds since 1970. */
export function secondsToWait(headers: Refusal['headers'], now: number): number | undefined {
  const after = Number(headers['retry-after'])
  if (Number.isFinite(after) && after >= 0 && headers['retry-after'] !== '') return Math.ceil(after)
  const reset = Number(headers['x-ratelimit-reset'])
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset) && reset > 0) return Math.max(1, Math.ceil(reset - now / 1000))
  return undefined
}

const limited = ({ status, message, headers }: Refusal): boolean =>
  status === 429 ||
  (status === 403 &&
    (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || /rate limit|abuse/i.test(message)))

/** Our error for a failed call to GitHub. The sentence names the repository and the next step, never GitHub's own text. */
export function explainRefusal(error: unknown, { repository, doing, caller }: Attempt, now = Date.now()): CorbelError {
  const refusal = refusalOf(error)
  const options = { cause: error }
  if (!refusal) {
    return new Unavailable(
      'github',
      `GitHub does not answer, so Corbel could not ${doing} in ${repository}. Try again in a moment.`,
      options,
    )
  }
  if (limited(refusal)) {
    const wait = secondsToWait(refusal.headers, now)
    const when = wait === undefined ? 'in a few minutes' : `in ${wait} ${wait === 1 ? 'second' : 'seconds'}`
    return new RateLimited('github', `GitHub asks Corbel to slow down. Corbel can ${doing} in ${repository} again ${when}.`, wait, options)
  }
  switch (refusal.status) {
    case 401:
      return caller === 'person'
        ? new Forbidden(`GitHub no longer accepts your linked account. Link it again, then ${doing} in ${repository} once more.`, options)
        : new Forbidden(
            `GitHub does not accept Corbel's credentials for ${repository}. Ask the operator to check the GitHub App's key.`,
            options,
          )
    case 403:
      return caller === 'person'
        ? new Forbidden(`Your GitHub account may not ${doing} in ${repository}. Ask an owner of the repository for write access.`, options)
        : new Forbidden(`Corbel's GitHub App may not ${doing} in ${repository}. Ask an owner of the repository to grant it.`, options)
    case 404:
      return new NotFound(
        `GitHub found nothing to ${doing} in ${repository}: it does not exist, or ${whoseSight(caller)} may not see it.`,
        options,
      )
    case 409:
      return new Conflict(`${repository} changed while Corbel tried to ${doing}. Look at it again, then retry.`, {}, options)
    case 413:
    case 422:
      return new Invalid(`GitHub refused to ${doing} in ${repository}: ${plain(refusal.message)}`, [], options)
    default:
      return new Unavailable(
        'github',
        `GitHub failed (status ${refusal.status}) as Corbel tried to ${doing} in ${repository}. Try again in a moment.`,
        options,
      )
  }
}

const whoseSight = (caller: Caller): string => (caller === 'person' ? 'your GitHub account' : "Corbel's GitHub App")

/** GitHub's own reason without the address of its manual: for a refused branch name or pull request nothing else explains. */
const plain = (message: string): string => {
  const text = message
    .replace(/ - https?:\S+$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
