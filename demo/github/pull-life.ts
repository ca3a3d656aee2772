/**
 * The life of a pull request, and the events about it.
 *
 *     open --(head branch moves)--> open, `synchronize`
 *     open --(close, or head branch deleted)--> closed --(reopen)--> open
 *     open --(merge, or base branch gets the head's commits by a push)--> closed and merged
 *
 * Git moves first, then the table of known branches follows in one transaction with the rows of the events (`announce`). A process killed in
 * between announces at its next start what git already holds, so a push or merge is never without its webhook.
 */
import { z } from 'zod'
import type { Json } from '#lib/json.ts'
import { type Commit, logCommits, readOneCommit } from './commits.ts'
import { findObject, git, isAncestor, listBranches, moveRef, noObject } from './git.ts'
import { Problem, validationFailed } from './problem.ts'
import { addsCommits, findPull, listPulls, type Pull, pullFacts } from './pulls.ts'
import { pullShape } from './shapes-pull.ts'
import { installationId, pageUrl, repositoryShape, userShape } from './shapes-repository.ts'
import { recordEvent } from './webhooks.ts'
import { account, type Repository, type World } from './world.ts'

/** What every event of a repository carries. */
export const eventContext = (world: World, repository: Repository, sender: string) => ({
  repository: repositoryShape(world, repository),
  sender: userShape(world, sender),
  installation: { id: installationId(world, repository.owner), node_id: '' },
})

/** Records one pull_request event about the pull request as it is now. */
export async function tellPull(
  world: World,
  repository: Repository,
  number: number,
  sender: string,
  action: string,
  extra: Record<string, Json> = {},
) {
  const pull = findPull(world, repository, number)
  recordEvent(world, 'pull_request', {
    action,
    number,
    ...extra,
    pull_request: await pullShape(world, repository, pull),
    ...eventContext(world, repository, sender),
  })
  world.wakeDeliveries()
}

interface BranchMove {
  branch: string
  before: string
  after: string
}

const branchRow = z.object({ branch: z.string(), sha: z.string() })

async function unannounced(world: World, repository: Repository): Promise<BranchMove[]> {
  const rows = world.store.all(branchRow, 'SELECT branch, sha FROM known_branch WHERE repository = $name', { name: repository.fullName })
  const before = new Map(rows.map(({ branch, sha }) => [branch, sha]))
  const after = await listBranches(repository.path)
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((branch) => ({ branch, before: before.get(branch) ?? noObject, after: after.get(branch) ?? noObject }))
    .filter((move) => move.before !== move.after)
}

const pushCommit = (world: World, repository: Repository, commit: Commit) => ({
  id: commit.sha,
  tree_id: commit.tree,
  distinct: true,
  message: commit.message,
  timestamp: commit.committer.date,
  url: `${pageUrl(world, repository)}/commit/${commit.sha}`,
  author: { name: commit.author.name, email: commit.author.email },
  committer: { name: commit.committer.name, email: commit.committer.email },
  added: [],
  removed: [],
  modified: [],
})

