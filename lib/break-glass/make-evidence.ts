/** The evidence bundle of one session: what the chain tells of it, proven, and what it was about. */

import { appendAudit } from '#lib/audit/append-audit.ts'
import { makeEvidenceBundle } from '#lib/audit/make-bundle.ts'
import type { EvidenceBundle } from '#lib/audit-format/evidence-bundle.ts'
import { database } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { JsonObject } from '#lib/json.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { sessionDetail } from './read-sessions.ts'

/**
 * One signed file that `corbel audit verify --bundle` proves on another machine. Whoever may open the session may take it; the taking is told.
 * Throws what `sessionDetail` throws, and Conflict where no key signs the log.
 */
export async function sessionEvidence(
  session: string,
  actor: Actor,
  requestId: string,
): Promise<{ fileName: string; bundle: EvidenceBundle }> {
  const detail = await sessionDetail(session, actor)
  const target = { cluster: detail.cluster, namespace: detail.namespace, session }
  await database().$transaction((transaction) =>
    appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: 'break-glass.evidence-taken',
      outcome: 'succeeded',
      target,
      details: {},
    }),
  )
  const [first] = await database().$queryRaw<{ seq: bigint }[]>`
    SELECT "seq" FROM "corbel_audit"."entry" WHERE "target" ->> 'session' = ${session} ORDER BY "seq" LIMIT 1`
  if (!first) throw new NotFound('The audit log tells nothing of this session.')
  const { abilities: _, others: __, stepUp: ___, now: ____, ...told } = detail
  const bundle = await makeEvidenceBundle({
    subject: { session, cluster: detail.cluster, namespace: detail.namespace, kind: detail.kind, name: detail.name },
    from: Number(first.seq),
    belongs: (entry) => entry.target.session === session,
    attachments: redactResource({ session: plain(told), clusterAudit: await clusterEvents(session) }),
  })
  return { fileName: `break-glass-${detail.namespace}-${session}.json`, bundle }
}

/** What the cluster's own audit log says of it. */
async function clusterEvents(session: string): Promise<JsonObject[]> {
  const rows = await database().clusterAuditEvent.findMany({ where: { session }, orderBy: { at: 'asc' }, take: 1_000 })
  return rows.map(({ changeId: _, ...row }) => plain(row))
}

/** Dates as text, nothing undefined. */
// Proof of the cast: an object stays an object in JSON.
const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject
