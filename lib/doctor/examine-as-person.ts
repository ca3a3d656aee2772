/** The doctor by the page: with the person's own token, and with the sessions that the portal's database knows to be open. */
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import type { DoctorReport } from './contract.ts'
import { askDoctor } from './observe-cluster.ts'

/** Throws NotFound for a cluster that is not configured, Unauthenticated where the login has ended, and what the cluster adapter throws. */
export async function examineAsPerson(actor: Actor, cluster: string): Promise<DoctorReport> {
  const calls = clusterNamed(cluster).as({ token: await clusterToken(actor) })
  const { kindPatterns, clusterAudit } = config()
  const [{ now }] = await database().$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`
  return askDoctor({
    cluster,
    calls,
    prefix: clusterAudit.userPrefix,
    kindPatterns,
    now: now.getTime(),
    openSessions: () => openSessions(cluster),
    byPage: true,
  })
}

/** As `namespace/id`: a session opens the gate of its own project and no other. One that just ended may have its gate for a moment still. */
async function openSessions(cluster: string): Promise<Set<string>> {
  const sessions = await database().$queryRaw<{ id: string; namespace: string }[]>`
    SELECT "id", "namespace" FROM "break_glass_session"
    WHERE "cluster" = ${cluster} AND ("state" IN ('open', 'applying') OR "endedAt" > clock_timestamp() - interval '10 seconds')`
  return new Set(sessions.map(({ namespace, id }) => `${namespace}/${id}`))
}
