/** Bare clones that CI works in, and the merge of a pull request it plans. Real git; the token travels in a header, not in the address. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface Clone {
  directory: string
}

/** Brings a clone up to date, making it first. Throws when git cannot reach the server. */
export async function fetchClone(directory: string, url: string, token: string): Promise<Clone> {
  if (!existsSync(join(directory, 'HEAD'))) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    await git(directory, ['init', '--quiet', '--bare', '.'])
  }
  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  await git(directory, ['fetch', '--quiet', '--prune', '--no-tags', url, '+refs/heads/*:refs/heads/*'], {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: header,
  })
  return { directory }
}

/** The commit a branch points to; undefined without such a branch. */
export async function branchTip({ directory }: Clone, branch: string): Promise<string | undefined> {
  try {
    return (await git(directory, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`])).trim()
  } catch {
    return undefined
  }
}

export const hasCommit = ({ directory }: Clone, commit: string): Promise<boolean> =>
  git(directory, ['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  )

/** A commit with `head` merged into `base`; undefined when they conflict. Made without a working tree (git ≥ 2.38). */
export async function mergeCommit({ directory }: Clone, base: string, head: string): Promise<string | undefined> {
  let tree: string
  try {
    tree = (await git(directory, ['merge-tree', '--write-tree', '--no-messages', base, head])).trim()
  } catch (error) {
    // Exit code 1 says "conflicts"; anything else is a failure.
    if (error instanceof Error && 'code' in error && error.code === 1) return undefined
    throw error
  }
  const commit = await git(directory, ['commit-tree', tree, '-p', base, '-p', head, '-m', 'Merge for the plan'], identity)
  return commit.trim()
}

const identity = {
  GIT_AUTHOR_NAME: 'CI',
  GIT_AUTHOR_EMAIL: 'ci@acme.test',
  GIT_COMMITTER_NAME: 'CI',
  GIT_COMMITTER_EMAIL: 'ci@acme.test',
}

async function git(directory: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execute('git', args, {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
    env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', GIT_DIR: directory, ...env },
  })
  return stdout
}
