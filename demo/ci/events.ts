/** Which work a webhook asks for. Pure. */
import { z } from 'zod'

export type Work =
  | { kind: 'plan'; repository: string; pull: number }
  | { kind: 'apply'; repository: string; branch: string; before: string; after: string }

const Repository = z.object({ full_name: z.string().regex(/^[\w.-]+\/[\w.-]+$/), default_branch: z.string().default('main') })
const PullRequest = z.object({ action: z.string(), repository: Repository, pull_request: z.object({ number: z.number().int() }) })
const Push = z.object({
  repository: Repository,
  ref: z.string(),
  before: z.string().regex(/^[0-9a-f]{40}$/),
  after: z.string().regex(/^[0-9a-f]{40}$/),
})

const plannedActions = ['opened', 'synchronize', 'reopened', 'ready_for_review']

/** The work of an event; undefined for events that ask for none. Throws ZodError for bodies that are not GitHub's. */
export function workOf(event: string, body: unknown): Work | undefined {
  if (event === 'pull_request') {
    const { action, repository, pull_request } = PullRequest.parse(body)
    if (!plannedActions.includes(action)) return undefined
    return { kind: 'plan', repository: repository.full_name, pull: pull_request.number }
  }
  if (event === 'push') {
    const { repository, ref, before, after } = Push.parse(body)
    if (ref !== `refs/heads/${repository.default_branch}` || /^0+$/.test(after)) return undefined
    return { kind: 'apply', repository: repository.full_name, branch: repository.default_branch, before, after }
  }
  return undefined
}

/** Plans do not wait for applies; each kind keeps its order within a repository. */
export const laneOf = (work: Work): string => `${work.repository} ${work.kind}`

/** A plan reads the pull request as it is when it runs, so a later one for the same makes it needless. An apply never is. */
export const replacedBy = (work: Work, later: Work): boolean => work.kind === 'plan' && later.kind === 'plan' && work.pull === later.pull
