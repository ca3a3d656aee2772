/** Jobs that need GitHub: tried again for hours while it is away, with a sentence for people while they wait and when they are given up. */
import { z } from 'zod'
import { CorbelError } from '#lib/errors.ts'
import { defineJob, type Job } from '#lib/jobs/define-job.ts'

/** Declares one. `work` throws what is worth a retry; `waiting` and `gaveUp` write the sentence where people see it. */
export const defineKeepTrying = (
  name: string,
  work: (id: string) => Promise<void>,
  { waiting, gaveUp }: Record<'waiting' | 'gaveUp', (id: string, problem: string) => Promise<void>>,
): Job<{ id: string }> =>
  defineJob(
    name,
    z.object({ id: z.uuid() }),
    async ({ id }, { last }) => {
      try {
        await work(id)
      } catch (error) {
        if (error instanceof CorbelError) {
          if (last) await gaveUp(id, error.message)
          else await waiting(id, `${error.message} Corbel keeps trying.`)
        }
        throw error
      }
    },
    { retries: 40, retryAfterSeconds: 2, retryAtMostSeconds: 300 },
  )
