/**
 * Files that another tool reads or makes: Kustomize, kpt, Helm, and files that say they are generated. Recognised by what stands in them
 * and by the tool's own files beside or above them. Where a change could not have the effect one expects it is refused with the reason;
 * where the tool would overwrite a field, that is said at the field.
 *
 * Formats: Kustomization https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/, Kptfile and setters
 * https://kpt.dev/reference/schema/kptfile/ and https://catalog.kpt.dev/function-catalog/apply-setters/v0.2/.
 */
import { TooLarge } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import { pathsAtOffsets } from './locate.ts'
import { type ManifestFile, parseManifestFile } from './parse-manifest.ts'

export interface RepositoryText {
  path: string
  text: string
}

/** What a person must know before changing a file. `refused`: a change here is wrong, and is not proposed. */
export interface ManagedNote {
  severity: 'refused' | 'warning'
  message: string
  /** The field it is about, when it is about one. */
  path?: JsonPath
  /** The file of the repository to look at instead. */
  file?: string
}

/** Whether a file of this name says how a folder is built. */
export const isBuildFile = (name: string): boolean => /^(?:kustomization\.ya?ml|Kustomization|Kptfile|Chart\.yaml)$/.test(name)

const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/')
const nameOf = (path: string): string => path.split('/').at(-1) ?? path

