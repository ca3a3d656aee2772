/**
 * The review of a session: another person looks at what was done and signs; with that the session is closed and the audit chain signed. Of
 * changes that Corbel could not compare with Git they say in their own words what they have seen; the chain keeps that as a statement, not as
 * a comparison.
 */
import type { z } from 'zod'
import type { BreakGlassChange } from '#db/client.ts'
import { canReadProject } from '#lib/access/visible-projects.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { checkpointNow } from '#lib/audit/keep-checkpoints.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { JsonObject } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'
import { databaseNow } from './change-life.ts'
import { Residue, type SessionReview } from './contract.ts'
import { countedChanges } from './remaining-changes.ts'
import { checkResidue, jsonOf } from './residue.ts'
import { readableSession } from './session-access.ts'
import { closeSession } from './session-life.ts'
import { sessionTarget } from './session-row.ts'
import { reviewRefusal } from './session-rules.ts'
import { stateSentence } from './session-sentences.ts'

/**
 * Signs and closes. What is left over is looked at once more right before, so that nobody signs what is no longer true.
 * @throws NotFound, Forbidden (the requester by whatever name, or no reader of the project), Conflict (not in review, or something is left),
 * Invalid (a statement is missing)
 */
export async function reviewSession(
  id: string,
  { note, statement }: z.infer<typeof SessionReview>,
  actor: Actor,
  requestId: string,
): Promise<void> {
  const session = await readableSession(id, actor)
  const refusal = await reviewRefusal(session, actor)
  if (refusal) throw new Forbidden(refusal)
  if (!(await canReadProject(actor, session.cluster, session.namespace)))
    throw new Forbidden('Only people who may read the project sign its reviews.')
  if (session.state !== 'review') throw new Conflict(stateSentence(session, 'signed'), { state: session.state })
  if (!(await checkResidue(id, { actor: actor.username, requestId })))
    throw new Conflict('The cluster and Git differ again in what was changed, so there is nothing to sign yet. The session says where.')
  const notCompared = (await countedChanges(id)).flatMap((change) => {
    const residue = Residue.nullable().parse(change.residue)
    return residue && residue.notCompared !== null ? [{ change, residue }] : []
  })
  const [uncompared] = notCompared
  if (uncompared && statement === undefined)
    throw new Invalid(`${uncompared.residue.notCompared} Say what you have seen of the change there; that is kept with your signature.`, [
      { path: ['statement'], message: 'Corbel cannot compare this change with Git. Say what you have seen of it there.' },
    ])
  const stated = uncompared && statement !== undefined ? { statement, notCompared } : undefined
  const entry = { requestId, actor: actor.username, outcome: 'succeeded' as const, target: sessionTarget(session) }
  await database().$transaction(async (transaction) => {
    await closeSession(transaction, id, actor, note)
    if (stated) await keepStatement(transaction, stated, actor.username)
    const details = { note, requester: session.requestedBy.username, ...(stated ? toldOf(stated) : {}) }
    await appendAudit(transaction, { ...entry, action: 'break-glass.reviewed', details })
    await appendAudit(transaction, { ...entry, action: 'break-glass.closed', details: {} })
  })
  try {
    await checkpointNow()
  } catch (error) {
    // the worker signs the chain within a minute, or says why it cannot
    log().error({ err: error, session: id }, 'the close of a break-glass session got no checkpoint of its own')
  }
}

interface Stated {
  statement: string
  notCompared: { change: BreakGlassChange; residue: Residue }[]
}

async function keepStatement(transaction: Transaction, { statement, notCompared }: Stated, by: string): Promise<void> {
  const stated = { by, at: (await databaseNow(transaction)).toISOString(), text: statement }
  for (const { change, residue } of notCompared)
    await transaction.breakGlassChange.update({ where: { id: change.id }, data: { residue: jsonOf({ ...residue, stated }) } })
}

/** For the chain. */
const toldOf = ({ statement, notCompared }: Stated): JsonObject => ({
  statement,
  notCompared: notCompared.map(({ change, residue }) => ({
    change: change.id,
    kind: change.kind,
    name: change.name,
    file: residue.file?.path ?? null,
  })),
})
