/**
 * Follows proposals after their pull request is open: looks at GitHub when a webhook hints or a minute has passed, and at the index
 * every few seconds. See proposal-life.ts for why nothing here decides by events.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { database } from '#lib/database/client.ts'
import { defineJob } from '#lib/jobs/define-job.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { enqueueWaitingCommits } from './add-commit.ts'
import { moveProposal, outdated } from './move-proposal.ts'
import { observeProposalJob } from './observe-proposal.ts'
import { openPullRequestJob } from './open-pull-request.ts'
import { type StoredProposal, withParts } from './stored-proposal.ts'

const minute = 60_000
const followed = ['open', 'merged', 'applying', 'applied']

/** Whether a proposal is looked at in this minute: every minute in its first hour, then every tenth, after two days every hour. Pure. */
export function isDue(changedAt: Date, now: Date): boolean {
  const age = now.getTime() - changedAt.getTime()
  const turn = Math.floor(now.getTime() / minute)
  if (age < 60 * minute) return true
  return turn % (age < 48 * 60 * minute ? 10 : 60) === 0
}

/** Finds what lost jobs and webhooks have left behind. Returns how many proposals are looked at. */
export async function pollProposals(): Promise<number> {
  const [clock] = await database().$queryRaw<{ now: Date }[]>`SELECT now() AS now`
  const now = clock?.now ?? new Date()
  const rows = await database().proposal.findMany({
    where: {
      OR: [
        { state: { in: [...followed, 'submitted'] } },
        // ready by the index before CI had its last word on the apply, and the webhook with that word was lost
        { state: 'ready', finishedAt: { gt: new Date(now.getTime() - 60 * minute) }, apply: { path: ['status'], not: 'completed' } },
      ],
    },
    select: { id: true, state: true, updatedAt: true },
    orderBy: { updatedAt: 'desc' },
    take: 5000,
  })
  const due = rows.filter(({ state, updatedAt }) =>
    state === 'submitted' ? now.getTime() - updatedAt.getTime() > minute / 2 : isDue(updatedAt, now),
  )
  for (const { id, state } of due) await enqueue(null, state === 'submitted' ? openPullRequestJob : observeProposalJob, { id }, { key: id })
  await enqueueWaitingCommits(new Date(now.getTime() - minute / 2))
  await database().webhookDelivery.deleteMany({ where: { receivedAt: { lt: new Date(now.getTime() - 7 * 24 * 60 * minute) } } })
  return due.length
}

export const pollProposalsJob = defineJob('poll-proposals', z.object({}), async () => void (await pollProposals()), {
  retries: 0,
  schedule: '* * * * *',
})

/** How many proposals are compared with the index by one query. */
const settledAtOnce = 500

/** Looks at the index for every merged proposal: resources may have become ready, failed, or gone. */
export async function settleProposals(): Promise<void> {
  const dayAgo = new Date(Date.now() - 24 * 60 * minute)
  for (let after: string | undefined; ; ) {
    const rows: StoredProposal[] = await database().proposal.findMany({
      where: {
        OR: [{ state: { in: ['merged', 'applying', 'applied'] } }, { state: 'failed', finishedAt: { gt: dayAgo } }],
        ...(after === undefined ? {} : { id: { gt: after } }),
      },
      include: withParts,
      orderBy: { id: 'asc' },
      take: settledAtOnce,
    })
    for (const { id } of await outdated(rows)) await moveProposal(id)
    after = rows.at(-1)?.id
    if (rows.length < settledAtOnce) return
  }
}

/** Keeps looking at the index until aborted. A database that is away is waited for. */
export async function followIndex(signal: AbortSignal, everySeconds = 2): Promise<void> {
  const away = outage()
  while (!signal.aborted) {
    try {
      await settleProposals()
      if (away.ends() !== undefined) log().info('proposals are compared with the index again')
    } catch (error) {
      if (away.begins()) log().warn({ err: error }, 'proposals could not be compared with the index; trying again')
    }
    await sleep(everySeconds * 1000, undefined, { signal }).catch(() => {})
  }
}
