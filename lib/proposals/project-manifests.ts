/** A project's manifests in Git: where the project keeps them, and the file in which a resource stands. */
import { database } from '#lib/database/client.ts'
import { Invalid, NotFound } from '#lib/errors.ts'
import type { Connection } from '#lib/forge/connect-github.ts'
import { defaultBranch, type FolderEntry, headOf, listFolder, readBlob, readFile } from '#lib/forge/repository-content.ts'
import { resourceTitle } from './change-identity.ts'
import { type ChangedResource, documentOf, pathByLayout } from './place-change.ts'

export interface ProjectInGit {
  cluster: string
  namespace: string
  repository: string
  path: string | null
  layout: string | null
}

/** Where a project keeps its manifests. Throws NotFound for no project, Invalid for one without a repository. */
export async function projectInGit(cluster: string, namespace: string): Promise<ProjectInGit> {
  const project = await database().project.findUnique({ where: { cluster_namespace: { cluster, namespace } } })
  if (!project) throw new NotFound(`There is no project ${namespace} on ${cluster}. Choose one from the list of projects.`)
  if (!project.repository) {
    throw new Invalid(
      `The project ${namespace} names no repository, so nothing can be proposed. Ask the platform team to set corbel.dev/repository.`,
    )
  }
  return { cluster, namespace, repository: project.repository, path: project.path, layout: project.layout }
}

/** Throws NotFound for a kind that is not offered, and for one that belongs to the whole cluster: a project has none of those. */
export async function requireOfferedKind(cluster: string, key: string): Promise<void> {
  const where = { cluster_key: { cluster, key } }
  const kind = await database().kind.findUnique({ where, select: { state: true, namespaced: true } })
  if (!kind || kind.state === 'gone') {
    throw new NotFound(`${key} is not offered on ${cluster}. Choose another kind, or ask the platform team to offer it.`)
  }
  if (!kind.namespaced)
    throw new NotFound(`${key} belongs to the whole cluster, not to a project. Ask the platform team to make this change.`)
}

export interface Base {
  branch: string
  sha: string
}

/** The branch proposals go to, and the commit it is at. */
export async function baseOf(connection: Connection): Promise<Base> {
  const branch = await defaultBranch(connection)
  const sha = await headOf(connection, branch)
  if (!sha) throw new Invalid(`${connection.repository} has no branch ${branch} yet. Push a first commit, then try again.`)
  return { branch, sha }
}

export interface FoundManifest {
  path: string
  text: string
  blob: string
  document: number
}

/**
 * The file in which a resource stands at a commit: where the live object says it came from, where the layout would put it, else any
 * file of the project's folder, those that carry its name first. Undefined where no file has it. `except`: files that are passed over.
 */
export async function findManifest(
  connection: Connection,
  project: ProjectInGit,
  resource: ChangedResource,
  commit: string,
  except: ReadonlySet<string> = new Set(),
): Promise<FoundManifest | undefined> {
  const noted = await notedPath(project, resource)
  const likely = [...new Set([...(noted ? [noted] : []), pathByLayout(project, resource)])].filter((path) => !except.has(path))
  for (const path of likely) {
    const file = await readProjectFile(connection, project, path, commit)
    const document = file && documentOf(file.text, resource)
    if (document) return { path, ...file, document: document.index }
  }
  const entries = await manifestsOf(connection, project, commit)
  const manifests = entries.filter(({ path }) => !likely.includes(path) && !except.has(path))
  const named = ({ path }: FolderEntry): number => (path.includes(resource.name) ? 0 : 1)
  return searchFiles(
    connection,
    manifests.sort((a, b) => named(a) - named(b)),
    resource,
  )
}

// A commit never changes, so what was listed of it never grows old: fifty changes list their folder once.
const listings = new Map<string, Promise<FolderEntry[]>>()
const keptListings = 20

/** Folders whose names begin with a dot belong to tools, other than the project's own. */
const mayHoldManifests = (path: string, folder: string): boolean =>
  /\.(ya?ml|json)$/i.test(path) && !/(?:^|\/)\./.test(folder === '' ? path : path.slice(folder.length + 1))

