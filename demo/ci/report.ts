/** What CI leaves on GitHub: one check run per commit and one comment per pull request, both found again and updated. */
import { ask, type Connection } from '#lib/forge/connect-github.ts'

export interface CheckState {
  status: 'in_progress' | 'completed'
  conclusion?: 'success' | 'failure' | 'neutral'
  title: string
  summary: string
  detailsUrl: string
}

const largest = 65_000

/** Creates the check of this name on a commit, or updates it. */
export async function putCheck(connection: Connection, name: string, commit: string, state: CheckState): Promise<void> {
  const at = { owner: connection.owner, repo: connection.name }
  await ask(connection, `report the check ${name}`, async (octokit) => {
    const { data } = await octokit.rest.checks.listForRef({ ...at, ref: commit, check_name: name, per_page: 1 })
    const found = data.check_runs[0]
    const content = {
      name,
      status: state.status,
      details_url: state.detailsUrl,
      output: { title: state.title.slice(0, 250), summary: state.summary.slice(0, largest) },
      ...(state.conclusion ? { conclusion: state.conclusion, completed_at: new Date().toISOString() } : {}),
    }
    if (found) await octokit.rest.checks.update({ ...at, check_run_id: found.id, ...content })
    else await octokit.rest.checks.create({ ...at, head_sha: commit, ...content })
  })
}

/** Creates the comment that starts with a marker, or updates it. */
export async function putComment(connection: Connection, pull: number, marker: string, body: string): Promise<void> {
  const at = { owner: connection.owner, repo: connection.name }
  await ask(connection, `comment on pull request #${pull}`, async (octokit) => {
    const comments = await octokit.paginate(octokit.rest.issues.listComments, { ...at, issue_number: pull, per_page: 100 })
    const found = comments.find((comment) => comment.body?.startsWith(marker))
    if (found?.body === body) return
    if (found) await octokit.rest.issues.updateComment({ ...at, comment_id: found.id, body })
    else await octokit.rest.issues.createComment({ ...at, issue_number: pull, body })
  })
}

/** The merged pull request a commit on the base branch came from. */
export async function pullOfMerge(connection: Connection, base: string, commit: string): Promise<number | undefined> {
  return ask(connection, 'look for the merged pull request', async (octokit) => {
    const { data } = await octokit.rest.pulls.list({
      owner: connection.owner,
      repo: connection.name,
      state: 'closed',
      base,
      sort: 'updated',
      direction: 'desc',
      per_page: 50,
    })
    return data.find((pull) => pull.merge_commit_sha === commit && pull.merged_at)?.number
  })
}

export interface PullState {
  number: number
  open: boolean
  base: string
  headBranch: string
  headCommit: string
}

/** A pull request as it is now: a newer push may have come since the event. */
export async function readPull(connection: Connection, number: number): Promise<PullState> {
  return ask(connection, `read pull request #${number}`, async (octokit) => {
    const { data } = await octokit.rest.pulls.get({ owner: connection.owner, repo: connection.name, pull_number: number })
    return { number, open: data.state === 'open', base: data.base.ref, headBranch: data.head.ref, headCommit: data.head.sha }
  })
}
