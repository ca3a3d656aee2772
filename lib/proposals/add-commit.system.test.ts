/** Commits added to open proposals, on a real database and a real Git server. */
import { describe, expect, test } from 'vitest'
import {
  alice,
  bob,
  create,
  labelled,
  merge,
  merger,
  person,
  pullsOf,
  putFile,
  remove,
  requestFor,
  runAndDie,
  simulate,
  stored,
  submit,
  topic,
  update,
  withProposalWorld,
} from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound, Unavailable } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { readFile } from '#lib/forge/repository-content.ts'
import { newId } from '#lib/ids.ts'
import { addCommit, type CommitStep, commitSteps, extendProposal } from './add-commit.ts'
import type { ResourceChange } from './contract.ts'
import { pollProposals } from './follow-proposals.ts'
import { observeProposal } from './observe-proposal.ts'
import { openProposal } from './open-pull-request.ts'
import { previewChanges } from './preview-changes.ts'
import { readProposal } from './read-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

withProposalWorld()

const at = { owner: 'acme', repo: 'payments' }
const pathOf = (name: string) => `infra/payments-prod/pubsubtopic-${name}.yaml`
const onBranch = (branch: string, path: string) => readFile(asApp('acme/payments'), path, branch)
const commit = (id: string) => database().proposalCommit.findUniqueOrThrow({ where: { id } })

async function opened(...changes: ResourceChange[]) {
  const proposal = await submitProposal(requestFor(...changes), alice, 'test')
  await openProposal(proposal.id)
  return proposal
}

/** Records a commit and adds it; gives its id. */
async function add(proposal: string, changes: ResourceChange[], actor = bob): Promise<string> {
  const request = requestFor(...changes)
  await addCommit(proposal, request, actor, 'test')
  await extendProposal(request.idempotencyKey)
  return request.idempotencyKey
}

const commitsOf = async (pullNumber: number | null) =>
  (await merger.rest.pulls.listCommits({ ...at, pull_number: pullNumber ?? 0 })).data.map(({ commit: { message, author } }) => ({
    message,
    email: author?.email,
  }))

