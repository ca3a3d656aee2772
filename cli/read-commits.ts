/** The manifests of two commits, compared. */
import { Invalid } from '#lib/errors.ts'
import { compareManifests, type ManifestChange } from '#lib/plan/compare-manifests.ts'
import { type FileProblem, type Manifests, readManifests } from '#lib/plan/read-manifests.ts'
import { commitId, fileAt, manifestFiles, originRepository } from './git.ts'
import type { Options } from './options.ts'
import { parseRepositoryFile, type RepositoryFile, repositoryFileName } from './repository-file.ts'

export interface Comparison {
  base: string | undefined
  head: string
  repository: string | undefined
  cluster: string
  changes: ManifestChange[]
  /** Problems of the head's files; those of the base are history. */
  problems: FileProblem[]
}

/** Reads and compares. Throws Invalid for a commit or corbel.yaml that is not right. */
export async function compareCommits(options: Options): Promise<Comparison> {
  const head = await commitId(options.directory, options.head)
  const settings = await settingsAt(options.directory, head)
  // A push that creates a branch has a base of zeros: everything is new.
  const base = options.base && !/^0+$/.test(options.base) ? await commitId(options.directory, options.base) : undefined
  const after = await manifestsAt(options.directory, head, settings)
  const before = base
    ? await manifestsAt(options.directory, base, await settingsAt(options.directory, base, settings))
    : { resources: [], problems: [] }
  const unreadable = new Set(after.problems.filter(({ severity }) => severity === 'error').map(({ file }) => file))
  // Resources of a file that cannot be read now are not removed: nobody can tell.
  const changes = compareManifests(before.resources, after.resources)
  return {
    base,
    head,
    repository: options.repository ?? (await originRepository(options.directory)),
    cluster: settings.cluster ?? 'cluster',
    changes: changes.filter((change) => !(change.action === 'removed' && unreadable.has(change.before?.file ?? ''))),
    problems: after.problems,
  }
}

async function settingsAt(directory: string, commit: string, otherwise?: RepositoryFile): Promise<RepositoryFile> {
  const text = await fileAt(directory, commit, repositoryFileName)
  if (text !== undefined) return parseRepositoryFile(text)
  if (otherwise) return otherwise
  throw new Invalid(
    `The repository has no ${repositoryFileName} at ${commit.slice(0, 12)}. Add one, for instance with the line "manifests: [infra]".`,
  )
}

async function manifestsAt(directory: string, commit: string, settings: RepositoryFile): Promise<Manifests> {
  return readManifests(await manifestFiles(directory, commit, settings.manifests))
}
