/** The projects a person may see. */

import { Prisma } from '#db/client.ts'
import { coveredProjects } from '#lib/access/grants.ts'
import { canProposeIn, type Visibility, visibleProjects } from '#lib/access/visible-projects.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { Project, ProjectList, StateCounts } from './contract.ts'
import { indexGaps } from './gaps.ts'
import { visibleRows } from './resource-conditions.ts'

type ProjectRow = Omit<Project, 'mine' | 'canPropose' | 'counts'>

/** Above this many projects only one's own are asked for; the project's own page asks for any. */
const askedAtMost = 60

/** Every project the person may see, their own teams' first. */
export async function listProjects(actor: Actor): Promise<ProjectList> {
  const visible = await visibleProjects(actor)
  const [rows, counts, gaps] = await Promise.all([visibleProjectRows(visible), countsOf(visible), indexGaps(database(), visible.gaps)])
  const described = rows.map((row) => ({ ...row, mine: isMine(row, actor) })).sort((a, b) => Number(b.mine) - Number(a.mine))
  const asked = described.filter((row, index) => row.repository !== null && (row.mine || index < askedAtMost)).slice(0, askedAtMost)
  const may = new Set<string>()
  await Promise.all(
    asked.map(async (row) => {
      if (await mayPropose(actor, row)) may.add(keyOf(row))
    }),
  )
  const items = described.map((row) => ({ ...row, canPropose: may.has(keyOf(row)), counts: counts.get(keyOf(row)) ?? noCounts() }))
  return { items, gaps, hidden: hiddenSentence(visible.hiddenProjects) }
}

/** One project. Throws NotFound, whether it does not exist or the person may not know that it does. */
export async function project(cluster: string, namespace: string, actor: Actor): Promise<Project> {
  const visible = await visibleProjects(actor)
  const [row] = await visibleProjectRows(visible, { cluster, namespace })
  if (!row) throw new NotFound(`There is no project ${namespace} on ${cluster}, or you may not see it. The team that owns it can let you.`)
  const counts = await countsOf(visible, { cluster, namespace })
  return {
    ...row,
    mine: isMine(row, actor),
    canPropose: row.repository !== null && (await mayPropose(actor, row)),
    counts: counts.get(keyOf(row)) ?? noCounts(),
  }
}

const keyOf = ({ cluster, namespace }: { cluster: string; namespace: string }): string => `${cluster}/${namespace}`
const isMine = ({ team }: ProjectRow, actor: Actor): boolean => team !== null && actor.groups.includes(team)
const noCounts = (): StateCounts => ({ ready: 0, progressing: 0, failed: 0, unknown: 0, paused: 0, deleting: 0 })

/** A cluster that refuses to answer lets nobody propose; one that is away lets a team go on with its own (lib/access). */
async function mayPropose(actor: Actor, { cluster, namespace }: ProjectRow): Promise<boolean> {
  try {
    return await canProposeIn(actor, cluster, namespace)
  } catch (error) {
    if (error instanceof CorbelError) return false
    throw error
  }
}

async function visibleProjectRows({ clusters }: Visibility, only?: { cluster: string; namespace: string }): Promise<ProjectRow[]> {
  return database().project.findMany({
    where: {
      ...only,
      OR: coveredProjects(clusters),
    },
    orderBy: [{ namespace: 'asc' }, { cluster: 'asc' }],
    omit: { createdAt: true, updatedAt: true },
  })
}

async function countsOf({ clusters }: Visibility, only?: { cluster: string; namespace: string }): Promise<Map<string, StateCounts>> {
  const one = only ? Prisma.sql`AND "cluster" = ${only.cluster} AND "namespace" = ${only.namespace}` : Prisma.empty
  const rows = await database().$queryRaw<{ cluster: string; namespace: string; state: string; count: bigint }[]>`
    SELECT "cluster", "namespace", "state", count(*) AS "count" FROM "resource"
    WHERE "deletedAt" IS NULL AND ${visibleRows(clusters)} ${one} GROUP BY 1, 2, 3`
  const counts = new Map<string, StateCounts>()
  for (const row of rows) {
    const of = counts.get(keyOf(row)) ?? noCounts()
    if (isState(row.state)) of[row.state] = Number(row.count)
    counts.set(keyOf(row), of)
  }
  return counts
}

const isState = (text: string): text is keyof StateCounts => Object.hasOwn(noCounts(), text)

function hiddenSentence(hidden: number | null): string | null {
  if (hidden === null) return 'Some projects may be hidden: not every cluster could be asked what you may see.'
  if (hidden === 0) return null
  return `${hidden === 1 ? 'One project is' : `${hidden} projects are`} hidden, because the cluster does not let you read ${hidden === 1 ? 'it' : 'them'}. Ask the team that owns the project, or the platform team.`
}
