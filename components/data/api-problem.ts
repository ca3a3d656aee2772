/** What the API says when it refuses or fails: problem details (RFC 9457) as a typed error. */
import type { ErrorCode, FieldError } from '#lib/errors.ts'

/** `unreachable`: no answer came (offline, portal restarting). `internal`: an answer that is not ours. The rest are lib/errors codes. */
export type ProblemCode = ErrorCode | 'unreachable' | 'internal'

export class ApiProblem extends Error {
  readonly status: number
  readonly code: ProblemCode
  /** A sentence for people. */
  readonly detail: string
  readonly requestId: string | null
  /** Complaints about single fields of what was sent. */
  readonly fields: FieldError[]
  /** The whole problem document, for members of a single route (a conflict's `details`). */
  readonly body: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    rest: { requestId?: string | null; fields?: FieldError[]; body?: Record<string, unknown> } = {},
  ) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.detail = detail
    this.requestId = rest.requestId ?? null
    this.fields = rest.fields ?? []
    this.body = rest.body ?? {}
  }
}

const codes = new Set<string>([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'too-large',
  'rate-limited',
  'unavailable',
  'internal',
])
const isCode = (code: unknown): code is ProblemCode => typeof code === 'string' && codes.has(code)

const isFieldError = (value: unknown): value is FieldError =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  Array.isArray(value.path) &&
  'message' in value &&
  typeof value.message === 'string'

/** Reads a failed answer. An answer that is not a problem document (a proxy's page, say) becomes a sentence that names its status. */
export function problemFrom(status: number, text: string, requestId: string | null = null): ApiProblem {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return new ApiProblem(
      status,
      status === 401 ? 'unauthenticated' : status === 403 ? 'forbidden' : status === 404 ? 'not-found' : 'internal',
      `The portal answered ${status} without saying why. Try again in a moment; if it stays, tell the people who run this portal.`,
      { requestId },
    )
  const record: Record<string, unknown> = { ...body }
  const detail =
    typeof record.detail === 'string' && record.detail
      ? record.detail
      : typeof record.title === 'string'
        ? record.title
        : `The portal answered ${status}.`
  return new ApiProblem(status, isCode(record.code) ? record.code : 'internal', detail, {
    requestId: typeof record.requestId === 'string' ? record.requestId : requestId,
    fields: Array.isArray(record.fields) ? record.fields.filter(isFieldError) : [],
    body: record,
  })
}
