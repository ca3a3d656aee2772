/** The life of a proposal after its pull request is open. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  alice,
  create,
  deliveries,
  fresh,
  index,
  merge,
  merger,
  repository,
  stored,
  submit,
  withProposalWorld,
} from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Forbidden, NotFound } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { type RunningJobs, startJobs } from '#lib/jobs/run-jobs.ts'
import { POST as postWebhook } from '../../app/api/webhooks/github/route.ts'
import { pollProposals, settleProposals } from './follow-proposals.ts'
import { observeProposal } from './observe-proposal.ts'
import { openProposal } from './open-pull-request.ts'
import { proposalJobs } from './proposal-jobs.ts'
import { listProposals, readProposal } from './read-proposals.ts'
import { handleWebhook, receiveWebhook } from './receive-webhook.ts'

withProposalWorld()

describe('following a pull request', () => {
  test('a lost webhook is found by looking; merged, applied, ready in the index', async () => {
    const proposal = await submit(create('whole'))
    await openProposal(proposal.id)
    const { pullNumber, headSha } = await stored(proposal.id)
    const app = await asApp(repository).octokit()
    const plan = { name: 'corbel/plan', head_sha: headSha ?? '', status: 'completed', conclusion: 'success' } as const
    await app.rest.checks.create({ owner: 'acme', repo: 'payments', ...plan, output: { title: 'Plan', summary: '1 to add' } })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', plan: { conclusion: 'success', summary: '1 to add' } })
    const mergeSha = await merge(pullNumber)
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'merged', mergeSha })
    await index('whole', 'progressing', mergeSha)
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('merged')
    await index('whole', 'ready', mergeSha)
    await settleProposals()
    const row = await stored(proposal.id)
    expect(row.state).toBe('ready')
    expect(row.finishedAt).not.toBeNull()
    expect(await database().proposalResource.count({ where: { proposalId: proposal.id, open: true } })).toBe(0)
    const told = await database().auditEntry.findMany({ where: { action: { startsWith: 'proposal.' } }, orderBy: { seq: 'asc' } })
    const actions = told.filter(({ target }) => JSON.stringify(target).includes(proposal.id)).map(({ action }) => action)
    expect(actions).toEqual(['proposal.submitted', 'proposal.opened', 'proposal.merged', 'proposal.ready'])
    expect(told.find(({ action }) => action === 'proposal.merged')?.details).toMatchObject({ before: 'open', mergeSha, mergedBy: 'bob' })
    expect(row.mergedBy).toBe('bob')
  })

  test('a merge that is found together with what CI makes of it is told all the same', async () => {
    const proposal = await submit(create('at-once'))
    await openProposal(proposal.id)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    const { rest } = await asApp(repository).octokit()
    await rest.checks.create({ owner: 'acme', repo: 'payments', name: 'corbel/apply', head_sha: mergeSha, status: 'in_progress' })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('applying')
    const told = await database().auditEntry.findMany({ where: { actor: 'system:proposals' }, orderBy: { seq: 'asc' } })
    const steps = told.filter(({ target }) => JSON.stringify(target).includes(proposal.id))
    expect(steps).toMatchObject([
      { action: 'proposal.merged', details: { before: 'open', mergeSha, mergedBy: 'bob' } },
      { action: 'proposal.applying', details: { before: 'merged' } },
    ])
  })

  test('a push by hand makes the plan of the commit before it void; deleting the branch closes the proposal', async () => {
    const proposal = await submit(create('by-hand'))
    await openProposal(proposal.id)
    const { branch } = proposal
    const { headSha } = await stored(proposal.id)
    const { rest } = await asApp(repository).octokit()
    const at = { owner: 'acme', repo: 'payments' }
    await rest.checks.create({ ...at, name: 'corbel/plan', head_sha: headSha ?? '', status: 'completed', conclusion: 'success' })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ plan: { conclusion: 'success' } })
    const { data: head } = await rest.git.getCommit({ ...at, commit_sha: headSha ?? '' })
    const { data: pushed } = await rest.git.createCommit({
      ...at,
      message: 'By hand',
      tree: head.tree.sha,
      parents: [head.parents[0]?.sha ?? ''],
    })
    await rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: pushed.sha, force: true })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', headSha: pushed.sha, plan: null })
    await rest.git.deleteRef({ ...at, ref: `heads/${branch}` })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('closed')
    await expect(submit(create('by-hand'))).resolves.toMatchObject({ state: 'submitted' })
  })

  test('a resource that fails fails the proposal, and mends it when it recovers', async () => {
    const proposal = await submit(create('quota'))
    await openProposal(proposal.id)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    await index('quota', 'failed', mergeSha)
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('failed')
    await index('quota', 'ready', mergeSha)
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('ready')
  })

  test('a proposal that is ready before CI has its last word still hears that word', async () => {
    const proposal = await submit(create('quick'))
    await openProposal(proposal.id)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    const { rest } = await asApp(repository).octokit()
    const at = { owner: 'acme', repo: 'payments' }
    const { data: check } = await rest.checks.create({ ...at, name: 'corbel/apply', head_sha: mergeSha, status: 'in_progress' })
    await index('quick', 'ready', mergeSha)
    await observeProposal(proposal.id)
    await settleProposals()
    expect(await stored(proposal.id)).toMatchObject({ state: 'ready', apply: { status: 'in_progress' } })
    const looked = await pollProposals()
    await rest.checks.update({ ...at, check_run_id: check.id, status: 'completed', conclusion: 'success' })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'ready', apply: { status: 'completed', conclusion: 'success' } })
    expect(await pollProposals()).toBe(looked - 1)
  })

  test('a deletion is ready when the resource is gone', async () => {
    await index('first', 'ready', null)
    const proposal = await submit({ ...create('first'), action: 'delete', name: 'first', text: null })
    await openProposal(proposal.id)
    await merge((await stored(proposal.id)).pullNumber)
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('merged')
    await database().resource.updateMany({ where: { name: 'first' }, data: { deletedAt: new Date() } })
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('ready')
  })

  test('closed without merging, the resource is free again', async () => {
    const proposal = await submit(create('closed'))
    await openProposal(proposal.id)
    await merger.rest.pulls.update({
      owner: 'acme',
      repo: 'payments',
      pull_number: (await stored(proposal.id)).pullNumber ?? 0,
      state: 'closed',
    })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('closed')
    await expect(submit(create('closed'))).resolves.toMatchObject({ state: 'submitted' })
  })

  test('a proposal whose job was lost is taken up again', async () => {
    const proposal = await submit(create('lost'))
    await database().$executeRaw`UPDATE proposal SET "updatedAt" = now() - interval '5 minutes' WHERE id = ${proposal.id}::uuid`
    await database().$executeRaw`DELETE FROM jobs.job WHERE singleton_key = ${proposal.id}`
    await pollProposals()
    const [found] = await database().$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM jobs.job WHERE singleton_key = ${proposal.id}`
    expect(Number(found?.count)).toBe(1)
  })
})

describe('webhooks', () => {
  async function delivered(event: string, action: string): Promise<Request> {
    for (let waited = 0; waited < 100; waited++) {
      for (const request of deliveries.received) {
        if (request.headers.get('x-github-event') !== event) continue
        const payload: unknown = JSON.parse(await request.clone().text())
        if (typeof payload === 'object' && payload !== null && 'action' in payload && payload.action === action) return request
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`GitHub delivered no ${event} ${action}.`)
  }

  test('one delivered twice is handled once', async () => {
    const proposal = await submit(create('hooked'))
    await openProposal(proposal.id)
    deliveries.received = []
    await merge((await stored(proposal.id)).pullNumber)
    const request = await delivered('pull_request', 'closed')
    expect((await postWebhook(request.clone(), { params: Promise.resolve({}) })).status).toBe(202)
    expect((await postWebhook(request.clone(), { params: Promise.resolve({}) })).status).toBe(202)
    const id = request.headers.get('x-github-delivery') ?? ''
    expect(await database().webhookDelivery.count({ where: { id } })).toBe(1)
    await handleWebhook(id)
    await handleWebhook(id)
    const [queued] = await database().$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM jobs.job WHERE name = 'observe-proposal' AND singleton_key = ${proposal.id}`
    expect(Number(queued?.count)).toBe(1)
    expect((await database().webhookDelivery.findUniqueOrThrow({ where: { id } })).handledAt).not.toBeNull()
  })

  test('one with a wrong signature is refused, and nothing is kept', async () => {
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'forged', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
    const forged = new Request('http://corbel.test/api/webhooks/github', { method: 'POST', headers, body: '{}' })
    await expect(receiveWebhook(forged.clone())).rejects.toThrow(Forbidden)
    expect((await postWebhook(forged, { params: Promise.resolve({}) })).status).toBe(403)
    expect(await database().webhookDelivery.count({ where: { id: 'forged' } })).toBe(0)
  })
})

describe('with the worker running', () => {
  let jobs: RunningJobs
  beforeAll(async () => {
    await closeJobQueue()
    jobs = await startJobs({ databaseUrl: fresh.url, jobs: proposalJobs })
  })
  afterAll(() => jobs.stop())

  const until = async (id: string, state: string): Promise<void> => {
    for (let waited = 0; waited < 150; waited++) {
      if ((await stored(id)).state === state) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect((await stored(id)).state).toBe(state)
  }

  test('a submitted proposal becomes a pull request by itself, and a webhook tells of its merge', async () => {
    const proposal = await submit(create('by-itself'))
    await until(proposal.id, 'open')
    deliveries.received = []
    await merge((await stored(proposal.id)).pullNumber)
    for (let waited = 0; waited < 100 && (await stored(proposal.id)).state === 'open'; waited++) {
      for (const request of deliveries.received.splice(0)) await receiveWebhook(request)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect((await stored(proposal.id)).state).toBe('merged')
  })
})

describe('reading proposals', () => {
  test('pages hold every proposal once, newest first', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listProposals({ who: 'mine', state: [], limit: 3, ...(cursor === undefined ? {} : { cursor }) }, alice)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toHaveLength(await database().proposal.count({ where: { requestedById: alice.userId } }))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('one shows its difference and what the index knows', async () => {
    const row = await database().proposal.findFirstOrThrow({
      where: { state: 'ready', requestedById: alice.userId, resources: { some: { name: 'whole' } } },
    })
    const detail = await readProposal(row.id, alice)
    expect(detail.files[0]?.diff).toContain('+kind: PubSubTopic')
    expect(detail.resources[0]).toMatchObject({ name: 'whole', kindName: 'PubSubTopic', state: 'ready' })
    await expect(readProposal(newId(), alice)).rejects.toThrow(NotFound)
  })
})
