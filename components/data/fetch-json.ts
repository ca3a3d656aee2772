/** The one way pages talk to the API. */
import { ApiProblem, problemFrom } from './api-problem.ts'

const isWindow = typeof window !== 'undefined'

/** Where to sign in, coming back to `path` afterwards. */
export const signInPath = (path: string): string => (path === '/' ? '/sign-in' : `/sign-in?returnTo=${encodeURIComponent(path)}`)

let holds = 0

/** Keeps the tab on its page when a login ends, while something unsent stands on it; what it gives ends that. */
export function holdPage(): () => void {
  holds += 1
  return () => {
    holds -= 1
  }
}

/**
 * Calls the API and gives its JSON. The caller names the type: it is the contract's, which the server validates before
 * it answers. Throws ApiProblem for everything else. An ended login leads to the sign-in page, with the way back;
 * `stay` keeps the page (for forms with unsaved text, which show the problem themselves); `keepalive` lets a request
 * outlive the page.
 */
export async function fetchJson<Reply>(
  path: string,
  options: {
    method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    body?: unknown
    signal?: AbortSignal
    stay?: boolean
    keepalive?: boolean
  } = {},
): Promise<Reply> {
  let response: Response
  let text: string
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers: { accept: 'application/json', ...(options.body === undefined ? {} : { 'content-type': 'application/json' }) },
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.keepalive ? { keepalive: true } : {}),
    })
    text = await response.text()
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiProblem(0, 'unreachable', 'The portal does not answer. Check your connection; the page goes on by itself when it is back.')
  }
  if (response.ok) {
    if (text === '') return undefined as Reply // a reply without body (204): the caller's Reply is void
    return JSON.parse(text) as Reply // validated by the route against the same contract before it was sent
  }
  const problem = problemFrom(response.status, text, response.headers.get('x-request-id'))
  if (problem.status === 401 && isWindow && !options.stay && holds === 0) {
    const { pathname, search } = window.location
    if (pathname !== '/sign-in') window.location.assign(signInPath(pathname + search))
  }
  throw problem
}

/** Whether a failed read is worth another try by itself: only when the answer could change, and twice at most. */
export const shouldRetry = (failures: number, error: unknown): boolean =>
  failures < 2 && error instanceof ApiProblem && ['unreachable', 'unavailable', 'rate-limited'].includes(error.code)