/** A path in a build file, from the repository's root; undefined where it leads out or to another place. */
export function resolvedPath(from: string, path: string): string | undefined {
  const parts = folderOf(from).split('/').filter(Boolean)
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

const read = (text: string): Json => readAll(text).documents[0]?.value ?? null
const listAt = (value: Json, key: string): Json[] => {
  const found = valueAt(value, [key])
  return Array.isArray(found) ? found : []
}

/** What is to be known of one document of a file. `builds`: the build files of its folder and those above. */
export function managedNotes(
  file: RepositoryText & { document: number },
  resource: { kind: string; name: string },
  builds: readonly RepositoryText[],
): ManagedNote[] {
  const notes = builds.flatMap((build): ManagedNote[] => {
    const name = nameOf(build.path)
    if (name === 'Kptfile') return kptNotes(build)
    if (name === 'Chart.yaml') return helmNotes(file, build)
    return kustomizeNotes(file, resource, build)
  })
  const template = templateWords(file)
  if (template !== undefined) notes.push({ severity: 'refused', message: template })
  return [...notes, ...setterNotes(file), ...generatedNotes(file)]
}

function helmNotes(file: RepositoryText, chart: RepositoryText): ManagedNote[] {
  const inside = file.path.startsWith(`${[folderOf(chart.path), 'templates'].filter(Boolean).join('/')}/`)
  if (!inside) return []
  const message = `${file.path} is a template of the Helm chart ${textAt(read(chart.text), 'name') ?? chart.path}: what it becomes depends on the chart's values. Change the values or the template by hand.`
  return [{ severity: 'refused', message, file: chart.path }]
}

const transformers: [key: string, words: string][] = [
  ['namespace', 'the namespace'],
  ['namePrefix', 'a prefix of the name'],
  ['nameSuffix', 'a suffix of the name'],
  ['commonLabels', 'labels'],
  ['labels', 'labels'],
  ['commonAnnotations', 'annotations'],
]

/**
 * What kustomizations elsewhere do to a document of a base: those that build the file's folder, or one above it, and patch the resource.
 * `textOf` gives the files that their patches stand in.
 */
export function overlayNotes(
  file: RepositoryText,
  resource: { kind: string; name: string },
  overlays: readonly RepositoryText[],
  textOf: (path: string) => string | undefined,
): ManagedNote[] {
  return overlays.flatMap((build) => {
    const value = read(build.text)
    const built = ['resources', 'bases', 'components'].flatMap((key) => listAt(value, key))
    const reaches = (entry: Json): boolean => {
      const folder = typeof entry === 'string' ? resolvedPath(build.path, entry) : undefined
      return folder !== undefined && folder !== '' && `${file.path}/`.startsWith(`${folder}/`)
    }
    if (!built.some(reaches)) return []
    return patchesOf(value).flatMap((entry) => {
      const path = textAt(entry, 'path')
      const text = path === undefined ? undefined : textOf(resolvedPath(build.path, path) ?? '')
      return patchNotes(
        text === undefined ? entry : { ...entry, patch: text },
        resource,
        build,
        `builds ${folderOf(build.path) || 'the root'}`,
      )
    })
  })
}

/** The files that the patches of kustomizations stand in. */
export const patchFiles = (overlays: readonly RepositoryText[]): string[] =>
  overlays.flatMap((build) => patchesOf(read(build.text)).flatMap((entry) => resolvedPath(build.path, textAt(entry, 'path') ?? '..') ?? []))

/** The patches of a kustomization, each inline (`patch`) or in a file (`path`). */
function patchesOf(value: Json): JsonObject[] {
  const merges = listAt(value, 'patchesStrategicMerge').flatMap((entry): JsonObject[] =>
    typeof entry !== 'string' ? [] : /^\S+$/.test(entry) ? [{ path: entry }] : [{ patch: entry }],
  )
  return [...[...listAt(value, 'patches'), ...listAt(value, 'patchesJson6902')].filter(isObject), ...merges]
}

function kustomizeNotes(file: RepositoryText, resource: { kind: string; name: string }, build: RepositoryText): ManagedNote[] {
  const value = read(build.text)
  const names = (entry: Json): boolean => typeof entry === 'string' && resolvedPath(build.path, entry) === file.path
  const patches = [...listAt(value, 'patches'), ...listAt(value, 'patchesJson6902')].filter(isObject)
  if (listAt(value, 'patchesStrategicMerge').some(names) || patches.some(({ path }) => names(path ?? null))) {
    const message = `${file.path} is a Kustomize patch: it holds only a part of ${resource.kind} ${resource.name}, and the rest stands in its base. Change base or patch by hand.`
    return [{ severity: 'refused', message, file: build.path }]
  }
  if (['generators', 'transformers'].some((key) => listAt(value, key).some(names))) {
    const message = `${file.path} tells Kustomize how to make other resources; it is not applied itself. Change it by hand.`
    return [{ severity: 'refused', message, file: build.path }]
  }
  if (!listAt(value, 'resources').some(names)) return []
  const sets = [...new Set(transformers.filter(([key]) => valueAt(value, [key]) !== undefined).map(([, words]) => words))]
  const notes: ManagedNote[] =
    sets.length === 0
      ? []
      : [{ severity: 'warning', message: `${build.path} sets ${sets.join(', ')} when Kustomize builds this folder.`, file: build.path }]
  const inline = [...patches, ...listAt(value, 'patchesStrategicMerge').map((patch) => ({ patch }))]
  return [...notes, ...inline.flatMap((patch) => patchNotes(patch, resource, build))]
}

/** The fields of a resource that an inline patch overwrites. */
function patchNotes(
  entry: JsonObject,
  resource: { kind: string; name: string },
  build: RepositoryText,
  builds = 'builds this folder',
): ManagedNote[] {
  const patch = textAt(entry, 'patch')
  if (patch === undefined) return []
  return readAll(patch).documents.flatMap(({ value }) => valueNotes(value, entry, resource, build, builds))
}

function valueNotes(
  value: Json,
  entry: JsonObject,
  resource: { kind: string; name: string },
  build: RepositoryText,
  builds: string,
): ManagedNote[] {
  const [kind, name] = [textAt(value, 'kind'), textAt(value, 'metadata', 'name')]
  const target = isObject(entry.target) ? entry.target : kind && name ? { kind, name } : undefined
  if (!target) return []
  if (!fits(target, 'kind', resource.kind) || !fits(target, 'name', resource.name)) return []
  const paths = Array.isArray(value)
    ? value.flatMap((operation) => pointerPath(textAt(operation, 'path')) ?? [])
    : leaves(value).filter((path) => !['apiVersion', 'kind'].includes(String(path[0])) && !(path[0] === 'metadata' && path[1] === 'name'))
  return paths.map((path) => ({
    severity: 'warning',
    message: `${build.path} replaces this field by a patch when Kustomize ${builds}. Change it there.`,
    path,
    file: build.path,
  }))
}

/** Whether a patch's target allows a value; targets are regular expressions over the whole, of which only plain words are understood. */
function fits(target: JsonObject, key: string, value: string): boolean {
  const wanted = textAt(target, key)
  return wanted === undefined || wanted === '' || wanted === value || /[.*+?|()[\]]/.test(wanted)
}

/** A JSON Pointer (RFC 6901) as a path, in a list so that flatMap keeps it whole. */
function pointerPath(pointer: string | undefined): JsonPath[] | undefined {
  if (!pointer?.startsWith('/')) return undefined
  const keys = pointer.slice(1).split('/')
  return [keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~')))]
}

const leaves = (value: Json, path: JsonPath = []): JsonPath[] =>
  isObject(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
    : path.length > 0
      ? [path]
      : []

function kptNotes(build: RepositoryText): ManagedNote[] {
  const value = read(build.text)
  const repository = textAt(value, 'upstream', 'git', 'repo')
  const images = valueAt(value, ['pipeline', 'mutators'])
  const functions = (Array.isArray(images) ? images : []).flatMap((mutator) => textAt(mutator, 'image') ?? [])
  const notes: ManagedNote[] = []
  if (repository)
    notes.push({
      severity: 'warning',
      message: `This folder is a kpt package from ${repository}: kpt merges your change when the package is updated, and may ask about it then.`,
      file: build.path,
    })
  if (functions.length > 0)
    notes.push({
      severity: 'warning',
      message: `kpt runs ${functions.map((image) => nameOf(image).replace(/[:@].*$/, '')).join(', ')} over this folder and may change what you write.`,
      file: build.path,
    })
  return notes
}

/** Fields behind which a comment names a setter: `# kpt-set: ${name}`, and the older `# {"$kpt-set":"name"}`. */
function setterNotes({ text, document }: { text: string; document: number }): ManagedNote[] {
  const found: { setter: string; offset: number }[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const setter = /kpt-set|\$openapi/.test(line) && line.length < longestLine ? setterOf(line) : undefined
    if (setter !== undefined && found.length < mostSetters) found.push({ setter, offset: start + line.search(/[^\s-]/) })
    start += line.length + 1
  }
  if (found.length === 0) return []
  const paths = pathsAtOffsets(
    text,
    document,
    found.map(({ offset }) => offset),
  )
  return found.flatMap(({ setter }, index): ManagedNote[] => {
    const path = paths[index] ?? []
    if (path.length === 0) return []
    const message = `The setter ${setter} writes this field when kpt renders the package: a value typed here is overwritten. Change the setter's value.`
    return [{ severity: 'warning', message, path }]
  })
}

const longestLine = 2000
/** A file with more of them is rendered as a whole: nobody reads that many notes. */
const mostSetters = 1000

/** The setter that the comment of a line names. */
function setterOf(line: string): string | undefined {
  // in two steps: in one, a line without a comment takes time that grows with the square of its length
  const content = line.trimEnd().replace(/^[\s#]+/, '')
  const comment = /[ \t]#[ \t]*(.*)$/.exec(content)?.[1] ?? ''
  return /^kpt-set:[ \t]*(.+)$/.exec(comment)?.[1] ?? /^\{.*?"\$(?:kpt-set|openapi)"[ \t]*:[ \t]*"([^"]+)"/.exec(comment)?.[1]
}

function generatedNotes({ path, text }: RepositoryText): ManagedNote[] {
  const head = text.slice(0, longestLine).split('\n').slice(0, 10)
  const said = head.find((line) => /^\uFEFF?#.*(?:do not edit|generated (?:by|file)|auto-?generated)/i.test(line))
  if (said === undefined) return []
  const words = said.replace(/^\uFEFF?#\s*/, '').trim()
  return [{ severity: 'warning', message: `${path} says “${words}”: what makes it may overwrite your change.` }]
}

/**
 * Why a file that carries a resource's name gives no document to edit: a Helm template, or an item of a List. Undefined where the file has
 * nothing to do with it.
 */
export function whyNotEditable({ path, text }: RepositoryText, resource: { kind: string; name: string }): string | undefined {
  if (!text.includes(resource.name) || !new RegExp(`["']?kind["']?\\s*:\\s*["']?${resource.kind}\\b`).test(text)) return undefined
  const { documents, problems } = readAll(text)
  const template = templateWords({ path, text })
  if (template !== undefined) return template
  const listed = documents.some(({ value }) =>
    listAt(value, 'items').some((item) => textAt(item, 'kind') === resource.kind && textAt(item, 'metadata', 'name') === resource.name),
  )
  if (listed) return `${path} holds it as an item of a List. Give each resource a document of its own, then it can be edited here.`
  const broken = problems.find(({ severity }) => severity === 'error')
  return broken ? `${path} has an error in line ${broken.line}: ${broken.message} Correct it in Git first.` : undefined
}

/** Why a text with `{{ … }}` that is no YAML by itself is not edited; undefined for all others, also those that hold braces as text. */
function templateWords({ path, text }: RepositoryText): string | undefined {
  if (!text.includes('{{') || readAll(text).problems.every(({ severity }) => severity !== 'error')) return undefined
  return `${path} is a template ({{ … }}): what it becomes is known only to the tool that fills it in. Change the template or its values by hand.`
}

function readAll(text: string): Pick<ManifestFile, 'documents' | 'problems'> {
  try {
    return parseManifestFile(text)
  } catch (error) {
    if (error instanceof TooLarge) return { documents: [], problems: [] } // said where the file is opened
    throw error
  }
}
