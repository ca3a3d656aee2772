/** Switchable failures of the REST API, for the demo and tests: `POST /_simulate {"mode": "down", "seconds": 30}`. */
import { z } from 'zod'
import { Problem } from './problem.ts'

const wish = z.object({
  mode: z.enum(['down', 'rate-limited', 'forbidden', 'none']),
  seconds: z.number().positive().max(86_400).default(60),
})

export interface Simulation {
  /** Sets the failure; gives what is set. Throws 422 for anything else than a known mode. */
  set(body: unknown): { mode: string; until: number }
  /** Throws the failure that is on. */
  intervene(): void
}

export function startSimulation(now: () => number): Simulation {
  let mode: z.infer<typeof wish>['mode'] = 'none'
  let until = 0
  return {
    set: (body) => {
      const read = wish.safeParse(body)
      if (!read.success) throw new Problem(422, 'Send {"mode": "down" | "rate-limited" | "forbidden" | "none", "seconds": number}.')
      mode = read.data.mode
      until = mode === 'none' ? 0 : now() + read.data.seconds * 1000
      return { mode, until }
    },
    intervene: () => {
      if (now() >= until) return
      const seconds = Math.max(1, Math.ceil((until - now()) / 1000))
      switch (mode) {
        case 'none':
          return
        case 'down':
          throw new Problem(503, 'Service unavailable (simulated)')
        case 'forbidden':
          throw new Problem(403, 'Resource not accessible by integration')
        case 'rate-limited':
          throw new Problem(429, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', undefined, {
            'retry-after': String(seconds),
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(Math.ceil(until / 1000)),
          })
        default:
          mode satisfies never
      }
    },
  }
}
