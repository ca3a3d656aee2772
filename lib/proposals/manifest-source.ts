/** A resource's manifest as it stands in Git, with what other tools do to its file. */
import type { Connection } from '#lib/forge/connect-github.ts'
import { asApp, fileUrl } from '#lib/forge/forge.ts'
import { type FolderEntry, filesIn } from '#lib/forge/repository-content.ts'
import { isBuildFile, type ManagedNote, managedNotes, overlayNotes, patchFiles, whyNotEditable } from '#lib/manifest/managed-files.ts'
import { checkName, splitKindKey } from './change-identity.ts'
import type { ManifestSource } from './contract.ts'
import type { ChangedResource } from './place-change.ts'
import {
  type Base,
  baseOf,
  cachedBlob,
  type FoundManifest,
  findManifest,
  folderOf,
  manifestsOf,
  notInGit,
  type ProjectInGit,
  projectInGit,
  requireOfferedKind,
} from './project-manifests.ts'

/** A resource's manifest as it stands in Git now. Throws NotFound where no file of the project has it, or the kind is not offered. */
export async function readManifestSource(cluster: string, resource: ChangedResource): Promise<ManifestSource> {
  checkName(resource.name)
  await requireOfferedKind(cluster, resource.kind)
  const project = await projectInGit(cluster, resource.namespace)
  const connection = asApp(project.repository)
  return sourceOf(connection, project, resource, await baseOf(connection))
}

/** The same at the head of a branch. Throws NotFound, with the reason where a file is there that cannot be edited. */
export async function sourceOf(
  connection: Connection,
  project: ProjectInGit,
  resource: ChangedResource,
  { branch, sha }: Base,
): Promise<ManifestSource> {
  const found = await findEditable(connection, project, resource, sha)
  if (!found) throw notInGit(project, resource, await whyMissing(connection, project, resource, sha))
  const { notes: ownNotes, ...manifest } = found
  const named = { kind: splitKindKey(resource.kind).kind, name: resource.name }
  const notes = [...ownNotes, ...(await notesOfOverlays(connection, project, found, named, sha))]
  const url = (path: string): string => fileUrl(project.repository, branch, path)
  return {
    repository: project.repository,
    fileUrl: url(found.path),
    ...manifest,
    notes: notes.map(({ severity, message, path, file }) => ({
      severity,
      message,
      path: path ?? null,
      url: file === undefined ? null : url(file),
    })),
  }
}

/** A resource of a base has as many files as there are overlays that patch it; more are not looked at. */
const mostPatches = 5

/** The file in which a resource stands and may be changed; where there is none such, the first in which it stands, with its refusal. */
export async function findEditable(
  connection: Connection,
  project: ProjectInGit,
  resource: ChangedResource,
  commit: string,
): Promise<(FoundManifest & { notes: ManagedNote[] }) | undefined> {
  let first: (FoundManifest & { notes: ManagedNote[] }) | undefined
  const passed = new Set<string>()
  while (passed.size < mostPatches) {
    const found = await findManifest(connection, project, resource, commit, passed)
    if (!found) return first
    const named = { kind: splitKindKey(resource.kind).kind, name: resource.name }
    const noted = { ...found, notes: managedNotes(found, named, await buildFilesOf(connection, project, found.path, commit)) }
    if (noted.notes.every(({ severity }) => severity !== 'refused')) return noted
    first ??= noted
    passed.add(found.path)
  }
  return first
}

/** The build files (kustomization.yaml, Kptfile, Chart.yaml) of a file's folder and those above it, up to the project's folder. */
async function buildFilesOf(connection: Connection, project: ProjectInGit, path: string, commit: string) {
  return buildFilesIn(connection, foldersAbove(path, folderOf(project)), commit)
}

/** The folders of a file, the innermost first, up to the one named; '' is the top of the repository. */
export function foldersAbove(path: string, upTo = ''): string[] {
  const parts = path.split('/').slice(0, -1)
  const top = Math.min(upTo.split('/').filter(Boolean).length, parts.length)
  return Array.from({ length: parts.length - top + 1 }, (_, up) => parts.slice(0, parts.length - up).join('/'))
}

/** A file that says how a folder is built, as it stands in Git. */
export interface BuildFile {
  path: string
  blob: string
  text: string
}

/** The build files of some folders, in their order. */
export async function buildFilesIn(connection: Connection, folders: readonly string[], commit: string): Promise<BuildFile[]> {
  const entries = await Promise.all(folders.map((folder) => folderAt(connection, folder, commit)))
  const builds = entries.flat().filter((entry) => isBuildFile(entry.path.split('/').at(-1) ?? ''))
  return Promise.all(builds.map(async ({ path, blob }) => ({ path, blob, text: await cachedBlob(connection, blob) })))
}

/** More kustomizations of a project, and more files of their patches, are not looked into. */
const mostOverlays = 20

/** What kustomizations of other folders do to a manifest. Only what lies in a folder that is built itself can be part of another one. */
async function notesOfOverlays(
  connection: Connection,
  project: ProjectInGit,
  file: FoundManifest,
  named: { kind: string; name: string },
  commit: string,
): Promise<ManagedNote[]> {
  const isKustomization = ({ path }: { path: string }): boolean => /(?:^|\/)kustomization\.ya?ml$/i.test(path)
  const above = await buildFilesOf(connection, project, file.path, commit)
  if (!above.some(isKustomization)) return []
  const entries = await manifestsOf(connection, project, commit)
  const textsOf = (wanted: FolderEntry[]) =>
    Promise.all(wanted.slice(0, mostOverlays).map(async ({ path, blob }) => ({ path, text: await cachedBlob(connection, blob) })))
  const overlays = await textsOf(entries.filter((entry) => isKustomization(entry) && above.every(({ path }) => path !== entry.path)))
  const wanted = new Set(patchFiles(overlays))
  const texts = new Map((await textsOf(entries.filter(({ path }) => wanted.has(path)))).map(({ path, text }) => [path, text]))
  return overlayNotes(file, named, overlays, (path) => texts.get(path))
}

// A folder at a commit never changes.
const folders = new Map<string, Promise<FolderEntry[]>>()
const keptFolders = 200

async function folderAt(connection: Connection, folder: string, commit: string): Promise<FolderEntry[]> {
  const key = `${connection.repository}/${commit}/${folder}`
  const known = folders.get(key)
  if (known) return known
  const entries = filesIn(connection, folder, commit)
  folders.set(key, entries)
  entries.catch(() => folders.delete(key))
  for (const oldest of [...folders.keys()].slice(0, Math.max(0, folders.size - keptFolders))) folders.delete(oldest)
  return entries
}

/** What stands in the project's files in place of a manifest that could be edited. */
async function whyMissing(
  connection: Connection,
  project: ProjectInGit,
  resource: ChangedResource,
  commit: string,
): Promise<string | undefined> {
  const named = { kind: splitKindKey(resource.kind).kind, name: resource.name }
  // they were all read just now, so nearly all are still known
  for (const { path, blob } of await manifestsOf(connection, project, commit)) {
    const why = whyNotEditable({ path, text: await cachedBlob(connection, blob) }, named)
    if (why !== undefined) return why
  }
  return undefined
}
