/** Pull requests, their comments and checks. */
import type { RestEndpointMethodTypes } from '@octokit/rest'
import { ask, type Connection } from './connect-github.ts'
import { refusalOf } from './forge-errors.ts'

export interface PullRequest {
  number: number
  url: string
  state: 'open' | 'closed'
  merged: boolean
  headSha: string
  /** Only where merged: the commit on the base branch. */
  mergeSha: string | null
  mergedAt: Date | null
  /** Login of who merged it. Null where not merged, or where GitHub does not say: lists leave it out. */
  mergedBy: string | null
}

/** One check run, newest per name. */
export interface Check {
  name: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  summary: string | null
  url: string | null
}

type Listed = RestEndpointMethodTypes['pulls']['list']['response']['data'][number]

const summarize = (pull: Listed): PullRequest => ({
  number: pull.number,
  url: pull.html_url,
  state: pull.state === 'open' ? 'open' : 'closed',
  merged: pull.merged_at !== null,
  headSha: pull.head.sha,
  mergeSha: pull.merged_at === null ? null : pull.merge_commit_sha,
  mergedAt: pull.merged_at === null ? null : new Date(pull.merged_at),
  mergedBy: null,
})

/** The pull request from a branch, open or not: the newest one. Undefined where there was never one. */
export async function pullRequestFrom(connection: Connection, branch: string): Promise<PullRequest | undefined> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, 'look for the pull request', (octokit) =>
    octokit.rest.pulls.list({ owner, repo, head: `${owner}:${branch}`, state: 'all', sort: 'created', direction: 'desc', per_page: 100 }),
  )
  // GitHub ignores a head filter it cannot read: believe the answer only
  const found = data.find((pull) => pull.head.ref === branch)
  return found && summarize(found)
}

/** A pull request by its number. */
export async function readPullRequest(connection: Connection, number: number): Promise<PullRequest> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, `read pull request #${number}`, (octokit) =>
    octokit.rest.pulls.get({ owner, repo, pull_number: number }),
  )
  return {
    number: data.number,
    url: data.html_url,
    state: data.state === 'open' ? 'open' : 'closed',
    merged: data.merged,
    headSha: data.head.sha,
    mergeSha: data.merged ? data.merge_commit_sha : null,
    mergedAt: data.merged_at === null ? null : new Date(data.merged_at),
    mergedBy: data.merged ? (data.merged_by?.login ?? null) : null,
  }
}

/** Opens a pull request, or finds the one this branch has already. */
export async function openPullRequest(
  connection: Connection,
  pull: { branch: string; base: string; title: string; body: string },
): Promise<PullRequest> {
  const there = await pullRequestFrom(connection, pull.branch)
  if (there) return there
  const { owner, name: repo } = connection
  const request = { owner, repo, head: pull.branch, base: pull.base, title: pull.title, body: pull.body }
  return ask(connection, 'open a pull request', async (octokit) => {
    try {
      const { data } = await octokit.rest.pulls.create(request)
      return {
        number: data.number,
        url: data.html_url,
        state: 'open',
        merged: false,
        headSha: data.head.sha,
        mergeSha: null,
        mergedAt: null,
        mergedBy: null,
      }
    } catch (error) {
      // 422 also says "A pull request already exists": a second worker was faster
      const now = refusalOf(error)?.status === 422 ? await pullRequestFrom(connection, pull.branch) : undefined
      if (now) return now
      throw error
    }
  })
}

/** The text of a pull request, with plain line ends. */
export async function pullRequestText(connection: Connection, number: number): Promise<string> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, `read pull request #${number}`, (octokit) =>
    octokit.rest.pulls.get({ owner, repo, pull_number: number }),
  )
  return (data.body ?? '').replace(/\r\n?/g, '\n')
}

/** Writes another text into a pull request. */
export async function writePullRequestText(connection: Connection, number: number, body: string): Promise<void> {
  const { owner, name: repo } = connection
  await ask(connection, `describe pull request #${number}`, (octokit) =>
    octokit.rest.pulls.update({ owner, repo, pull_number: number, body }),
  )
}

/** Closes a pull request without merging it. */
export async function closePullRequest(connection: Connection, number: number): Promise<void> {
  const { owner, name: repo } = connection
  await ask(connection, `close pull request #${number}`, (octokit) =>
    octokit.rest.pulls.update({ owner, repo, pull_number: number, state: 'closed' }),
  )
}

/** The check runs of a commit, the newest of each name. */
export async function checksOf(connection: Connection, commit: string): Promise<Check[]> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, 'read checks', (octokit) =>
    octokit.rest.checks.listForRef({ owner, repo, ref: commit, per_page: 100 }),
  )
  const newest = new Map<string, (typeof data.check_runs)[number]>()
  for (const run of data.check_runs) if ((newest.get(run.name)?.id ?? 0) < run.id) newest.set(run.name, run)
  return [...newest.values()].map((run) => ({
    name: run.name,
    status: run.status === 'completed' || run.status === 'in_progress' ? run.status : 'queued',
    conclusion: run.conclusion,
    summary: run.output.summary ?? run.output.title,
    url: run.html_url,
  }))
}
