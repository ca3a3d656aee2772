/**
 * The cluster's side of a session: after the row says open, the gate is opened, and after it says over, shut. Neither throws: what did not
 * work stands in the session's `problem`, its `gate` says "unknown", and gate-reconcile.ts goes on trying.
 */
import { Prisma } from '#db/client.ts'
import { gateValue, openGate, shutGate } from '#lib/cluster/break-glass-gate.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { log } from '#lib/telemetry/log.ts'
import { type StoredSession, tellPages, withRequester } from './session-row.ts'

/** Whether a session's gate belongs open. */
export const belongsOpen = ({ state, endedAt }: { state: string; endedAt: Date | null }): boolean =>
  endedAt === null && (state === 'open' || state === 'applying')

/** The annotation that belongs to an open session. Invisible and direction-changing characters of the reason are left out. */
export function gateOf(session: StoredSession): string {
  const { drill, tier, requestedBy, expiresAt, reason, ticket } = session
  const said = ticket === null ? reason : `${ticket}: ${reason}`
  return gateValue({
    tier: drill ? 'drill' : tier === 'approval' ? 'approved' : 'ordinary',
    person: requestedBy.username,
    until: expiresAt ?? new Date(0),
    reason: said.replace(/\s/gu, ' ').replace(/\p{C}/gu, ''),
  })
}

/** A problem of the gate's is over; any other stays. */
const withoutGate = Prisma.sql`CASE WHEN starts_with("problem", 'The gate in cluster ') THEN NULL ELSE "problem" END`

/** Opens the gate of a session that is open, shuts it where it is not. */
export async function openGateOf(id: string): Promise<void> {
  const session = await database().breakGlassSession.findUnique({ where: { id }, include: withRequester })
  if (!session) return
  if (!belongsOpen(session)) return shutGateOf(id)
  const { cluster, namespace } = session
  const opened = await tried(session, 'opened', () =>
    openGate({ cluster: clusterNamed(cluster), namespace, session: id, value: gateOf(session) }),
  )
  if (!opened) return
  const known = await database().$executeRaw`
    UPDATE "break_glass_session" SET "gate" = 'open', "problem" = ${withoutGate}, "updatedAt" = clock_timestamp()
    WHERE "id" = ${id}::uuid AND "endedAt" IS NULL AND "state" IN ('open', 'applying')`
  if (known === 0) return shutGateOf(id) // it ended while its gate was being opened
  await tellPages(database(), session)
}

/** Shuts the gate of a session that is over. */
export async function shutGateOf(id: string): Promise<void> {
  const session = await database().breakGlassSession.findUnique({ where: { id }, include: withRequester })
  if (!session) return
  const { cluster, namespace } = session
  if (!(await tried(session, 'shut', () => shutGate({ cluster: clusterNamed(cluster), namespace, session: id })))) return
  await database().$executeRaw`
    UPDATE "break_glass_session" SET "gate" = 'shut', "problem" = ${withoutGate}, "updatedAt" = clock_timestamp()
    WHERE "id" = ${id}::uuid AND "endedAt" IS NOT NULL`
  await tellPages(database(), session)
}

async function tried(session: StoredSession, what: 'opened' | 'shut', work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    const why = error instanceof CorbelError ? error.message : 'Something in Corbel went wrong.'
    const problem = `The gate in cluster ${session.cluster} could not be ${what}; Corbel goes on trying. ${why}`
    if (session.problem !== problem)
      // told once, however often it is tried
      log().error({ err: error, session: session.id, cluster: session.cluster }, `the gate of a break-glass session could not be ${what}`)
    await database().$executeRaw`
      UPDATE "break_glass_session" SET "gate" = 'unknown', "problem" = ${problem}, "updatedAt" = clock_timestamp()
      WHERE "id" = ${session.id}::uuid AND ("endedAt" IS NULL) = ${what === 'opened'}`
    await tellPages(database(), session)
    return false
  }
}
