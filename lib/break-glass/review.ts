/** The review of a session: another person looks at what was done and signs; with that the session is closed and the audit chain signed. */
import type { z } from 'zod'
import { canReadProject } from '#lib/access/visible-projects.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { checkpointNow } from '#lib/audit/keep-checkpoints.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { log } from '#lib/telemetry/log.ts'
import type { SessionReview } from './contract.ts'
import { checkResidue } from './residue.ts'
import { readableSession } from './session-access.ts'
import { closeSession } from './session-life.ts'
import { sessionTarget } from './session-row.ts'
import { reviewRefusal } from './session-rules.ts'
import { stateSentence } from './session-sentences.ts'

/**
 * Signs and closes. What is left over is looked at once more right before, so that nobody signs what is no longer true.
 * @throws NotFound, Forbidden (the requester by whatever name, or no reader of the project), Conflict (not in review, or something is left)
 */
export async function reviewSession(id: string, { note }: z.infer<typeof SessionReview>, actor: Actor, requestId: string): Promise<void> {
  const session = await readableSession(id, actor)
  const refusal = await reviewRefusal(session, actor)
  if (refusal) throw new Forbidden(refusal)
  if (!(await canReadProject(actor, session.cluster, session.namespace)))
    throw new Forbidden('Only people who may read the project sign its reviews.')
  if (session.state !== 'review') throw new Conflict(stateSentence(session, 'signed'), { state: session.state })
  if (!(await checkResidue(id, { actor: actor.username, requestId })))
    throw new Conflict('The cluster and Git differ again in what was changed, so there is nothing to sign yet. The session says where.')
  const entry = { requestId, actor: actor.username, outcome: 'succeeded' as const, target: sessionTarget(session) }
  await database().$transaction(async (transaction) => {
    await closeSession(transaction, id, actor, note)
    await appendAudit(transaction, { ...entry, action: 'break-glass.reviewed', details: { note, requester: session.requestedBy.username } })
    await appendAudit(transaction, { ...entry, action: 'break-glass.closed', details: {} })
  })
  try {
    await checkpointNow()
  } catch (error) {
    // the worker signs the chain within a minute, or says why it cannot
    log().error({ err: error, session: id }, 'the close of a break-glass session got no checkpoint of its own')
  }
}
