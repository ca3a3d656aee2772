/** Where in its file a change goes: pure text in, text out; everything around the document stays byte for byte. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { addDocument, findDocument, removeDocument } from '#lib/manifest/file-documents.ts'
import { isBuildFile } from '#lib/manifest/managed-files.ts'
import { manifestPath } from '#lib/manifest/manifest-path.ts'
import { type ManifestDocument, parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { resourceTitle, splitKindKey } from './change-identity.ts'

/** Which resource, as a change names it. */
export interface ChangedResource {
  namespace: string
  /** Kind.group */
  kind: string
  name: string
}

/** The path a resource's file has by the project's folder and layout. Throws Invalid where the layout leads out of the folder. */
export function pathByLayout(project: { path: string | null; layout: string | null }, resource: ChangedResource): string {
  const path = manifestPath(project, { ...resource, ...splitKindKey(resource.kind) })
  if (path !== undefined) return path
  throw new Invalid(
    `The project's layout "${project.layout}" gives no file name. Ask the platform team to correct the annotation corbel.dev/layout.`,
  )
}

/** The path a new resource's file gets. Throws Invalid where the layout leads out of the folder, or to a file that means something else. */
export function pathOfNew(project: { path: string | null; layout: string | null }, resource: ChangedResource): string {
  const path = pathByLayout(project, resource)
  const taken = takenName(path)
  if (taken !== undefined) throw new Invalid(`By the project's layout the file would be ${path}. ${taken}`)
  return path
}

/** Files at a repository's root that steer a build service, beside those whose names begin with a dot. */
const rootFiles =
  /^(?:corbel|appveyor|azure-pipelines(?:[-.].*)?|bitbucket-pipelines|buildspec|cloudbuild|codecov|codefresh|codemagic|wercker|action|(?:docker-)?compose|skaffold|taskfile|earthly|mkdocs|lefthook|atlantis|renovate|pnpm-workspace)\.ya?ml$/i

/** Why a manifest cannot have this path, whatever its project. */
function takenName(path: string): string | undefined {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  if (!isBuildFile(name) && (parts.length > 1 || !rootFiles.test(name))) return undefined
  return `${name} says how this repository is applied or built. Choose another file name.`
}

/** A path somebody chose, without needless parts. Throws Invalid where it leads out of the project's folder or is no YAML file. */
export function pathInProject(project: { path: string | null }, wanted: string): string {
  const folder = (project.path ?? '').split('/').filter(Boolean)
  const parts = wanted.split('/').filter((part) => part !== '' && part !== '.')
  const path = parts.join('/')
  const message = !folder.every((part, index) => parts[index] === part)
    ? `The file must stand in the folder ${folder.join('/')} of the project, so that the project's manifests stay together.`
    : !/\.ya?ml$/i.test(path)
      ? 'The file must end in .yaml or .yml.'
      : parts.some((part) => part.startsWith('.') || part.length > 200 || /[\\\p{Cc}]/u.test(part))
        ? 'This is no path that a repository can have.'
        : parts.slice(0, -1).some((part) => /\.(?:ya?ml|json)$/i.test(part))
          ? 'A folder cannot have the name of a file: the file would be deleted.'
          : takenName(path)
  if (message !== undefined) throw new Invalid(message, [{ path: ['path'], message }])
  return path
}

/** The document of a file that describes a resource, or undefined. Broken files have none. */
export function documentOf(text: string, resource: ChangedResource): ManifestDocument | undefined {
  const { kind, group } = splitKindKey(resource.kind)
  return findDocument(parseManifestFile(text), { group, kind, namespace: resource.namespace, name: resource.name })
}

/** The file with the manifest in it: added at the end. Throws Conflict when the resource stands there already. */
export function withNew(before: string | null, manifest: string, resource: ChangedResource, path: string): string {
  const text = ended(manifest)
  if (before === null) return text
  if (documentOf(before, resource)) {
    throw new Conflict(`${resourceTitle(resource.kind, resource.name)} exists already in ${path}. Open it there and edit it instead.`, {
      path,
    })
  }
  return addDocument(before, text)
}

/** The file with the resource's document replaced. */
export function withReplaced(before: string, manifest: string, resource: ChangedResource): string {
  const document = documentIn(before, resource)
  const old = before.slice(document.start, document.end)
  const marker = /^---[ \t]*(?:\r?\n|$)/
  const kept = old.match(marker)?.[0] ?? ''
  const fresh = kept ? manifest.replace(marker, '') : manifest
  const last = document.end >= before.length
  const text = last && !before.endsWith('\n') && !manifest.endsWith('\n') ? fresh : ended(fresh)
  // the marker stays as it is, so its line end says nothing about the others
  const body = old.slice(kept.length)
  return before.slice(0, document.start) + kept + withLineEndsOf(body.includes('\n') ? body : before, text) + before.slice(document.end)
}

/** The file without the resource's document; null when nothing is left, so that the file goes too. */
export function withoutResource(before: string, resource: ChangedResource): string | null {
  const text = removeDocument(before, documentIn(before, resource).index)
  return text.trim() === '' ? null : text
}

function documentIn(text: string, resource: ChangedResource): ManifestDocument {
  const document = documentOf(text, resource)
  if (!document)
    throw new Conflict(`${resourceTitle(resource.kind, resource.name)} is no longer in its file. Look for it in the repository.`)
  return document
}

/** A file with both line ends keeps both where they stand; a text that knows only the other one gets the file's. */
function withLineEndsOf(file: string, text: string): string {
  const windows = /\r\n/
  if (windows.test(file) === windows.test(text)) return text
  return windows.test(file) ? text.replaceAll('\n', '\r\n') : text.replaceAll('\r\n', '\n')
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)
