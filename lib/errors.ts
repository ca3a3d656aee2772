/**
 * The one error vocabulary. Adapters translate what outside systems say into these; the route wrapper turns them into
 * problem details (RFC 9457); pages show `message` as it is. A message is a sentence for people: it names the thing
 * and says what to do next, and never carries driver text or secrets.
 */

/** A complaint about one field of a document or request. `path` is an array of keys: label keys contain dots and slashes. */
export interface FieldError {
  path: (string | number)[]
  message: string
  /** Only a guess, made before the server was asked: it may accept the value all the same. */
  hint?: true
  /** The keys below `path` of which some must be set and none is: nothing there is wrong, something is not there yet. */
  missing?: string[]
}

export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'rate-limited'
  | 'unavailable'

/** The systems Corbel depends on, as people know them; itself where it sets the limit. */
export type System = 'database' | 'cluster' | 'github' | 'identity-provider' | 'asset-inventory' | 'corbel'

/** What every error of ours carries: an HTTP status, a code for programs and a sentence for people. */
export abstract class CorbelError extends Error {
  abstract readonly code: ErrorCode
  abstract readonly status: number
}

/** The request or document is wrong; `fields` says where. Status 422. */
export class Invalid extends CorbelError {
  readonly code = 'invalid'
  readonly status = 422
  readonly fields: FieldError[]
  constructor(message: string, fields: FieldError[] = [], options?: ErrorOptions) {
    super(message, options)
    this.fields = fields
  }
}

/** Nobody is signed in, or the login can no longer be refreshed. Status 401. */
export class Unauthenticated extends CorbelError {
  readonly code = 'unauthenticated'
  readonly status = 401
}

/** The person may not do this; the sentence says who could grant it. Status 403. */
export class Forbidden extends CorbelError {
  readonly code = 'forbidden'
  readonly status = 403
}

/** The thing does not exist, or the person may not know that it does. Status 404. */
export class NotFound extends CorbelError {
  readonly code = 'not-found'
  readonly status = 404
}

/** The thing changed since the person saw it, or exists already. `details` is safe to show. Status 409. */
export class Conflict extends CorbelError {
  readonly code = 'conflict'
  readonly status = 409
  readonly details: Record<string, unknown>
  constructor(message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options)
    this.details = details
  }
}

/** The input is larger than we take. Status 413. */
export class TooLarge extends CorbelError {
  readonly code = 'too-large'
  readonly status = 413
}

/** A system, or Corbel itself, asks to slow down; `retryAfterSeconds` is what it said, if it did. Status 429. */
export class RateLimited extends CorbelError {
  readonly code = 'rate-limited'
  readonly status = 429
  readonly system: System
  readonly retryAfterSeconds: number | undefined
  constructor(system: System, message: string, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(message, options)
    this.system = system
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** An outside system does not answer, or answers with its own failure. Worth trying again. Status 503. */
export class Unavailable extends CorbelError {
  readonly code = 'unavailable'
  readonly status = 503
  readonly system: System
  constructor(system: System, message: string, options?: ErrorOptions) {
    super(message, options)
    this.system = system
  }
}
