/** The first commits of the demo's repositories, from the folders in repositories/. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { git } from '#demo/github/git.ts'
import { createRepository, repositoryPath } from '#demo/github/repositories.ts'
import { repositories } from './projects.ts'

/** The files of a repository's first commit, path to text. */
export function repositoryFiles(repository: string): Record<string, string> {
  const folder = join(import.meta.dirname, 'repositories', repository.split('/')[1] ?? '')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8')]),
  )
}

/**
 * Makes the repositories that are not there yet under `directory` (that of the GitHub stand-in) and gives the first commit of
 * each by full name.
 */
export async function seedRepositories(directory: string): Promise<Record<string, string>> {
  const commits: Record<string, string> = {}
  for (const repository of repositories) {
    await createRepository(directory, repository, repositoryFiles(repository))
    const path = repositoryPath(directory, repository)
    if (path === undefined) throw new Error(`${repository} was not made under ${directory}.`)
    commits[repository] = (await git(path, ['rev-list', '--max-parents=0', 'main'])).trim()
  }
  return commits
}
