/** Webhooks: checked, kept and answered at once; handled by a job, so that a crash in between loses nothing. */
import { z } from 'zod'
import type { Prisma } from '#db/client.ts'
import { readText } from '#lib/api/read-text.ts'
import { config } from '#lib/config/config.ts'
import { database, isDuplicate } from '#lib/database/client.ts'
import { Forbidden, Invalid } from '#lib/errors.ts'
import { CheckRunEvent, PullRequestEvent, PushEvent, verifyWebhook } from '#lib/forge/webhook.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { applyCheck, observeProposalJob, planCheck } from './observe-proposal.ts'

/** What GitHub sends at most, in bytes. */
const maxBytes = 25 * 1024 * 1024

const events = { pull_request: PullRequestEvent, check_run: CheckRunEvent, push: PushEvent } as const
type EventName = keyof typeof events
const isKnown = (name: string): name is EventName => Object.hasOwn(events, name)

/**
 * Takes a webhook: verified, then stored together with its job. Events Corbel does not read are answered and forgotten.
 * Gives the repository that was pushed to, if that is what it says.
 */
export async function receiveWebhook(request: Request): Promise<{ pushed?: string }> {
  const body = await readText(request, maxBytes, 'The webhook is larger than GitHub sends them.')
  if (!verifyWebhook(config().github.webhookSecret, request.headers.get('x-hub-signature-256'), body)) {
    throw new Forbidden('The signature of this webhook is not right. Check that GITHUB_WEBHOOK_SECRET is the secret set at GitHub.')
  }
  const event = request.headers.get('x-github-event') ?? ''
  const id = request.headers.get('x-github-delivery')
  if (!id) throw new Invalid('The webhook has no delivery id.')
  if (!isKnown(event)) return {}
  const payload = events[event].safeParse(parseBody(body))
  if (!payload.success) throw new Invalid(`The webhook is not what GitHub describes for ${event}.`)
  try {
    await database().$transaction(async (transaction) => {
      // only what the schema reads is kept: a payload carries much about people that nobody here needs
      const kept = payload.data satisfies Prisma.InputJsonObject
      await transaction.webhookDelivery.create({ data: { id, event, payload: kept } })
      await enqueue(transaction, handleWebhookJob, { id }, { key: id })
    })
  } catch (error) {
    // GitHub delivers again what it believes lost: the first one counts
    if (!isDuplicate(error)) throw error
  }
  return event === 'push' ? { pushed: payload.data.repository.full_name } : {}
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new Invalid('The webhook is not JSON. Set its content type to application/json at GitHub.', [], { cause: error })
  }
}

/** Handles a stored webhook: every proposal it may concern is looked at. */
export async function handleWebhook(id: string): Promise<void> {
  const delivery = await database().webhookDelivery.findUnique({ where: { id } })
  if (!delivery || delivery.handledAt || !isKnown(delivery.event)) return
  const proposals = await database().proposal.findMany({
    where: concerned(delivery.event, delivery.payload),
    select: { id: true },
    take: 200,
  })
  await database().$transaction(async (transaction) => {
    for (const proposal of proposals) await enqueue(transaction, observeProposalJob, { id: proposal.id }, { key: proposal.id })
    await transaction.webhookDelivery.update({ where: { id }, data: { handledAt: new Date() } })
  })
}

function concerned(event: EventName, payload: unknown): Prisma.ProposalWhereInput {
  const open = { pullNumber: { not: null }, state: { notIn: ['ready', 'closed'] } }
  switch (event) {
    case 'pull_request': {
      const { repository, pull_request: pull } = PullRequestEvent.parse(payload)
      return { ...open, repository: repository.full_name, pullNumber: pull.number }
    }
    case 'check_run': {
      const { repository, check_run: run } = CheckRunEvent.parse(payload)
      const where = { repository: repository.full_name }
      if (run.name === planCheck) return { ...open, ...where, headSha: run.head_sha }
      if (run.name !== applyCheck) return { id: { in: [] } }
      // An unknown commit may be the merge of a proposal whose merge is not noted yet. A proposal that is ready already is
      // looked at too: the index may have been quicker than CI, whose last word on the apply comes only now.
      return { ...where, pullNumber: { not: null }, OR: [{ mergeSha: run.head_sha }, { ...open, mergeSha: null }] }
    }
    case 'push': {
      const { repository, ref } = PushEvent.parse(payload)
      return { ...open, repository: repository.full_name, mergeSha: null, baseBranch: ref.replace(/^refs\/heads\//, '') }
    }
    default:
      return event satisfies never
  }
}

export const handleWebhookJob = defineJob('handle-webhook', z.object({ id: z.string() }), ({ id }) => handleWebhook(id), { retries: 5 })
