/** Files, branches and commits of a repository, through GitHub's Git database: nothing is cloned. */
import { Conflict } from '#lib/errors.ts'
import { ask, askIfThere, type Connection } from './connect-github.ts'
import { refusalOf } from './forge-errors.ts'

export interface RepositoryFile {
  text: string
  /** Git's id of the content. */
  blob: string
}

export interface FolderEntry {
  path: string
  blob: string
}

/** Who a commit is by, and when: both dates are fixed, so the same call makes the same commit. */
export interface Signature {
  name: string
  email: string
  at: Date
}

/** The branch pull requests go to, as the repository says. */
export async function defaultBranch(connection: Connection): Promise<string> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, 'read the settings', (octokit) => octokit.rest.repos.get({ owner, repo }))
  return data.default_branch
}

/** The commit a branch points at, or undefined where there is no such branch. */
export async function headOf(connection: Connection, branch: string): Promise<string | undefined> {
  const { owner, name: repo } = connection
  const found = await askIfThere(connection, `read branch ${branch}`, (octokit) =>
    octokit.rest.git.getRef({ owner, repo, ref: `heads/${branch}` }),
  )
  return found?.data.object.sha
}

/** A file at a branch or commit, or undefined where there is none. */
export async function readFile(connection: Connection, path: string, ref: string): Promise<RepositoryFile | undefined> {
  const { owner, name: repo } = connection
  const found = await askIfThere(connection, `read ${path}`, (octokit) => octokit.rest.repos.getContent({ owner, repo, path, ref }))
  if (!found || Array.isArray(found.data) || found.data.type !== 'file') return undefined
  // above 1 MB GitHub leaves the content out and wants it asked for by its id
  if (found.data.content === '' && found.data.size > 0) return { text: await readBlob(connection, found.data.sha), blob: found.data.sha }
  return { text: Buffer.from(found.data.content, 'base64').toString('utf8'), blob: found.data.sha }
}

/** A file's text by Git's id of it. */
export async function readBlob(connection: Connection, blob: string): Promise<string> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, `read blob ${blob}`, (octokit) => octokit.rest.git.getBlob({ owner, repo, file_sha: blob }))
  return data.encoding === 'base64' ? Buffer.from(data.content, 'base64').toString('utf8') : data.content
}

/** Every file below a folder at a commit, empty where the folder does not exist. */
export async function listFolder(connection: Connection, folder: string, commit: string): Promise<FolderEntry[]> {
  let tree = commit
  for (const segment of folder.split('/').filter(Boolean)) {
    const next = (await treeOf(connection, tree, false)).find((entry) => entry.path === segment && entry.type === 'tree')
    if (!next) return []
    tree = next.sha
  }
  const prefix = folder === '' ? '' : `${folder}/`
  return (await treeOf(connection, tree, true))
    .filter((entry) => entry.type === 'blob')
    .map((entry) => ({ path: prefix + entry.path, blob: entry.sha }))
}

/** The files directly in one folder at a commit, empty where there is no such folder. GitHub lists the first 1,000. */
export async function filesIn(connection: Connection, folder: string, commit: string): Promise<FolderEntry[]> {
  const { owner, name: repo } = connection
  const found = await askIfThere(connection, `list ${folder || 'the root'}`, (octokit) =>
    octokit.rest.repos.getContent({ owner, repo, path: folder, ref: commit }),
  )
  if (!found || !Array.isArray(found.data)) return []
  return found.data.flatMap(({ type, path, sha }) => (type === 'file' ? [{ path, blob: sha }] : []))
}

async function treeOf(connection: Connection, tree: string, recursive: boolean): Promise<{ path: string; type: string; sha: string }[]> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, 'list files', (octokit) =>
    octokit.rest.git.getTree({ owner, repo, tree_sha: tree, ...(recursive ? { recursive: '1' } : {}) }),
  )
  if (data.truncated)
    throw new Conflict(`A folder of ${connection.repository} holds more files than GitHub lists. Give the project a folder of its own.`)
  return data.tree.flatMap(({ path, type, sha }) => (path && type && sha ? [{ path, type, sha }] : []))
}

/**
 * Makes a commit on a parent and returns its id. Pure content: with the same arguments it is the same commit with the same id, so a
 * retry after a crash makes nothing new. `text: null` deletes a file.
 */
export async function commitFiles(
  connection: Connection,
  commit: { parent: string; files: { path: string; text: string | null }[]; message: string; author: Signature },
): Promise<string> {
  const { owner, name: repo } = connection
  return ask(connection, 'commit', async (octokit) => {
    const { data: parent } = await octokit.rest.git.getCommit({ owner, repo, commit_sha: commit.parent })
    const { data: tree } = await octokit.rest.git.createTree({
      owner,
      repo,
      base_tree: parent.tree.sha,
      tree: commit.files.map(({ path, text }) => {
        const entry = { path, mode: '100644', type: 'blob' } as const
        return text === null ? { ...entry, sha: null } : { ...entry, content: text }
      }),
    })
    // seconds: Git knows no smaller time, and GitHub's rounding must not decide the commit's id
    const date = `${commit.author.at.toISOString().slice(0, 19)}Z`
    const signature = { name: commit.author.name, email: commit.author.email, date }
    const { data } = await octokit.rest.git.createCommit({
      owner,
      repo,
      message: commit.message,
      tree: tree.sha,
      parents: [commit.parent],
      author: signature,
      committer: signature,
    })
    return data.sha
  })
}

/** Makes a branch at a commit, and gives the commit it is at: the same, or another where the branch was there before. */
export async function openBranch(connection: Connection, branch: string, commit: string): Promise<string> {
  const { owner, name: repo } = connection
  const there = await headOf(connection, branch)
  if (there) return there
  return ask(connection, `make branch ${branch}`, async (octokit) => {
    try {
      await octokit.rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: commit })
      return commit
    } catch (error) {
      // 422 also says "Reference already exists": a second worker was faster
      const now = refusalOf(error)?.status === 422 ? await headOf(connection, branch) : undefined
      if (now) return now
      throw error
    }
  })
}

/** The message of a commit. */
export async function commitMessageOf(connection: Connection, commit: string): Promise<string> {
  const { owner, name: repo } = connection
  const { data } = await ask(connection, `read commit ${commit}`, (octokit) =>
    octokit.rest.git.getCommit({ owner, repo, commit_sha: commit }),
  )
  return data.message
}

/** The newest commits of a branch, newest first, up to a hundred; none where there is no such branch. */
export async function commitsOf(connection: Connection, branch: string): Promise<{ sha: string; message: string }[]> {
  const { owner, name: repo } = connection
  const found = await askIfThere(connection, `read commits of ${branch}`, (octokit) =>
    octokit.rest.repos.listCommits({ owner, repo, sha: branch, per_page: 100 }),
  )
  return (found?.data ?? []).map(({ sha, commit }) => ({ sha, message: commit.message }))
}

/** Moves a branch forward to a commit. False where the branch is gone, or has commits that this one does not build upon. */
export async function moveBranch(connection: Connection, branch: string, commit: string): Promise<boolean> {
  const { owner, name: repo } = connection
  return ask(connection, `move branch ${branch}`, async (octokit) => {
    try {
      await octokit.rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha: commit, force: false })
      return true
    } catch (error) {
      if (refusalOf(error)?.status === 422) return false
      throw error
    }
  })
}
