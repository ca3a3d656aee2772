/** Problem details (RFC 9457): the one shape in which the API says that something went wrong. */
import { z } from 'zod'
import { Conflict, type CorbelError, Invalid, RateLimited, type System, Unavailable } from '#lib/errors.ts'

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** The sentence for people: it names the thing and the next step. */
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  system: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
  fields: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() })).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type Problem = z.infer<typeof Problem>

const titles: Record<string, string> = {
  invalid: 'Something in the request is not right',
  unauthenticated: 'Signed out',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'Changed meanwhile',
  'too-large': 'Too large',
  'rate-limited': 'Too many requests',
  unavailable: 'A system does not answer',
  internal: 'Corbel failed',
}

/** Problem details of one of our errors. */
export function problemOf(error: CorbelError, requestId: string): Problem {
  const problem: Problem = {
    type: `https://corbel.dev/problems/${error.code}`,
    title: titles[error.code] ?? error.code,
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
  }
  if (error instanceof Invalid && error.fields.length > 0) problem.fields = error.fields
  if (error instanceof Conflict && Object.keys(error.details).length > 0) problem.details = error.details
  const system: System | undefined = error instanceof Unavailable || error instanceof RateLimited ? error.system : undefined
  if (system) problem.system = system
  if (error instanceof RateLimited && error.retryAfterSeconds !== undefined) problem.retryAfterSeconds = error.retryAfterSeconds
  return problem
}

/** Problem details of an error that is not ours: a defect. Nothing of it is shown; the log has it under the request id. */
export function internalProblem(requestId: string): Problem {
  return {
    type: 'https://corbel.dev/problems/internal',
    title: titles.internal ?? 'Corbel failed',
    status: 500,
    detail: `Something in Corbel went wrong. Nothing you typed is lost on this page. Try again; if it stays, give your platform team the request id ${requestId}.`,
    code: 'internal',
    requestId,
  }
}
