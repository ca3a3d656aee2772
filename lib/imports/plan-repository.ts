/** What stands in the folder of a project before an import adds to it: the names of its files, and which resource stands where. */
import { asApp } from '#lib/forge/forge.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { type Base, baseOf, cachedBlob, manifestsOf, type ProjectInGit, projectInGit } from '#lib/proposals/project-manifests.ts'
import { type FileNames, fileNames } from './lay-out-manifests.ts'

export interface StandingProject extends ProjectInGit {
  files: FileNames
  /** Which file has a resource; undefined where none does. */
  fileOf: (resource: { kind: string; namespace: string; name: string }) => string | undefined
  /** A file that cannot be read as YAML, with the first mistake. */
  broken: ReadonlyMap<string, string>
}

/** Larger folders are not read as a whole: each proposal looks for its own resources. */
const mostFiles = 2_000
const atOnce = 8

interface Standing {
  names: FileNames
  resources: ReadonlyMap<string, string>
  broken: ReadonlyMap<string, string>
}

// A commit never changes, so what was read of it never grows old.
const known = new Map<string, Promise<Standing>>()
const keptFolders = 20

/** Reads the folders of several projects, each at the head of its repository. Throws what reading GitHub throws, Invalid without a repository. */
export async function standingProject(cluster: string, namespace: string, bases: Map<string, Promise<Base>>): Promise<StandingProject> {
  const project = await projectInGit(cluster, namespace)
  const base = bases.get(project.repository) ?? baseOf(asApp(project.repository))
  bases.set(project.repository, base)
  const { sha } = await base
  const key = `${project.repository}/${sha}/${project.path ?? ''}`
  const standing = known.get(key) ?? readFolder(project, sha)
  known.set(key, standing)
  standing.catch(() => known.delete(key))
  for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - keptFolders))) known.delete(oldest)
  const { names, resources, broken } = await standing
  return {
    ...project,
    files: names,
    broken,
    fileOf: ({ kind, namespace: of, name }) => resources.get(addressOf(kind, of, name)) ?? resources.get(addressOf(kind, '', name)),
  }
}

const addressOf = (kind: string, namespace: string, name: string): string => JSON.stringify([kind, namespace, name])

async function readFolder(project: ProjectInGit, sha: string): Promise<Standing> {
  const connection = asApp(project.repository)
  const entries = await manifestsOf(connection, project, sha)
  const resources = new Map<string, string>()
  const broken = new Map<string, string>()
  const queue = (entries.length > mostFiles ? [] : entries).values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const { path, blob } of queue) {
        const { documents, problems } = parseManifestFile(await cachedBlob(connection, blob))
        const mistake = problems.find(({ severity }) => severity === 'error')
        if (mistake) broken.set(path, `line ${mistake.line}: ${mistake.message}`)
        for (const { identity } of documents)
          if (identity) resources.set(addressOf(`${identity.kind}.${identity.group}`, identity.namespace ?? '', identity.name), path)
      }
    }),
  )
  return { names: fileNames(entries.map(({ path }) => path)), resources, broken }
}