async function pushPayload(world: World, repository: Repository, move: BranchMove, sender: string) {
  const { before, after } = move
  const created = before === noObject
  const deleted = after === noObject
  const range = created ? [after, '-n', '20'] : [`${before}..${after}`, '-n', '20']
  const commits = deleted ? [] : (await logCommits(repository.path, range)).reverse()
  const head = deleted ? null : await readOneCommit(repository.path, after)
  return {
    ref: `refs/heads/${move.branch}`,
    before,
    after,
    base_ref: null,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(repository.path, before, after)),
    compare: `${pageUrl(world, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: commits.map((commit) => pushCommit(world, repository, commit)),
    head_commit: head && pushCommit(world, repository, head),
    pusher: { name: sender, email: account(world, sender).email },
    ...eventContext(world, repository, sender),
  }
}

/** Tells of every branch that moved since the last time and lets the pull requests follow. Call inside `world.inOrder`. */
export async function announce(world: World, repository: Repository, sender: string): Promise<void> {
  for (const move of await unannounced(world, repository)) {
    const push = await pushPayload(world, repository, move, sender)
    const pulls = listPulls(world, repository, 'open')
    const merged: Pull[] = []
    for (const pull of pulls) {
      if (pull.base === move.branch && move.after !== noObject && (await isAncestor(repository.path, pull.head_sha, move.after)))
        merged.push(pull)
    }
    const now = world.now()
    const followers = pulls.filter((pull) => pull.head === move.branch)
    if (move.after !== noObject) {
      for (const pull of followers) await git(repository.path, ['update-ref', `refs/pull/${pull.number}/head`, move.after])
    }
    world.store.atomically(() => {
      if (move.after === noObject) {
        world.store.run('DELETE FROM known_branch WHERE repository = $name AND branch = $branch', {
          name: repository.fullName,
          branch: move.branch,
        })
        for (const { id } of followers) {
          world.store.run(`UPDATE pull SET state = 'closed', closed_at = $now, updated_at = $now WHERE id = $id`, { id, now })
        }
      } else {
        world.store.run('INSERT OR REPLACE INTO known_branch (repository, branch, sha) VALUES ($name, $branch, $sha)', {
          name: repository.fullName,
          branch: move.branch,
          sha: move.after,
        })
        const moved = { name: repository.fullName, branch: move.branch, sha: move.after, now }
        world.store.run(
          `UPDATE pull SET head_sha = $sha, updated_at = $now WHERE repository = $name AND head = $branch AND state = 'open'`,
          moved,
        )
        for (const { id } of merged) {
          world.store.run(
            `UPDATE pull SET state = 'closed', merged_at = $now, closed_at = $now, updated_at = $now, merged_by = $by, merge_sha = $sha WHERE id = $id`,
            { id, now, by: sender, sha: move.after },
          )
        }
        const { now: _, ...base } = moved
        world.store.run(`UPDATE pull SET base_sha = $sha WHERE repository = $name AND base = $branch AND state = 'open'`, base)
      }
      recordEvent(world, 'push', push)
    })
    for (const { number } of merged) await tellPull(world, repository, number, sender, 'closed')
    for (const { number } of followers.filter((pull) => !merged.includes(pull))) {
      if (move.after === noObject) await tellPull(world, repository, number, sender, 'closed')
      else await tellPull(world, repository, number, sender, 'synchronize', { before: move.before, after: move.after })
    }
  }
  world.wakeDeliveries()
}

export interface NewPull {
  title: string
  body: string | null
  head: string
  base: string
  draft: boolean
}

/** Opens a pull request. Throws 422 for missing branches, a duplicate, or nothing to merge. */
export function openPull(world: World, repository: Repository, author: string, wanted: NewPull): Promise<Pull> {
  return world.inOrder(repository, async () => {
    await announce(world, repository, author)
    const [owner, branch] = wanted.head.includes(':') ? wanted.head.split(':', 2) : [repository.owner, wanted.head]
    const head = owner === repository.owner && branch ? await findObject(repository.path, `refs/heads/${branch}`) : undefined
    const base = await findObject(repository.path, `refs/heads/${wanted.base}`)
    if (!head || !branch) throw validationFailed({ resource: 'PullRequest', field: 'head', code: 'invalid' })
    if (!base) throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' })
    const refuse = (message: string) => validationFailed({ resource: 'PullRequest', code: 'custom', message })
    if (listPulls(world, repository, 'open').some((pull) => pull.head === branch && pull.base === wanted.base)) {
      throw refuse(`A pull request already exists for ${repository.owner}:${branch}.`)
    }
    if (!(await addsCommits(repository, base, head))) throw refuse(`No commits between ${wanted.base} and ${branch}`)
    const now = world.now()
    const last = world.store.one(
      z.object({ number: z.number().nullable() }),
      'SELECT max(number) AS number FROM pull WHERE repository = $name',
      { name: repository.fullName },
    )
    const number = (last?.number ?? 0) + 1
    await git(repository.path, ['update-ref', `refs/pull/${number}/head`, head])
    world.store.run(
      `INSERT INTO pull (repository, number, title, body, author, head, base, head_sha, base_sha, state, draft, created_at, updated_at)
       VALUES ($repository, $number, $title, $body, $author, $head, $base, $headSha, $baseSha, 'open', $draft, $now, $now)`,
      {
        repository: repository.fullName,
        number,
        title: wanted.title,
        body: wanted.body,
        author,
        head: branch,
        base: wanted.base,
        headSha: head,
        baseSha: base,
        draft: wanted.draft ? 1 : 0,
        now,
      },
    )
    await tellPull(world, repository, number, author, 'opened')
    return findPull(world, repository, number)
  })
}

/** Closes or reopens; does nothing when it is so already. Throws 422 when it cannot be reopened. */
export function setPullState(
  world: World,
  repository: Repository,
  number: number,
  state: 'open' | 'closed',
  sender: string,
): Promise<void> {
  return world.inOrder(repository, async () => {
    const pull = findPull(world, repository, number)
    if (pull.state === state) return
    const refuse = (message: string) => validationFailed({ resource: 'PullRequest', field: 'state', code: 'invalid', message })
    if (pull.merged_at !== null) throw refuse('state cannot be changed. The pull request has been merged.')
    const now = world.now()
    if (state === 'closed') {
      world.store.run(`UPDATE pull SET state = 'closed', closed_at = $now, updated_at = $now WHERE id = $id`, { id: pull.id, now })
    } else {
      const head = await findObject(repository.path, `refs/heads/${pull.head}`)
      const base = await findObject(repository.path, `refs/heads/${pull.base}`)
      if (!head || !base) throw refuse(`state cannot be changed. The ${pull.head} branch has been deleted.`)
      if (listPulls(world, repository, 'open').some((other) => other.head === pull.head && other.base === pull.base)) {
        throw refuse(`state cannot be changed. There is already an open pull request from ${pull.head} to ${pull.base}.`)
      }
      world.store.run(
        `UPDATE pull SET state = 'open', closed_at = NULL, updated_at = $now, head_sha = $head, base_sha = $base WHERE id = $id`,
        { id: pull.id, now, head, base },
      )
    }
    await tellPull(world, repository, number, sender, state === 'open' ? 'reopened' : 'closed')
  })
}

export interface MergeWish {
  /** The head a person saw; another one is a conflict. */
  sha?: string | undefined
  method: 'merge' | 'squash'
  title?: string | undefined
  message?: string | undefined
}

/** Merges; gives the new commit of the base branch. Throws 405 when it cannot be merged and 409 when the head moved. */
export function mergePull(world: World, repository: Repository, number: number, sender: string, wish: MergeWish): Promise<string> {
  return world.inOrder(repository, async () => {
    await announce(world, repository, sender)
    const pull = findPull(world, repository, number)
    if (pull.state !== 'open' || pull.draft === 1) throw new Problem(405, 'Pull Request is not mergeable')
    if (wish.sha && wish.sha !== pull.head_sha) throw new Problem(409, 'Head branch was modified. Review and try the merge again.')
    const { merge } = await pullFacts(repository, pull)
    if (merge.state === 'conflict') throw new Problem(405, 'Pull Request is not mergeable')
    const squash = wish.method === 'squash'
    const title =
      wish.title ?? (squash ? `${pull.title} (#${number})` : `Merge pull request #${number} from ${repository.owner}/${pull.head}`)
    const message = wish.message ?? (squash ? await squashMessage(repository, pull) : pull.title)
    const person = account(world, sender)
    const at = `@${Math.floor(world.now() / 1000)} +0000`
    const commit = await git(repository.path, ['commit-tree', merge.tree, '-p', pull.base_sha, ...(squash ? [] : ['-p', pull.head_sha])], {
      input: message ? `${title}\n\n${message}\n` : `${title}\n`,
      env: {
        GIT_AUTHOR_NAME: person.name ?? person.login,
        GIT_AUTHOR_EMAIL: person.email ?? `${person.login}@users.noreply.github.com`,
        GIT_AUTHOR_DATE: at,
        GIT_COMMITTER_NAME: 'GitHub',
        GIT_COMMITTER_EMAIL: 'noreply@github.com',
        GIT_COMMITTER_DATE: at,
      },
    })
    if (!(await moveRef(repository.path, `refs/heads/${pull.base}`, commit, pull.base_sha))) {
      throw new Problem(405, 'Base branch was modified. Review and try the merge again.')
    }
    const now = world.now()
    world.store.run(
      `UPDATE pull SET state = 'closed', merged_at = $now, closed_at = $now, updated_at = $now, merged_by = $by, merge_sha = $sha WHERE id = $id`,
      { id: pull.id, now, by: sender, sha: commit },
    )
    await tellPull(world, repository, number, sender, 'closed')
    await announce(world, repository, sender)
    return commit
  })
}

/** GitHub's message of a squash: the subjects, then the trailers of the squashed commits. */
async function squashMessage(repository: Repository, pull: Pull): Promise<string> {
  const commits = (await logCommits(repository.path, [`${pull.base_sha}..${pull.head_sha}`, '--no-merges'])).reverse()
  if (commits.length === 1) return commits[0]?.message.split('\n').slice(1).join('\n').trim() ?? ''
  return commits.map(({ message }) => `* ${message}`).join('\n\n')
}
