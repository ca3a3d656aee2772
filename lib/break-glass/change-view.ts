/** A change as everybody who may read its project sees it: redacted, with what became of it in the cluster. */
import { z } from 'zod'
import type { BreakGlassChange } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { DryRunResult } from '#lib/proposals/contract.ts'
import { changeOf, changeStateOf } from './change-life.ts'
import { Residue, SessionChange } from './contract.ts'
import { standingOf } from './remaining-changes.ts'

export const StoredFields = SessionChange.shape.fields
const Action = z.enum(['edit', 'delete'])

interface Place {
  id: string
  cluster: string
  namespace: string
}

/** The changes of sessions, in the order given, each with what the index and the cluster's audit log know of it. */
export async function describeChanges(rows: BreakGlassChange[], session: Place): Promise<SessionChange[]> {
  if (rows.length === 0) return []
  const { cluster, namespace } = session
  const sent = rows.flatMap(({ auditId }) => auditId ?? [])
  const [resources, proposals, events, reading, standings] = await Promise.all([
    database().resource.findMany({
      where: { cluster, namespace, OR: rows.map(({ kind, name }) => ({ kind, name })) },
      select: { kind: true, name: true, state: true, headline: true, generation: true, observedGeneration: true, deletedAt: true },
    }),
    database().proposal.findMany({
      where: { id: { in: rows.flatMap(({ proposalId }) => proposalId ?? []) } },
      select: { id: true, state: true, pullNumber: true, pullUrl: true },
    }),
    database().clusterAuditEvent.findMany({ where: { cluster, auditId: { in: sent }, verdict: 'matched' }, select: { auditId: true } }),
    database().clusterAuditPlace.findUnique({ where: { cluster }, select: { problem: true } }),
    standingOf(rows.map(({ id }) => id)),
  ])
  const matched = new Set(events.map(({ auditId }) => auditId))
  return rows.map((row): SessionChange => {
    const resource = resources.find(({ kind, name }) => kind === row.kind && name === row.name)
    const standing = standings.get(row.id)
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      action: Action.parse(row.action),
      state: changeStateOf(row),
      revision: row.revision,
      fields: StoredFields.parse(row.changes),
      patchHash: row.patchHash,
      dryRun: DryRunResult.nullable().parse(row.dryRun),
      dryRunAt: row.dryRunAt?.toISOString() ?? null,
      auditId: row.auditId,
      appliedAt: row.appliedAt?.toISOString() ?? null,
      undoOf: row.undoOf,
      undoneBy: standing?.undoneBy ?? null,
      remaining: standing?.remains ?? false,
      readiness: resource && row.appliedAt ? readinessOf(resource, row) : null,
      corroborated: row.auditId && matched.has(row.auditId) ? 'matched' : reading && !reading.problem ? 'waiting' : 'not-read',
      proposal: proposals.find(({ id }) => id === row.proposalId) ?? null,
      residue: standing?.counts ? Residue.nullable().parse(row.residue) : null,
      problem: row.problem,
    }
  })
}

/** One change, read anew. Throws NotFound. */
export async function describeChange(session: Place, id: string): Promise<SessionChange> {
  const [view] = await describeChanges([await changeOf(session.id, id)], session)
  if (!view) throw new Error('a change that was just read is not there')
  return view
}

interface IndexedState {
  state: string
  headline: string
  generation: number | null
  observedGeneration: number | null
  deletedAt: Date | null
}

/** The resource as the index last saw it. `observed`: its controller has looked at the change, or the deletion is through. */
function readinessOf(resource: IndexedState, change: { action: string; generationAfter: bigint | null }): SessionChange['readiness'] {
  const { state, headline, deletedAt } = resource
  if (deletedAt) return { state: 'deleted', headline: 'It is gone from the cluster.', observed: change.action === 'delete' }
  if (change.action === 'delete') return { state, headline, observed: false }
  const after = change.generationAfter
  const seen = after !== null && resource.generation !== null && BigInt(resource.generation) >= after
  // kinds whose controller reports no generation: that the index has the change is all that can be known
  const judged = resource.observedGeneration === null || (after !== null && BigInt(resource.observedGeneration) >= after)
  return { state, headline, observed: seen && judged }
}
