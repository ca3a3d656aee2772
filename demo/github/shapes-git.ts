/** Commits, refs, trees and changed files as the REST API shows them. */
import { posix } from 'node:path'
import type { Commit, FileChange } from './commits.ts'
import type { TreeEntry } from './git.ts'
import { nodeId, pageUrl, repositoryUrl, userShape } from './shapes-repository.ts'
import type { Repository, World } from './world.ts'

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

/** As `/git/commits` shows it. */
export function gitCommitShape(world: World, repository: Repository, commit: Commit) {
  const url = `${repositoryUrl(world, repository)}/git`
  const page = `${pageUrl(world, repository)}/commit`
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${page}/${sha}` })),
    verification,
  }
}

/** The account whose address signs a commit, or null: many commits are by nobody GitHub knows. */
function signer(world: World, email: string) {
  const person = world.options.people.find((one) => one.email === email)
  return person ? userShape(world, person.login) : null
}

/** As `/commits` shows it. */
export function commitShape(world: World, repository: Repository, commit: Commit) {
  const url = repositoryUrl(world, repository)
  const page = `${pageUrl(world, repository)}/commit`
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      verification,
    },
    author: signer(world, commit.author.email),
    committer: signer(world, commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${page}/${sha}` })),
  }
}

/** A changed file, as comparisons, commits and pull requests list it. `at` is the commit after the change. */
export function fileShape(world: World, repository: Repository, change: FileChange, at: string) {
  const path = encodePath(change.path)
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${pageUrl(world, repository)}/blob/${at}/${path}`,
    raw_url: `${pageUrl(world, repository)}/raw/${at}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${at}`,
    ...(change.patch === undefined ? {} : { patch: change.patch }),
  }
}

export function refShape(world: World, repository: Repository, ref: string, sha: string, type = 'commit') {
  const url = `${repositoryUrl(world, repository)}/git`
  return { ref, node_id: nodeId('REF', ref), url: `${url}/${encodePath(ref)}`, object: { sha, type, url: `${url}/${type}s/${sha}` } }
}

export function treeShape(world: World, repository: Repository, sha: string, entries: TreeEntry[]) {
  const url = `${repositoryUrl(world, repository)}/git`
  return {
    sha,
    url: `${url}/trees/${sha}`,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === undefined ? {} : { size: entry.size }),
      url: `${url}/${entry.type}s/${entry.sha}`,
    })),
    truncated: false,
  }
}

/** A file or folder as `/contents` names it, without content. */
export function contentShape(
  world: World,
  repository: Repository,
  ref: string,
  path: string,
  entry: { sha: string; type: string; size: number },
) {
  const encoded = encodePath(path)
  const folder = entry.type === 'tree'
  const url = `${repositoryUrl(world, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`
  const gitUrl = `${repositoryUrl(world, repository)}/git/${entry.type}s/${entry.sha}`
  const html = `${pageUrl(world, repository)}/${folder ? 'tree' : 'blob'}/${encodePath(ref)}/${encoded}`
  return {
    type: folder ? 'dir' : 'file',
    name: posix.basename(path),
    path,
    sha: entry.sha,
    size: entry.size,
    url,
    git_url: gitUrl,
    html_url: html,
    download_url: folder ? null : `${pageUrl(world, repository)}/raw/${encodePath(ref)}/${encoded}`,
    _links: { self: url, git: gitUrl, html },
  }
}
