/** The evidence bundle of one session: what the chain tells of it, proven, and what it was about. */

import { canReadProject } from '#lib/access/visible-projects.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { makeEvidenceBundle } from '#lib/audit/make-bundle.ts'
import type { EvidenceBundle } from '#lib/audit-format/evidence-bundle.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { JsonObject } from '#lib/json.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { requireFewBundles } from './change-limits.ts'
import { redactedPatch, shownObject } from './change-patch.ts'
import { sessionDetail } from './read-sessions.ts'
import { openChange, type StoredChange } from './stored-change.ts'

/** So many changes have their patch and objects in the bundle; the chain tells of all. */
const mostChanges = 200

/**
 * One signed file that `corbel audit verify --bundle` proves on another machine. It holds fields of the project's resources, so it is for who
 * may read the project, the requester, auditors and administrators; the taking is told.
 * Throws what `sessionDetail` throws, Forbidden for others who may see the session, RateLimited, and Conflict where no key signs the log.
 */
export async function sessionEvidence(
  session: string,
  actor: Actor,
  requestId: string,
): Promise<{ fileName: string; bundle: EvidenceBundle }> {
  const detail = await sessionDetail(session, actor)
  const { cluster, namespace } = detail
  const own = detail.requestedBy.username === actor.username
  if (!own && !actor.auditor && !actor.admin && !(await canReadProject(actor, cluster, namespace)))
    throw new Forbidden(
      `The evidence holds fields of resources in ${namespace}, which you may not read. Ask its team or an auditor for it.`,
    )
  const target = { cluster, namespace, session }
  await database().$transaction(async (transaction) => {
    await requireFewBundles(transaction, actor.username)
    await appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: 'break-glass.evidence-taken',
      outcome: 'succeeded',
      target,
      details: {},
    })
  })
  const [first] = await database().$queryRaw<{ seq: bigint }[]>`
    SELECT "seq" FROM "corbel_audit"."entry" WHERE "target" ->> 'session' = ${session} ORDER BY "seq" LIMIT 1`
  if (!first) throw new NotFound('The audit log tells nothing of this session.')
  const { abilities: _, others: __, stepUp: ___, now: ____, ...told } = detail
  const bundle = await makeEvidenceBundle({
    subject: { session, cluster, namespace, kind: detail.kind, name: detail.name },
    from: Number(first.seq),
    belongs: (entry) => entry.target.session === session,
    attachments: redactResource({
      session: plain(told),
      changes: await changesSent(session),
      pullRequests: await pullRequests(session),
      clusterAudit: await clusterEvents(session),
    }),
  })
  return { fileName: `break-glass-${namespace}-${session}.json`, bundle }
}

/** Of each change, redacted: the patch and what takes it back, the dry run's verdict, the object before and after. */
async function changesSent(session: string): Promise<JsonObject[]> {
  const order = [{ createdAt: 'asc' as const }, { id: 'asc' as const }]
  const rows = await database().breakGlassChange.findMany({ where: { sessionId: session }, orderBy: order, take: mostChanges })
  return rows.map((row) => {
    const { id, kind, name, action, state, undoOf, patchHash, auditId, dryRunAuditId, dryRunAt, appliedAt, problem, dryRun } = row
    const about = { id, kind, name, action, state, undoOf, patchHash, auditId, dryRunAuditId, dryRunAt, appliedAt, problem, dryRun }
    return plain({ ...about, ...contentOf(row) })
  })
}

function contentOf(row: { id: string; sealed: string }): JsonObject {
  let stored: StoredChange
  try {
    stored = openChange(row)
  } catch (error) {
    if (!(error instanceof Conflict)) throw error
    return { unreadable: 'What was kept of this change was sealed with another secret, or changed in the database.' }
  }
  const { bytes, inverse, live, after } = stored
  return {
    patch: bytes === null ? null : redactedPatch(bytes, live).map(plain),
    inverse: bytes === null || inverse === null ? null : redactedPatch(inverse, live, { from: bytes }).map(plain),
    before: shownObject(live),
    after: after === null ? null : shownObject(after),
  }
}

/** The pull requests that brought its changes back to Git. */
async function pullRequests(session: string): Promise<JsonObject[]> {
  const rows = await database().breakGlassChange.findMany({ where: { sessionId: session }, select: { proposalId: true } })
  const proposals = await database().proposal.findMany({
    where: { id: { in: rows.flatMap(({ proposalId }) => proposalId ?? []) } },
    select: {
      id: true,
      state: true,
      repository: true,
      title: true,
      pullNumber: true,
      pullUrl: true,
      headSha: true,
      mergeSha: true,
      mergedAt: true,
    },
    orderBy: { createdAt: 'asc' },
  })
  return proposals.map(plain)
}

/** What the cluster's own audit log says of it. */
async function clusterEvents(session: string): Promise<JsonObject[]> {
  const rows = await database().clusterAuditEvent.findMany({ where: { session }, orderBy: { at: 'asc' }, take: 1_000 })
  return rows.map(({ changeId: _, ...row }) => plain(row))
}

/** Dates as text, nothing undefined. */
// Proof of the cast: an object stays an object in JSON.
const plain = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject
