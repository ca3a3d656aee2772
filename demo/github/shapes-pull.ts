/** Pull requests, comments, labels, checks and statuses as the REST API shows them. */
import type { CheckRun, Status } from './checks.ts'
import { timestamp } from './commits.ts'
import { type Comment, type Label, listComments, listPulls, type Pull, pullFacts, pullLabels } from './pulls.ts'
import { accountShape, appShape, nodeId, pageUrl, repositoryShape, repositoryUrl, userShape } from './shapes-repository.ts'
import { account, type Repository, type World } from './world.ts'

export function labelShape(world: World, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description,
    color: label.color,
    default: false,
  }
}

const side = (world: World, repository: Repository, branch: string, sha: string) => ({
  label: `${repository.owner}:${branch}`,
  ref: branch,
  sha,
  user: userShape(world, repository.owner),
  repo: repositoryShape(world, repository),
})

const instant = (at: number | null): string | null => (at === null ? null : timestamp(at))

/** As lists of pull requests show it. */
export function simplePullShape(world: World, repository: Repository, pull: Pull) {
  const url = `${repositoryUrl(world, repository)}/pulls/${pull.number}`
  const issue = `${repositoryUrl(world, repository)}/issues/${pull.number}`
  const page = `${pageUrl(world, repository)}/pull/${pull.number}`
  const statuses = `${repositoryUrl(world, repository)}/statuses/${pull.head_sha}`
  return {
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userShape(world, pull.author),
    body: pull.body,
    labels: pullLabels(world, pull).map((label) => labelShape(world, repository, label)),
    milestone: null,
    active_lock_reason: null,
    created_at: timestamp(pull.created_at),
    updated_at: timestamp(pull.updated_at),
    closed_at: instant(pull.closed_at),
    merged_at: instant(pull.merged_at),
    merge_commit_sha: pull.merge_sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(world, repository, pull.head, pull.head_sha),
    base: side(world, repository, pull.base, pull.base_sha),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${repositoryUrl(world, repository)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: 'MEMBER',
    auto_merge: null,
    draft: pull.draft === 1,
  }
}

/** As `GET /pulls/{number}` and webhooks show it: with what git says about merging it. */
export async function pullShape(world: World, repository: Repository, pull: Pull) {
  const facts = await pullFacts(repository, pull)
  const open = pull.state === 'open'
  const clean = facts.merge.state === 'clean'
  return {
    ...simplePullShape(world, repository, pull),
    merged: pull.merged_at !== null,
    mergeable: open ? clean : null,
    rebaseable: open ? clean : null,
    mergeable_state: !open ? 'unknown' : !clean ? 'dirty' : pull.draft === 1 ? 'draft' : 'clean',
    merged_by: pull.merged_by === null ? null : userShape(world, pull.merged_by),
    comments: listComments(world, repository, pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: facts.commits,
    additions: facts.files.reduce((sum, file) => sum + file.additions, 0),
    deletions: facts.files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: facts.files.length,
  }
}

/** Nobody reacts in the stand-in. */
const noReactions = (url: string) => ({
  url: `${url}/reactions`,
  total_count: 0,
  '+1': 0,
  '-1': 0,
  laugh: 0,
  hooray: 0,
  confused: 0,
  heart: 0,
  rocket: 0,
  eyes: 0,
})

/** A pull request as an issue, which it also is. */
export function issueShape(world: World, repository: Repository, pull: Pull) {
  const url = `${repositoryUrl(world, repository)}/issues/${pull.number}`
  const { title, body, user, state, labels, comments_url, html_url, closed_at, created_at, updated_at } = simplePullShape(
    world,
    repository,
    pull,
  )
  return {
    id: pull.id,
    node_id: nodeId('I', pull.id),
    url,
    repository_url: repositoryUrl(world, repository),
    labels_url: `${url}/labels{/name}`,
    events_url: `${url}/events`,
    comments_url,
    html_url,
    number: pull.number,
    title,
    body,
    user,
    state,
    labels,
    locked: false,
    active_lock_reason: null,
    reactions: noReactions(url),
    assignee: null,
    assignees: [],
    milestone: null,
    comments: listComments(world, repository, pull.number).length,
    closed_at,
    created_at,
    updated_at,
    author_association: 'MEMBER',
    pull_request: {
      url: `${repositoryUrl(world, repository)}/pulls/${pull.number}`,
      html_url,
      diff_url: `${html_url}.diff`,
      patch_url: `${html_url}.patch`,
    },
  }
}

export function commentShape(world: World, repository: Repository, comment: Comment) {
  const author = account(world, comment.author)
  const url = `${repositoryUrl(world, repository)}/issues/comments/${comment.id}`
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url,
    html_url: `${pageUrl(world, repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(world, repository)}/issues/${comment.number}`,
    user: accountShape(world, author),
    created_at: timestamp(comment.created_at),
    updated_at: timestamp(comment.updated_at),
    author_association: author.type === 'Bot' ? 'NONE' : 'MEMBER',
    body: comment.body,
    reactions: noReactions(url),
    performed_via_github_app: author.type === 'Bot' ? appShape(world) : null,
  }
}

function minimalPullShape(world: World, repository: Repository, pull: Pull) {
  const repo = { id: repository.id, url: repositoryUrl(world, repository), name: repository.name }
  return {
    id: pull.id,
    number: pull.number,
    url: `${repositoryUrl(world, repository)}/pulls/${pull.number}`,
    head: { ref: pull.head, sha: pull.head_sha, repo },
    base: { ref: pull.base, sha: pull.base_sha, repo },
  }
}

/** A check run, with the open pull requests whose head it judges. */
export function checkShape(world: World, repository: Repository, check: CheckRun) {
  const pulls = listPulls(world, repository, 'open').filter((pull) => pull.head_sha === check.head_sha)
  const url = `${repositoryUrl(world, repository)}/check-runs/${check.id}`
  const page = `${pageUrl(world, repository)}/runs/${check.id}`
  return {
    id: check.id,
    node_id: nodeId('CR', check.id),
    head_sha: check.head_sha,
    external_id: check.external_id ?? '',
    name: check.name,
    url,
    html_url: page,
    details_url: check.details_url ?? page,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.started_at,
    completed_at: check.completed_at,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: {
      id: check.id,
      head_branch: pulls[0]?.head ?? null,
      head_sha: check.head_sha,
      status: check.status,
      conclusion: check.conclusion,
    },
    app: appShape(world),
    pull_requests: pulls.map((pull) => minimalPullShape(world, repository, pull)),
  }
}

/** As combined statuses list it; the single form adds the creator. */
export function simpleStatusShape(world: World, repository: Repository, status: Status) {
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: `${world.url}/_assets/avatar.svg`,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: timestamp(status.created_at),
    updated_at: timestamp(status.created_at),
  }
}

export const statusShape = (world: World, repository: Repository, status: Status) => ({
  ...simpleStatusShape(world, repository, status),
  creator: userShape(world, status.creator),
})
