/** Where a person may import to. */
import { Prisma } from '#db/client.ts'
import { coveredProjects } from '#lib/access/grants.ts'
import { canProposeIn, visibleProjects } from '#lib/access/visible-projects.ts'
import { inventoryProblem, projectOf } from '#lib/assets/inventory.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { ImportTarget, ImportTargets } from './contract.ts'
import { runState } from './import-life.ts'

/** Above this many projects only one's own teams' are shown; a folder or an organization is the way for more. */
const shownAtMost = 200
/** How long the list waits for the inventory to tell ids and numbers of cloud projects, in milliseconds. */
const patienceMs = 2_000

/** How long a cloud project is not asked about again that the inventory told nothing of, in milliseconds. */
const silenceMs = 60_000
const silentUntil = new Map<string, number>()

export interface TargetProject {
  cluster: string
  namespace: string
  team: string | null
  repository: string | null
  path: string | null
  /** The cloud project as the namespace names it. */
  gcpProject: string | null
}

/** The person's projects, those of their own teams first, with the sentence that says why nothing can be imported where that is so. */
export async function importTargets(actor: Actor): Promise<ImportTargets> {
  const { clusters } = await visibleProjects(actor)
  const rows = await database().project.findMany({
    where: { OR: coveredProjects(clusters) },
    orderBy: [{ namespace: 'asc' }, { cluster: 'asc' }],
    select: { cluster: true, namespace: true, team: true, repository: true, path: true, gcpProject: true },
  })
  const mine = (row: TargetProject): boolean => row.team !== null && actor.groups.includes(row.team)
  const shown = (rows.length > shownAtMost ? rows.filter(mine) : rows).toSorted((a, b) => Number(mine(b)) - Number(mine(a)))
  const [last, problems, clouds] = await Promise.all([
    lastRuns(shown),
    Promise.all(shown.map(async (row) => targetProblem(row, await mayPropose(actor, row)))),
    cloudProjects(shown.flatMap(({ gcpProject }) => gcpProject ?? [])),
  ])
  const items = shown.map((row, index): ImportTarget => {
    const { number, ...lastRun } = last.get(keyOf(row)) ?? { number: null, none: true as const }
    const cloud = row.gcpProject === null ? undefined : clouds.get(row.gcpProject)
    return {
      cluster: row.cluster,
      namespace: row.namespace,
      team: row.team,
      cloudProjectId: cloud?.id ?? row.gcpProject,
      cloudProjectNumber: cloud?.number ?? number,
      repository: row.repository,
      path: row.path,
      problem: problems[index] ?? null,
      lastRun: 'none' in lastRun ? null : lastRun,
    }
  })
  return { items, wide: actor.admin && inventoryProblem() === null, problem: inventoryProblem() }
}

const keyOf = ({ cluster, namespace }: { cluster: string; namespace: string }): string => `${cluster}/${namespace}`

/** Why nothing can be imported into a project, in a sentence with the next step; null where it can. */
export function targetProblem({ namespace, repository, gcpProject }: TargetProject, mayPropose: boolean): string | null {
  if (gcpProject === null)
    return `${namespace} does not say which Google Cloud project it stands for. Ask the platform team to set the annotation cnrm.cloud.google.com/project-id on its namespace.`
  if (repository === null)
    return `${namespace} has no repository, so there is nowhere to propose manifests. Ask the platform team to set the annotation corbel.dev/repository on its namespace.`
  if (!mayPropose) return `You may not propose changes in ${namespace}. The team that owns the project, or the platform team, can let you.`
  return inventoryProblem()
}

/** A cluster that cannot be asked lets nobody start. */
async function mayPropose(actor: Actor, { cluster, namespace }: TargetProject): Promise<boolean> {
  try {
    return await canProposeIn(actor, cluster, namespace)
  } catch (error) {
    if (error instanceof CorbelError) return false
    throw error
  }
}

/** Ids and numbers, as far as the inventory tells them in time; it remembers what it told. */
async function cloudProjects(named: string[]): Promise<Map<string, { id: string; number: string }>> {
  const found = new Map<string, { id: string; number: string }>()
  if (inventoryProblem() !== null) return found
  const signal = AbortSignal.timeout(patienceMs)
  await Promise.all(
    [...new Set(named)].map(async (name) => {
      if ((silentUntil.get(name) ?? 0) > Date.now()) return
      try {
        found.set(name, await projectOf(name, signal))
      } catch (error) {
        // without permission, quota or time the id stands alone; the scan itself will say why
        silentUntil.set(name, Date.now() + silenceMs)
        if (!(error instanceof CorbelError) && !signal.aborted) throw error
      }
    }),
  )
  return found
}

type LastRun = NonNullable<ImportTarget['lastRun']> & { number: string | null }

async function lastRuns(projects: { cluster: string; namespace: string }[]): Promise<Map<string, LastRun>> {
  if (projects.length === 0) return new Map()
  const places = Prisma.join(projects.map(({ cluster, namespace }) => Prisma.sql`(${cluster}, ${namespace})`))
  const rows = await database().$queryRaw<
    { id: string; cluster: string; namespace: string; state: string; createdAt: Date; number: string | null; unmanaged: bigint }[]
  >`
    SELECT r.*, (SELECT count(*) FROM "import_asset" a WHERE a."runId" = r."id" AND a."category" = 'importable') AS "unmanaged" FROM (
      SELECT DISTINCT ON ("cluster", "namespace") "id", "cluster", "namespace", "state", "createdAt", "cloudProjectNumber" AS "number"
      FROM "import_run" WHERE ("cluster", "namespace") IN (${places}) ORDER BY "cluster", "namespace", "createdAt" DESC, "id" DESC
    ) AS r`
  return new Map(
    rows.map(({ id, state, createdAt, number, unmanaged, ...place }) => [
      keyOf(place),
      {
        id,
        state: runState(state),
        createdAt: createdAt.toISOString(),
        number,
        unmanaged: state === 'ready' ? Number(unmanaged) : null,
      },
    ]),
  )
}
