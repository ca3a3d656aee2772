/** The signed-in person as pages show them. */
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { Me } from '#lib/identity/contract.ts'
import { ClusterStatus } from '#lib/inventory/contract.ts'
import { whyUnattended } from '#lib/inventory/gaps.ts'

/** Name, groups, linked GitHub account, clusters and, in the demo, what to try. */
export async function describeMe(actor: Actor): Promise<Me> {
  const [link, rows, teams] = await Promise.all([
    database().githubLink.findUnique({ where: { userId: actor.userId }, select: { login: true } }),
    database().cluster.findMany(),
    database().project.findMany({ where: { team: { in: actor.groups } }, distinct: ['team'], select: { team: true } }),
  ])
  const known = new Map(rows.map((row) => [row.name, row]))
  return {
    username: actor.username,
    name: actor.name,
    email: actor.email,
    groups: actor.groups,
    teams: teams.flatMap(({ team }) => team ?? []),
    admin: actor.admin,
    auditor: actor.auditor,
    github: link,
    clusters: config().clusters.map(({ name }) => {
      const row = known.get(name)
      const state = ClusterStatus.shape.state.safeParse(row?.state)
      const unattended = row && whyUnattended(row)
      return {
        name,
        state: unattended ? 'stale' : state.success ? state.data : 'unknown',
        message: row ? (unattended ?? row.message) : 'The worker has not looked at this cluster yet. Is it running?',
        version: row?.version ?? null,
        syncedAt: row?.syncedAt?.toISOString() ?? null,
      }
    }),
    demo: config().demo ?? null,
  }
}
