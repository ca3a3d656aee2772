/**
 * Where Kustomize builds a folder, a file counts only as long as its kustomization lists it, and a file that is listed must be there. So
 * the list is changed in the same pull request as the files; where it cannot be, the change is refused with the reason.
 */
import { CorbelError, Invalid } from '#lib/errors.ts'
import type { Connection } from '#lib/forge/connect-github.ts'
import { fileUrl } from '#lib/forge/forge.ts'
import { isKustomization, listsFile, withFile, withoutFile } from '#lib/manifest/kustomization.ts'
import { type BuildFile, buildFilesIn, foldersAbove } from './manifest-source.ts'
import { type Base, folderOf, type ProjectInGit } from './project-manifests.ts'

/** A file as a change leaves it. */
export interface ChangedFile {
  path: string
  /** What it held before this change; null where there was none. */
  before: string | null
  after: string | null
  /** A document was added to it. */
  grew: boolean
}

/** The kustomizations of a file's folder and all above it, the nearest first, and whether each is one of the project. */
export interface Kustomizations {
  builds: BuildFile[]
  isOurs: (path: string) => boolean
  urlOf: (path: string) => string
}

/** Reads the kustomizations that may list some files. */
export async function kustomizationsOf(
  connection: Connection,
  project: ProjectInGit,
  base: Base,
  paths: readonly string[],
): Promise<Kustomizations> {
  const found = await Promise.all(paths.map((path) => buildFilesIn(connection, foldersAbove(path), base.sha)))
  const builds = new Map(found.flat().flatMap((build) => (isKustomization(build.path) ? [[build.path, build] as const] : [])))
  const folder = folderOf(project)
  return {
    builds: [...builds.values()],
    isOurs: (path) => folder === '' || path.startsWith(`${folder}/`),
    urlOf: (path) => fileUrl(project.repository, base.branch, path),
  }
}

/**
 * The kustomizations as files that come and go want them; those that stay as they are are left out. `textOf`: the text of one as earlier
 * changes left it. Throws Invalid where a list must change and cannot, or does not have a file that a resource is added to.
 */
export function keptLists(
  files: readonly ChangedFile[],
  { builds, isOurs, urlOf }: Kustomizations,
  textOf: (build: BuildFile) => string,
): { build: BuildFile; text: string }[] {
  const texts = new Map(builds.map((build) => [build, textOf(build)]))
  const now = (build: BuildFile) => ({ path: build.path, text: texts.get(build) ?? build.text })
  const edit = (build: BuildFile, must: string, change: () => string) => {
    const byHand = `Change ${build.path} by hand: ${urlOf(build.path)}`
    if (!isOurs(build.path)) throw new Invalid(`${must} It stands outside of the folder of this project. ${byHand}`)
    try {
      texts.set(build, change())
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      throw new Invalid(`${must} Corbel cannot edit that: ${error.message} ${byHand}`)
    }
  }
  // what comes first, so that no list is empty between
  for (const { path, before, after, grew } of files) {
    if (after === null || !(before === null || grew)) continue
    const over = builds.filter((build) => isOurs(build.path) && isAbove(build.path, path))
    const [nearest] = over.sort((a, b) => b.path.split('/').length - a.path.split('/').length)
    if (!nearest || builds.some((build) => listsFile(now(build), path))) continue
    if (before !== null)
      throw new Invalid(
        `${path} is not among the resources of ${nearest.path}, so what is added to it would not be applied. Choose another file, or list it there first: ${urlOf(nearest.path)}`,
      )
    edit(nearest, `${nearest.path} must list ${path} among its resources, or Kustomize does not apply it.`, () =>
      withFile(now(nearest), path),
    )
  }
  for (const { path, before, after } of files) {
    if (before === null || after !== null) continue
    for (const build of builds.filter((each) => listsFile(now(each), path)))
      edit(build, `${build.path} lists ${path} among its resources, and Kustomize refuses a list with a file that is gone.`, () =>
        withoutFile(now(build), path),
      )
  }
  return builds.flatMap((build) => {
    const { text } = now(build)
    return text === textOf(build) ? [] : [{ build, text }]
  })
}

const isAbove = (build: string, path: string): boolean => path.startsWith(build.slice(0, build.lastIndexOf('/') + 1))
