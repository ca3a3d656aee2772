import { database } from '#lib/database/client.ts'
import { Forbidden } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { appendAudit } from './append-audit.ts'
import { seesEverything } from './read-audit.ts'
import { verifyAuditJob } from './verify-whole-chain.ts'

/** Has the worker look through the whole chain; what it finds is in the status. Asked twice, it looks once. */
export async function requestVerification(actor: Actor, requestId: string): Promise<void> {
  if (!seesEverything(actor))
    throw new Forbidden('The chain is verified for auditors and the platform team. It is also done by itself every hour.')
  await database().$transaction(async (transaction) => {
    await enqueue(transaction, verifyAuditJob, {}, { key: 'asked' })
    const record = {
      requestId,
      actor: actor.username,
      action: 'audit.verification-requested',
      outcome: 'succeeded' as const,
      target: {},
      details: {},
    }
    await appendAudit(transaction, record)
  })
}