/** The project's folder in its repository, without slashes around it; '' for the whole repository. */
export const folderOf = ({ path }: ProjectInGit): string => (path ?? '').split('/').filter(Boolean).join('/')
const listingKey = (connection: Connection, project: ProjectInGit, commit: string): string =>
  `${connection.repository}/${commit}/${folderOf(project)}`

/**
 * A file of the project at a commit. Where the folder was listed already, what it does not have costs no question: fifty new resources ask
 * GitHub for none of their paths.
 */
export async function readProjectFile(
  connection: Connection,
  project: ProjectInGit,
  path: string,
  commit: string,
): Promise<{ text: string; blob: string } | undefined> {
  const listing = await listings.get(listingKey(connection, project, commit))?.catch(() => undefined)
  const folder = folderOf(project)
  if (!listing || !manifestName.test(path) || !(folder === '' || path.startsWith(`${folder}/`))) return readFile(connection, path, commit)
  const entry = listing.find((file) => file.path === path)
  return entry && { text: await cachedBlob(connection, entry.blob), blob: entry.blob }
}

const manifestName = /\.(ya?ml|json)$/i

/** All files of the project's folder that may hold manifests. */
export async function manifestsOf(connection: Connection, project: ProjectInGit, commit: string): Promise<FolderEntry[]> {
  const folder = folderOf(project)
  const key = listingKey(connection, project, commit)
  const known = listings.get(key)
  if (known) return known
  const listing = listFolder(connection, folder, commit).then((entries) => entries.filter(({ path }) => mayHoldManifests(path, folder)))
  listings.set(key, listing)
  listing.catch(() => listings.delete(key))
  for (const oldest of [...listings.keys()].slice(0, Math.max(0, listings.size - keptListings))) listings.delete(oldest)
  return listing
}

async function notedPath(project: ProjectInGit, { namespace, kind, name }: ChangedResource): Promise<string | undefined> {
  const where = { cluster_kind_namespace_name: { cluster: project.cluster, namespace, kind, name } }
  const row = await database().resource.findUnique({ where, select: { repository: true, path: true } })
  if (row?.repository !== project.repository || row.path === null) return undefined
  // the note stands on an object whose manifest somebody wrote: it must not lead out of the project's folder
  const folder = (project.path ?? '').split('/').filter(Boolean)
  const parts = row.path.split('/')
  const inside = folder.every((part, index) => parts[index] === part) && !parts.some((part) => ['', '.', '..', '.git'].includes(part))
  return inside ? row.path : undefined
}

const atOnce = 8

async function searchFiles(connection: Connection, entries: FolderEntry[], resource: ChangedResource): Promise<FoundManifest | undefined> {
  for (let start = 0; start < entries.length; start += atOnce) {
    const found = await Promise.all(
      entries.slice(start, start + atOnce).map(async ({ path, blob }) => {
        const text = await cachedBlob(connection, blob)
        const document = text.includes(resource.name) ? documentOf(text, resource) : undefined
        return document && { path, text, blob, document: document.index }
      }),
    )
    const hit = found.find((manifest) => manifest !== undefined)
    if (hit) return hit
  }
  return undefined
}

// A blob's id is a hash of its content, so what is kept never grows old.
const blobs = new Map<string, string>()
const keptBlobs = 500

/** A file's text by Git's id of it; the last 500 read are kept. */
export async function cachedBlob(connection: Connection, blob: string): Promise<string> {
  const key = `${connection.repository}/${blob}`
  const known = blobs.get(key)
  if (known !== undefined) return known
  const text = await readBlob(connection, blob)
  if (text.length < 100_000) blobs.set(key, text)
  for (const oldest of [...blobs.keys()].slice(0, Math.max(0, blobs.size - keptBlobs))) blobs.delete(oldest)
  return text
}

/** A file carries the resource and gives no document of its own: it is a template, a List, or broken. */
export class NoDocument extends NotFound {}

/** The error for a resource that no file describes; `why`: what was found instead. */
export const notInGit = (project: ProjectInGit, resource: ChangedResource, why?: string): NotFound => {
  const folder = project.path ? `the folder ${project.path} of ${project.repository}` : project.repository
  const nowhere = `No file in ${folder} describes ${resourceTitle(resource.kind, resource.name)}.`
  return why === undefined
    ? new NotFound(`${nowhere} It may be managed elsewhere, or was deleted there.`)
    : new NoDocument(`${nowhere} ${why}`)
}
