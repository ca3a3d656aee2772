/**
 * Which file each manifest of an import goes to, and in which order. Pure.
 *
 * `resource`: each manifest by the project's own layout. `kind` and `service`: one file for all resources of a kind or service; the parts of a
 * resource (its records, its access policy) stand behind it in its file, whatever their own kind is.
 */
import { Invalid } from '#lib/errors.ts'
import { holdsControl } from '#lib/mapping/asset.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import { type ChangedResource, pathInProject, pathOfNew } from '#lib/proposals/place-change.ts'
import type { ImportLayout } from './contract.ts'

/** Where a project keeps its manifests. */
export interface ProjectFolder {
  path: string | null
  layout: string | null
}

/** A row of an import as the layout needs it. */
export interface RowToPlace {
  /** Full name of the asset; and of the one it stands below. */
  name: string
  parent: string | null
  displayName: string
  service: string
  /** The resource first, then its parts. */
  manifests: readonly ChangedResource[]
}

/**
 * The file of each of a row's manifests. `files`: the paths that the repository has; one of them that differs in nothing but upper and lower
 * case is taken, because many file systems know only one of the two.
 * @throws Invalid where no legal path comes out, or something is in its way, with a sentence.
 */
export function pathsOf(
  row: Pick<RowToPlace, 'service' | 'manifests'>,
  layout: ImportLayout,
  project: ProjectFolder,
  files: FileNames = noFiles,
): string[] {
  const [first] = row.manifests
  if (!first) return []
  if (layout === 'resource') return row.manifests.map((manifest) => checked(pathOfNew(project, manifest), project, files))
  const { kind, group } = splitKindKey(first.kind)
  const name = layout === 'kind' ? kind : row.service || (group.split('.')[0] ?? '')
  const path = checked([...folderOf(project), `${fileName(name)}.yaml`].join('/'), project, files)
  return row.manifests.map(() => path)
}

const folderOf = ({ path }: ProjectFolder): string[] => (path ?? '').split('/').filter((part) => part !== '' && part !== '.')

/** What a service or kind is called, as a file name. */
const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100) || 'resources'

function checked(path: string, project: ProjectFolder, files: FileNames): string {
  if (holdsControl(path) || /\p{Cf}/u.test(path))
    throw new Invalid("The project's folder or layout holds characters that nobody sees. Ask the platform team to correct its annotations.")
  const wanted = pathInProject(project, path)
  const parts = wanted.split('/')
  for (let length = 1; length < parts.length; length++) {
    const above = files.file(parts.slice(0, length).join('/'))
    if (above !== undefined) throw new Invalid(`${wanted} cannot be made: ${above} is a file, where a folder would have to be.`)
  }
  if (files.isFolder(wanted)) throw new Invalid(`${wanted} cannot be made: the repository has a folder of this name.`)
  return files.file(wanted) ?? wanted
}

/** The names of a repository's files, looked up without regard to upper and lower case. */
export interface FileNames {
  /** The file as the repository writes it. */
  file: (path: string) => string | undefined
  isFolder: (path: string) => boolean
}

/** Looks paths up among those of a repository. */
export function fileNames(paths: Iterable<string>): FileNames {
  const files = new Map<string, string>()
  const folders = new Set<string>()
  for (const path of paths) {
    const low = path.toLowerCase()
    files.set(low, path)
    for (let slash = low.indexOf('/'); slash > 0; slash = low.indexOf('/', slash + 1)) folders.add(low.slice(0, slash))
  }
  return { file: (path) => files.get(path.toLowerCase()), isFolder: (path) => folders.has(path.toLowerCase()) }
}

const noFiles = fileNames([])

/**
 * Rows in the order in which they are proposed and written: by service, kind and name, each followed by those that stand below it. The same
 * rows come out in the same order, whatever order they come in.
 */
export function inOrder<Row extends RowToPlace>(rows: readonly Row[]): Row[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const own = (row: Row): string[] => [row.service, row.manifests[0]?.kind ?? '', row.displayName, row.name]
  const keys = new Map(rows.map((row) => [row, chain(row, byName).flatMap(own)]))
  return [...rows].sort((a, b) => compare(keys.get(a) ?? [], keys.get(b) ?? []))
}

/** A row with those it stands below, the topmost first. Assets that name each other in a circle end it. */
function chain<Row extends RowToPlace>(row: Row, byName: ReadonlyMap<string, Row>): Row[] {
  const found = [row]
  for (let above = row.parent; above !== null; ) {
    const next = byName.get(above)
    if (!next || found.includes(next) || found.length > 20) break
    found.unshift(next)
    above = next.parent
  }
  return found
}

/** By code units, so that no language of the machine plays a part. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (const [place, text] of a.entries()) {
    const other = b[place]
    if (other === undefined) return 1
    if (text !== other) return text < other ? -1 : 1
  }
  return a.length - b.length
}

/**
 * Rows in groups that hold at most so many manifests, in order. A row with its parts is never torn apart: one that holds more stands alone.
 */
export function split<Row extends RowToPlace>(rows: readonly Row[], atMost: number): Row[][] {
  const groups: Row[][] = []
  let room = 0
  for (const row of rows) {
    const last = groups.at(-1)
    if (last && row.manifests.length <= room) {
      last.push(row)
      room -= row.manifests.length
    } else {
      groups.push([row])
      room = Math.max(0, atMost - row.manifests.length)
    }
  }
  return groups
}
