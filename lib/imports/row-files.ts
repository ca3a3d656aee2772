/** Which files a row's manifests would go to, for its review: GitHub is asked, and not waited for. */
import { setTimeout as pause } from 'node:timers/promises'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import type { Base } from '#lib/proposals/project-manifests.ts'
import { ImportLayout } from './contract.ts'
import { type FileNames, fileNames, type ProjectFolder, pathsOf, type RowToPlace } from './lay-out-manifests.ts'
import { standingProject } from './plan-repository.ts'

export interface RowFile {
  /** Null where the project has no repository, or no legal path comes out. */
  path: string | null
  exists: boolean
}

/** How long GitHub is waited for, and how long the head of a repository counts, in milliseconds. */
const patienceMs = 1_500
const freshMs = 30_000

let bases = { since: 0, map: new Map<string, Promise<Base>>() }

/** One entry per manifest. Where GitHub does not answer in time, nothing is said to exist: the plan of the pull request asks again. */
export async function filesOfRow(
  run: { cluster: string; layout: string },
  row: Pick<RowToPlace, 'service' | 'manifests'> & { namespace: string | null },
): Promise<RowFile[]> {
  const nowhere = row.manifests.map((): RowFile => ({ path: null, exists: false }))
  if (row.namespace === null || row.manifests.length === 0) return nowhere
  const where = { cluster_namespace: { cluster: run.cluster, namespace: row.namespace } }
  const project = await database().project.findUnique({ where, select: { repository: true, path: true, layout: true } })
  if (!project?.repository) return nowhere
  const standing = await Promise.race([standingFiles(run.cluster, row.namespace), pause(patienceMs, undefined)])
  const place: ProjectFolder = standing?.folder ?? project
  const files = standing?.files ?? fileNames([])
  try {
    return pathsOf(row, ImportLayout.parse(run.layout), place, files).map((path) => ({ path, exists: files.file(path) !== undefined }))
  } catch (error) {
    if (error instanceof CorbelError) return nowhere // the plan says why
    throw error
  }
}

async function standingFiles(cluster: string, namespace: string): Promise<{ folder: ProjectFolder; files: FileNames } | undefined> {
  if (Date.now() - bases.since > freshMs) bases = { since: Date.now(), map: new Map() }
  try {
    const standing = await standingProject(cluster, namespace, bases.map)
    return { folder: standing, files: standing.files }
  } catch (error) {
    bases.map.clear()
    if (error instanceof CorbelError) return undefined
    throw error
  }
}
