/** Bare repositories on disk: `<directory>/<owner>/<name>.git`. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { git, noObject } from './git.ts'

const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Where a repository lies, or undefined when the name is none or there is no such repository. */
export function repositoryPath(directory: string, fullName: string): string | undefined {
  const [owner = '', name = '', ...rest] = fullName.split('/')
  if (rest.length > 0 || !safeName.test(owner) || !safeName.test(name)) return undefined
  const path = join(directory, owner, `${name}.git`)
  return existsSync(join(path, 'HEAD')) ? path : undefined
}

/** Full names (`owner/name`) of the repositories on disk, sorted. */
export function repositoryNames(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && safeName.test(entry.name))
    .flatMap((owner) =>
      readdirSync(join(directory, owner.name))
        .filter((name) => name.endsWith('.git'))
        .map((name) => `${owner.name}/${name.slice(0, -4)}`),
    )
    .filter((name) => repositoryPath(directory, name) !== undefined)
    .sort()
}

/**
 * Makes a bare repository with one first commit on `main` holding the files (path to text). Does nothing when it has a `main` already.
 * Throws when the name is not `owner/name` or git refuses.
 */
export async function createRepository(directory: string, fullName: string, files: Record<string, string>): Promise<void> {
  const [owner = '', name = '', ...rest] = fullName.split('/')
  if (rest.length > 0 || !safeName.test(owner) || !safeName.test(name))
    throw new Error(`"${fullName}" is not a repository name like owner/name`)
  const path = join(directory, owner, `${name}.git`)
  mkdirSync(join(directory, owner), { recursive: true, mode: 0o700 })
  await git(path, ['init', '--quiet', '--bare', '--initial-branch=main', path])
  if (await git(path, ['rev-parse', '--verify', '--quiet', 'refs/heads/main']).catch(() => '')) return
  const indexFile = join(path, 'first-commit.index')
  const signature = { name: 'GitHub', email: 'noreply@github.com' }
  const env = {
    GIT_INDEX_FILE: indexFile,
    GIT_AUTHOR_NAME: signature.name,
    GIT_AUTHOR_EMAIL: signature.email,
    GIT_COMMITTER_NAME: signature.name,
    GIT_COMMITTER_EMAIL: signature.email,
  }
  try {
    for (const [file, text] of Object.entries(files)) {
      const blob = await git(path, ['hash-object', '-w', '--stdin'], { input: text })
      await git(path, ['update-index', '--add', '--cacheinfo', `100644,${blob},${file}`], { env })
    }
    const tree = Object.keys(files).length > 0 ? await git(path, ['write-tree'], { env }) : await git(path, ['mktree'], { input: '' })
    const commit = await git(path, ['commit-tree', tree], { env, input: 'Initial commit\n' })
    await git(path, ['update-ref', 'refs/heads/main', commit, noObject])
  } finally {
    rmSync(indexFile, { force: true })
  }
}