describe('a commit on top of an open proposal', () => {
  test('changes what is on the branch, in the name of who asked; the proposal shows the sum and CI plans again', async () => {
    const proposal = await opened(create('grow'))
    const { headSha } = await stored(proposal.id)
    const { rest } = await asApp('acme/payments').octokit()
    await rest.checks.create({ ...at, name: 'corbel/plan', head_sha: headSha ?? '', status: 'completed', conclusion: 'success' })
    await observeProposal(proposal.id)
    const id = await add(proposal.id, [update('grow'), create('grow-too')])
    expect(await commit(id)).toMatchObject({ state: 'added', problem: null })
    const row = await stored(proposal.id)
    expect(row).toMatchObject({ state: 'open', plan: null })
    expect(row.headSha).not.toBe(headSha)
    expect((await onBranch(proposal.branch, pathOf('grow')))?.text).toBe(topic('grow', labelled))
    const [first, second, ...more] = await commitsOf(row.pullNumber)
    expect(more).toEqual([])
    expect([first?.email, second?.email]).toEqual(['alice@acme.test', 'bob@acme.test'])
    expect(second?.message).toContain(`Corbel-Change: ${id}`)
    expect(second?.message.match(/^Corbel-Resource: .*$/gm)).toHaveLength(2)
    const detail = await readProposal(proposal.id, alice)
    expect(detail.resources.map(({ name, action }) => [name, action])).toEqual([
      ['grow', 'create'],
      ['grow-too', 'create'],
    ])
    expect(detail.files.map(({ path }) => path)).toEqual([pathOf('grow'), pathOf('grow-too')])
    expect(detail.files[0]?.diff).toContain('+    tier: gold')
    const { data: pull } = await merger.rest.pulls.get({ ...at, pull_number: row.pullNumber ?? 0 })
    expect(pull.body).toContain('| Add | `PubSubTopic` | `grow-too` | `payments-prod` | `demo` |')
    expect(detail.commits).toMatchObject([{ id, requestedBy: 'bob', state: 'added' }])
    const told = await database().auditEntry.findMany({ where: { action: 'proposal.extended' }, orderBy: { seq: 'asc' } })
    expect(told.filter(({ target }) => JSON.stringify(target).includes(id)).map(({ outcome }) => outcome)).toEqual(['intent', 'succeeded'])
  })

  test.each(commitSteps)('killed after the step "%s" and run again, exactly one commit is added', async (step: CommitStep) => {
    const proposal = await opened(create(`die-${step}`))
    const request = requestFor(update(`die-${step}`))
    await addCommit(proposal.id, request, bob, 'test')
    expect(await runAndDie('#lib/proposals/add-commit.ts', 'extendProposal', request.idempotencyKey, step)).toBe('SIGKILL')
    await extendProposal(request.idempotencyKey)
    expect((await commit(request.idempotencyKey)).state).toBe('added')
    const row = await stored(proposal.id)
    expect(await commitsOf(row.pullNumber)).toHaveLength(2)
    const [pull] = await pullsOf(proposal.branch)
    expect(row.headSha).toBe(pull?.head.sha)
  })

  test('sent twice at once and worked on by two workers at once, it is one commit', async () => {
    const proposal = await opened(create('double'))
    const request = requestFor(update('double'))
    await Promise.all([addCommit(proposal.id, request, bob, 'a'), addCommit(proposal.id, request, bob, 'b')])
    await Promise.all([extendProposal(request.idempotencyKey), extendProposal(request.idempotencyKey)])
    expect(await commitsOf((await stored(proposal.id)).pullNumber)).toHaveLength(2)
  })

  test('a branch that moved elsewhere is built upon; one whose file was changed refuses the commit with a sentence', async () => {
    const proposal = await opened(create('pushed'))
    const request = requestFor(update('pushed'))
    await addCommit(proposal.id, request, bob, 'test')
    await putFile('README.md', 'by hand\n', proposal.branch)
    await extendProposal(request.idempotencyKey)
    expect((await commit(request.idempotencyKey)).state).toBe('added')
    expect((await onBranch(proposal.branch, 'README.md'))?.text).toBe('by hand\n')

    const { blob = null } = (await onBranch(proposal.branch, pathOf('pushed'))) ?? {}
    const late = requestFor({ ...update('pushed', '  labels:\n    tier: silver\n'), baseBlob: blob }, create('brought'))
    await addCommit(proposal.id, late, bob, 'test')
    expect(await database().proposalResource.count({ where: { name: 'brought', open: true } })).toBe(1)
    await putFile(pathOf('pushed'), topic('pushed', '  labels:\n    by: hand\n'), proposal.branch)
    await extendProposal(late.idempotencyKey)
    expect(await commit(late.idempotencyKey)).toMatchObject({ state: 'failed', problem: expect.stringContaining('changed on') })
    expect(await database().proposalResource.count({ where: { name: 'brought' } })).toBe(0)
    expect(await database().proposalResource.count({ where: { name: 'pushed', open: true } })).toBe(1)
  })

  test('merged before the commit landed, it failed and says so; the proposal goes its way', async () => {
    const proposal = await opened(create('too-late'))
    const request = requestFor(update('too-late'))
    await addCommit(proposal.id, request, bob, 'test')
    await merge((await stored(proposal.id)).pullNumber)
    await extendProposal(request.idempotencyKey)
    expect(await commit(request.idempotencyKey)).toMatchObject({ state: 'failed', problem: expect.stringMatching(/was merged before/) })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('merged')
    await expect(addCommit(proposal.id, requestFor(update('too-late')), bob, 'test')).rejects.toThrow(/was merged/)
  })

  test('GitHub away: it waits, says so, and is added later; a lost job is taken up', async () => {
    const proposal = await opened(create('patient'))
    const request = requestFor(update('patient'))
    await addCommit(proposal.id, request, bob, 'test')
    await simulate('down')
    await expect(extendProposal(request.idempotencyKey)).rejects.toThrow(Unavailable)
    await simulate('none')
    await database().$executeRaw`DELETE FROM jobs.job WHERE singleton_key = ${request.idempotencyKey}`
    await database()
      .$executeRaw`UPDATE proposal_commit SET "createdAt" = now() - interval '5 minutes' WHERE id = ${request.idempotencyKey}::uuid`
    await pollProposals()
    const [queued] = await database().$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM jobs.job WHERE name = 'add-commit' AND singleton_key = ${request.idempotencyKey}`
    expect(Number(queued?.count)).toBe(1)
    await extendProposal(request.idempotencyKey)
    expect((await commit(request.idempotencyKey)).state).toBe('added')
  })

  test('what is taken back leaves the proposal, but never nothing', async () => {
    const proposal = await opened(create('keep'), create('drop'))
    await add(proposal.id, [remove('drop')])
    const detail = await readProposal(proposal.id, alice)
    expect(detail.resources.map(({ name }) => name)).toEqual(['keep'])
    expect(detail.files.map(({ path }) => path)).toEqual([pathOf('keep')])
    await expect(submit(create('drop'), bob)).resolves.toMatchObject({ state: 'submitted' })
    await expect(addCommit(proposal.id, requestFor(remove('keep')), bob, 'test')).rejects.toThrow(/change nothing any more/)
  })
})

describe('what may be added', () => {
  test('a text based on another version is merged; fields both set are named', async () => {
    const size = (labels: string, spec: string) => `${topic('old', labels)}${spec}`
    const main = await onBranch('main', pathOf('old'))
    const proposal = await opened({ ...update('old'), baseBlob: main?.blob ?? '' })
    const mine = { ...create('old'), action: 'update' as const, name: 'old', baseBlob: main?.blob ?? '' }
    const merged = { ...mine, text: size('', 'spec:\n  messageRetentionDuration: 600s\n') }
    const preview = await previewChanges({ changes: [merged], onto: proposal.id }, bob)
    expect(preview.changes[0]).toMatchObject({ problem: null, openProposals: [] })
    expect(preview.groups[0]?.baseBranch).toBe(proposal.branch)
    await add(proposal.id, [merged])
    const text = (await onBranch(proposal.branch, pathOf('old')))?.text
    expect(text).toContain('tier: gold')
    expect(text).toContain('messageRetentionDuration: 600s')

    const clash = { ...mine, text: size('  labels:\n    tier: silver\n', '') }
    const refused = await previewChanges({ changes: [clash], onto: proposal.id }, bob)
    expect(refused.changes[0]?.problem).toMatchObject({ code: 'conflict', message: expect.stringContaining('metadata.labels') })
    await expect(addCommit(proposal.id, requestFor(clash), bob, 'test')).rejects.toThrow(Conflict)
  })

  test('a resource the proposal creates is changed there, not created again', async () => {
    const proposal = await opened(create('anew'))
    const again = { ...create('anew'), text: topic('anew', labelled) }
    expect((await previewChanges({ changes: [again] }, bob)).changes[0]?.openProposals).toMatchObject([
      { id: proposal.id, extendable: true },
    ])
    await add(proposal.id, [again])
    expect((await onBranch(proposal.branch, pathOf('anew')))?.text).toContain('tier: gold')
    expect((await readProposal(proposal.id, alice)).resources).toMatchObject([{ name: 'anew', action: 'create' }])
  })

  test('a key sent for one proposal tells nothing of another', async () => {
    const [mine, other] = [await opened(create('key-mine')), await opened(create('key-other'))]
    const request = requestFor(update('key-mine'))
    await addCommit(mine.id, request, bob, 'test')
    await expect(addCommit(mine.id, request, bob, 'test')).resolves.toMatchObject({ id: mine.id })
    await expect(addCommit(other.id, request, bob, 'test')).rejects.toThrow(/for another proposal/)
    await expect(addCommit(newId(), request, bob, 'test')).rejects.toThrow(/for another proposal/)
  })

  test('of two commits with the same new resource, one that fails leaves it to the other', async () => {
    const proposal = await opened(create('two-base'))
    const [first, second] = [requestFor(create('two-shared')), requestFor({ ...create('two-shared'), text: topic('two-shared', labelled) })]
    await addCommit(proposal.id, first, bob, 'test')
    await addCommit(proposal.id, second, bob, 'test')
    await extendProposal(second.idempotencyKey)
    await extendProposal(first.idempotencyKey)
    expect([(await commit(first.idempotencyKey)).state, (await commit(second.idempotencyKey)).state]).toEqual(['failed', 'added'])
    expect((await readProposal(proposal.id, alice)).resources.map(({ name }) => name)).toEqual(['two-base', 'two-shared'])
  })

  test('not by people who may not propose there, not to what is not open, not a resource of another open proposal', async () => {
    const proposal = await opened(create('guarded'))
    const stranger = { ...(await person('carol')), groups: [] }
    await expect(addCommit(proposal.id, requestFor(update('guarded')), stranger, 'test')).rejects.toThrow(NotFound)
    const reader = { ...(await person('erin')), groups: [], auditor: true }
    await expect(addCommit(proposal.id, requestFor(update('guarded')), reader, 'test')).rejects.toThrow(Forbidden)
    await expect(addCommit(newId(), requestFor(update('guarded')), bob, 'test')).rejects.toThrow(NotFound)
    const submitted = await submit(create('not-yet'))
    await expect(addCommit(submitted.id, requestFor(create('x')), bob, 'test')).rejects.toThrow(/only being opened/)
    await expect(addCommit(proposal.id, requestFor(create('not-yet')), bob, 'test')).rejects.toThrow(/PubSubTopic not-yet already/)
  })
})
