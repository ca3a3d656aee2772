/** Errors as the GitHub REST API answers them. */

export interface ValidationComplaint {
  resource: string
  code: string
  field?: string
  message?: string
}

/** Becomes `{message, documentation_url, status, errors?}` with that HTTP status. */
export class Problem extends Error {
  readonly status: number
  readonly errors: ValidationComplaint[] | undefined
  readonly headers: Record<string, string>
  constructor(status: number, message: string, errors?: ValidationComplaint[], headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

/** Also the answer for what one may not see: GitHub does not tell the two apart. */
export const notFound = (): Problem => new Problem(404, 'Not Found')

/** 422 with one complaint, as GitHub words a request that is well formed and still refused. */
export const validationFailed = (complaint: ValidationComplaint): Problem => new Problem(422, 'Validation Failed', [complaint])

export const problemBody = (problem: Problem) => ({
  message: problem.message,
  documentation_url: 'https://docs.github.com/rest',
  status: String(problem.status),
  ...(problem.errors ? { errors: problem.errors } : {}),
})
