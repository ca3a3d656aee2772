/** From the click to the pull request, on a real database and a real Git server. */
import { describe, expect, test } from 'vitest'
import {
  alice,
  bob,
  create,
  labelled,
  link,
  merge,
  merger,
  person,
  pullsOf,
  putFile,
  requestFor,
  runAndDie,
  simulate,
  stored,
  submit,
  topic,
  withProposalWorld,
} from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, RateLimited, Unavailable } from '#lib/errors.ts'
import { seal } from '#lib/identity/seal.ts'
import { openProposal, recordStuck, type Step, steps } from './open-pull-request.ts'
import { retryProposal, withdrawProposal } from './stuck-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

withProposalWorld()

describe('opening a pull request', () => {
  test('the same request sent twice at once is one proposal with one pull request', async () => {
    const request = requestFor(create('twice'))
    const [first, second] = await Promise.all([submitProposal(request, alice, 'a'), submitProposal(request, alice, 'b')])
    expect(second.id).toBe(first.id)
    await Promise.all([openProposal(first.id), openProposal(first.id)])
    expect(await pullsOf(first.branch)).toHaveLength(1)
    expect((await stored(first.id)).state).toBe('open')
  })

  test.each(steps)('killed after the step "%s" and run again, exactly one pull request and commit exist', async (step: Step) => {
    const proposal = await submit(create(`crash-${step.replace(' ', '-')}`))
    expect(await runAndDie('#lib/proposals/open-pull-request.ts', 'openProposal', proposal.id, step)).toBe('SIGKILL')
    await openProposal(proposal.id)
    const [pull, ...more] = await pullsOf(proposal.branch)
    expect(more).toEqual([])
    const row = await stored(proposal.id)
    expect(row).toMatchObject({ state: 'open', pullNumber: pull?.number, headSha: pull?.head.sha })
    const commits = await merger.rest.pulls.listCommits({ owner: 'acme', repo: 'payments', pull_number: row.pullNumber ?? 0 })
    expect(commits.data.map(({ commit }) => commit.author?.email)).toEqual(['alice@acme.test'])
    expect(commits.data[0]?.commit.message).toContain(`Corbel-Proposal: ${proposal.id}`)
  })

  test("is the person's own where their account is linked, and the App's otherwise", async () => {
    const [own, apps] = [await submit(create('own'), bob), await submit(create('apps'), alice)]
    await openProposal(own.id)
    await openProposal(apps.id)
    expect((await pullsOf(own.branch))[0]).toMatchObject({ user: { login: 'bob' } })
    const [pull] = await pullsOf(apps.branch)
    expect(pull?.user?.login).toBe('corbel[bot]')
    expect(pull?.body).toContain('asked for this change')
    expect(pull?.body).not.toContain('@bob')
    expect((await stored(own.id)).openedAs).toBe('github-user')
    expect((await stored(apps.id)).openedAs).toBe('github-app')
  })

  test('a linked account that GitHub no longer accepts costs nothing but the name: the App opens it', async () => {
    const erin = await person('erin')
    await link(erin, 'alice')
    const revoked = seal(process.env.CORBEL_SECRET ?? '', `github ${erin.userId}`, 'ghu_revoked')
    await database().githubLink.update({ where: { userId: erin.userId }, data: { accessToken: revoked } })
    const proposal = await submit(create('revoked'), erin)
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', openedAs: 'github-app' })
  })

  test('a second proposal for the resource is refused, naming the first', async () => {
    const first = await submit(create('held'))
    const refused = await submit(create('held'), bob).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Conflict)
    expect(refused).toMatchObject({ details: { proposal: { id: first.id } } })
  })

  test('two people at once: one proposal, one refusal', async () => {
    const outcomes = await Promise.allSettled([submit(create('race'), alice), submit(create('race'), bob)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a base that moved elsewhere is built upon', async () => {
    const proposal = await submit(create('moved'))
    await putFile('README.md', 'payments, moved\n')
    await openProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('open')
  })

  test('a file that changed meanwhile makes the proposal stuck with a sentence; withdrawn, the resource is free', async () => {
    const proposal = await submit({ ...create('old'), action: 'update', name: 'old', text: topic('old', labelled) })
    await putFile('infra/payments-prod/pubsubtopic-old.yaml', topic('old', '  labels:\n    other: yes-please\n'))
    await openProposal(proposal.id)
    const row = await stored(proposal.id)
    expect(row.state).toBe('stuck')
    expect(row.problem).toContain('changed on main meanwhile')
    expect(await pullsOf(proposal.branch)).toEqual([])
    expect((await retryProposal(proposal.id, alice, 'test')).state).toBe('submitted')
    await openProposal(proposal.id)
    expect((await withdrawProposal(proposal.id, alice, 'test')).state).toBe('closed')
    await expect(submit({ ...create('old'), action: 'update', name: 'old', text: topic('old', labelled) })).resolves.toMatchObject({
      state: 'submitted',
    })
  })

  test('withdrawn, a pull request that an earlier try opened is closed; a merged one is not given up', async () => {
    const killed = (step: string) => {
      if (step === 'pull request') throw new Error('killed')
    }
    const leftOver = async (name: string) => {
      const proposal = await submit(create(name))
      await expect(openProposal(proposal.id, { afterStep: killed })).rejects.toThrow('killed')
      await recordStuck(proposal.id, 'It was tried often enough.')
      const [pull] = await pullsOf(proposal.branch)
      return { proposal, number: pull?.number ?? 0 }
    }
    const open = await leftOver('left-over')
    expect((await withdrawProposal(open.proposal.id, alice, 'test')).state).toBe('closed')
    expect((await pullsOf(open.proposal.branch)).map(({ state }) => state)).toEqual(['closed'])

    const merged = await leftOver('left-merged')
    await merge(merged.number)
    await expect(withdrawProposal(merged.proposal.id, alice, 'test')).rejects.toThrow(/merged already/)
    expect((await stored(merged.proposal.id)).state).toBe('stuck')
  })

  test("somebody else's branch of that name is not touched", async () => {
    const proposal = await submit(create('squatted'))
    const { data } = await merger.rest.git.getRef({ owner: 'acme', repo: 'payments', ref: 'heads/main' })
    await merger.rest.git.createRef({ owner: 'acme', repo: 'payments', ref: `refs/heads/${proposal.branch}`, sha: data.object.sha })
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'stuck', problem: expect.stringContaining('did not make') })
  })

  test.each<[string, new (...args: never[]) => Error]>([
    ['down', Unavailable],
    ['rate-limited', RateLimited],
  ])('GitHub %s: the job is tried again and then succeeds', async (mode, expected) => {
    const proposal = await submit(create(`github-${mode}`))
    await simulate(mode)
    await expect(openProposal(proposal.id)).rejects.toThrow(expected)
    expect((await stored(proposal.id)).state).toBe('submitted')
    await simulate('none')
    await openProposal(proposal.id)
    expect(await pullsOf(proposal.branch)).toHaveLength(1)
  })

  test('GitHub refusing for good makes it stuck, with a sentence that says who can help', async () => {
    const proposal = await submit(create('refused'))
    await simulate('forbidden')
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'stuck', problem: expect.stringMatching(/may not|owner/) })
  })
})
