const transient = new Set([0, 408, 429, 500, 502, 503, 504])
const attempts = 5
const longestMs = 30_000

/**
 * Whether a failed Kubernetes call is worth trying again, and after how many milliseconds. Never for 4xx other than
 * 408/429: the answer would not change. `status` 0 means no answer came at all. `attempt` counts from 0; after the fifth
 * the answer is to give up. What the server said in Retry-After holds, up to 30 seconds.
 */
export function retryDelay(status: number, attempt: number, retryAfterSeconds?: number): number | undefined {
  if (!transient.has(status) || attempt >= attempts) return undefined
  if (retryAfterSeconds !== undefined) return Math.min(Math.max(retryAfterSeconds, 0) * 1000, longestMs)
  return Math.min(250 * 2 ** attempt, longestMs)
}
