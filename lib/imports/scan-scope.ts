/** What a run reads, and whose it is: cloud projects by id and number, and the namespaces that stand for them. */

import { InventoryQuota } from '#lib/assets/inventory-errors.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import type { ConversionPlace } from './convert-assets.ts'
import type { ManagedQuestion } from './managed-assets.ts'

export interface ScanScope {
  /** `projects/…`, `folders/…`, `organizations/…` */
  scope: string
  /** Of a folder or an organization. */
  wide: boolean
  /** Of the one cloud project, where the inventory tells it. */
  number: string | null
  conversion: () => Omit<ConversionPlace, 'catalogue'>
  managed: () => ManagedQuestion
}

interface Run {
  id: string
  cluster: string
  scope: string
  namespace: string | null
}

/** The scope of a run. `projectOf` asks the inventory; a refusal leaves the id without its number. Throws InventoryQuota. */
export async function scanScope(run: Run, projectOf: (project: string) => Promise<{ id: string; number: string }>): Promise<ScanScope> {
  const projectIds = new Map<string, string>()
  const { id: runId, cluster, scope, namespace } = run
  if (namespace !== null) {
    const named = scope.slice('projects/'.length)
    const project = await known(named, projectOf)
    if (project) projectIds.set(project.number, project.id)
    const names = [...new Set([named, ...(project ? [project.id, project.number] : [])])]
    return {
      scope,
      wide: false,
      number: project?.number ?? (/^\d+$/.test(named) ? named : null),
      conversion: () => ({ cluster, projectIds, namespaceOf: () => namespace }),
      managed: () => ({ cluster, projectIds, within: { names } }),
    }
  }
  for (const { number, id } of await projectsOfRun(runId)) projectIds.set(number, id)
  const projects = await database().project.findMany({
    where: { cluster, NOT: { gcpProject: null } },
    select: { namespace: true, gcpProject: true, repository: true },
    orderBy: { namespace: 'asc' },
  })
  // of two namespaces for one cloud project, the one with a repository
  const namespaces = new Map<string, string>()
  for (const one of projects.toSorted((a, b) => Number(b.repository !== null) - Number(a.repository !== null)))
    if (one.gcpProject !== null && !namespaces.has(one.gcpProject)) namespaces.set(one.gcpProject, one.namespace)
  const numberOf = (wanted: string): string | undefined => [...projectIds].find(([, id]) => id === wanted)?.[0]
  return {
    scope,
    wide: true,
    number: null,
    conversion: () => ({
      cluster,
      projectIds,
      namespaceOf: (project) => (project === undefined ? undefined : (namespaces.get(project) ?? namespaces.get(numberOf(project) ?? ''))),
    }),
    managed: () => ({ cluster, projectIds, within: null }),
  }
}

async function known(
  project: string,
  projectOf: (project: string) => Promise<{ id: string; number: string }>,
): Promise<{ id: string; number: string } | undefined> {
  try {
    return await projectOf(project)
  } catch (error) {
    // whether the project may be read at all, the listing says in better words
    if (error instanceof CorbelError && !(error instanceof InventoryQuota)) return undefined
    throw error
  }
}

/** Numbers and ids, out of the project assets that the run has read first. */
async function projectsOfRun(runId: string): Promise<{ number: string; id: string }[]> {
  const rows = await database().$queryRaw<{ number: string | null; id: string | null }[]>`
    SELECT d."asset" #>> '{resource,data,projectNumber}' AS "number", d."asset" #>> '{resource,data,projectId}' AS "id"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."runId" = ${runId}::uuid AND a."assetType" = 'cloudresourcemanager.googleapis.com/Project'`
  return rows.flatMap(({ number, id }) => (number && id ? [{ number, id }] : []))
}
