/** Several resources in one proposal, on a real database and a real Git server. */
import { describe, expect, test } from 'vitest'
import {
  alice,
  bob,
  create,
  elsewhere,
  index,
  kind,
  labelled,
  merge,
  merger,
  person,
  pullsOf,
  putFile,
  remove,
  requestFor,
  stored,
  submit,
  topic,
  update,
  withProposalWorld,
} from '#demo/github/proposal-world.ts'
import { addToBasket, listBasket, removeFromBasket } from '#lib/basket/basket.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Invalid } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { readFile } from '#lib/forge/repository-content.ts'
import { tokenHash } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import { POST as postPreview } from '../../app/api/v1/proposals/preview/route.ts'
import type { ResourceChange } from './contract.ts'
import { settleProposals } from './follow-proposals.ts'
import { observeProposal } from './observe-proposal.ts'
import { openProposal } from './open-pull-request.ts'
import { prepareChanges, prepareTogether } from './prepare-changes.ts'
import { previewChanges } from './preview-changes.ts'
import { readProposal } from './read-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

withProposalWorld()

describe('preparing several changes', () => {
  test('changes of one file are applied one after another', async () => {
    const { files, resources } = await prepareTogether([
      { ...update('first'), text: `# ours\n${topic('first', labelled)}` },
      remove('second'),
    ])
    expect(files).toMatchObject([{ path: 'infra/payments-prod/several.yaml', changes: [0, 1] }])
    expect(files[0]?.after).toBe(`# ours\n${topic('first', labelled)}`)
    expect(resources.map(({ action }) => action)).toEqual(['update', 'delete'])
    const both = await prepareTogether([remove('second'), remove('first')])
    expect(both.files[0]?.after ?? '').not.toContain('kind:')
  })

  test('two new resources that the layout puts into one file stand in it one after the other', async () => {
    const where = { cluster_namespace: { cluster: 'demo', namespace: 'payments-dev' } }
    await database().project.update({ where, data: { layout: 'all.yaml' } })
    const { files } = await prepareTogether([elsewhere('payments-dev', 'a'), elsewhere('payments-dev', 'b')])
    await database().project.update({ where, data: { layout: null } })
    expect(files).toMatchObject([{ path: 'infra/payments-dev/all.yaml', before: null, changes: [0, 1] }])
    expect(files[0]?.after?.match(/^---$/gm)).toHaveLength(1)
    expect(files[0]?.after).toMatch(/name: a[\s\S]*name: b/)
  })

  test('the same resource twice, several repositories, and a project without one are refused with a sentence', async () => {
    await expect(prepareTogether([create('twin'), create('twin')])).rejects.toThrow(/PubSubTopic twin is changed twice/)
    await expect(prepareTogether([create('here'), elsewhere('playlists-prod', 'there')])).rejects.toThrow(
      /acme\/payments and acme\/playlists.*one repository/,
    )
    await expect(prepareTogether([elsewhere('no-repository', 'x')])).rejects.toThrow(/names no repository/)
  })

  test('what is wrong with one change is told there, and hides no other', async () => {
    const { changes, groups } = await prepareChanges([
      create('fine'),
      create('old'),
      elsewhere('playlists-prod', 'there'),
      elsewhere('no-repository', 'x'),
      { ...create('x'), text: 'kind: [' },
      { ...create('second'), action: 'update', name: 'second', text: topic('second') },
    ])
    expect(changes.map(({ problem }) => problem?.message ?? null)).toEqual([
      null,
      expect.stringContaining('exists already'),
      null,
      expect.stringContaining('names no repository'),
      expect.stringContaining('not right in line'),
      expect.stringContaining('Nothing changes'),
    ])
    expect(groups.map(({ repository, changes: places, files }) => [repository, places, files.map(({ path }) => path)])).toEqual([
      ['acme/payments', [0, 1, 5], ['infra/payments-prod/pubsubtopic-fine.yaml']],
      ['acme/playlists', [2], ['infra/playlists-prod/pubsubtopic-there.yaml']],
    ])
  })
})

test('a preview has one group for each repository', async () => {
  const { groups, changes } = await previewChanges(
    { changes: [create('p1'), elsewhere('playlists-prod', 'p2'), elsewhere('payments-dev', 'p3')] },
    alice,
  )
  expect(groups).toMatchObject([
    { repository: 'acme/payments', title: 'Add PubSubTopic p1 and PubSubTopic p3 to payments-prod and payments-dev', changes: [0, 2] },
    { repository: 'acme/playlists', title: 'Add PubSubTopic p2 to playlists-prod', changes: [1] },
  ])
  expect(changes.map(({ name, problem }) => [name, problem])).toEqual([
    ['p1', null],
    ['p2', null],
    ['p3', null],
  ])
})

test("changes are refused together when one of them is not the person's to propose, and the denial names it", async () => {
  const token = `browser-${newId()}`
  const later = new Date(Date.now() + 3_600_000)
  await database().login.update({ where: { id: alice.loginId }, data: { tokenHash: tokenHash(token), expiresAt: later } })
  const where = { cluster_namespace: { cluster: 'demo', namespace: 'playlists-prod' } }
  await database().project.update({ where, data: { team: 'playlists' } })
  const ask = (...changes: ResourceChange[]) =>
    postPreview(
      new Request('http://corbel.test/api/v1/proposals/preview', {
        method: 'POST',
        headers: { origin: 'http://corbel.test', cookie: `corbel-login=${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ changes }),
      }),
      { params: Promise.resolve({}) },
    )
  expect((await ask(create('mine'))).status).toBe(200)
  expect((await ask(create('mine'), elsewhere('playlists-prod', 'theirs'))).status).toBe(403)
  await database().project.update({ where, data: { team: 'payments' } })
  const denial = await database().auditEntry.findFirst({ where: { outcome: 'denied', actor: alice.username }, orderBy: { seq: 'desc' } })
  expect(denial?.target).toMatchObject({ namespace: 'playlists-prod' })
})

describe('one proposal of several resources', () => {
  test('is one commit with all of them in its trailers, and ready when every one is', async () => {
    const proposal = await submitProposal(requestFor(create('duo-a'), create('duo-b'), elsewhere('payments-dev', 'duo-c')), alice, 'test')
    expect(proposal.branch).toMatch(/^corbel\/several-projects\/3-resources-[0-9a-f]{8}$/)
    await openProposal(proposal.id)
    const [pull] = await pullsOf(proposal.branch)
    const { rest } = await asApp('acme/payments').octokit()
    const { data: commit } = await rest.git.getCommit({ owner: 'acme', repo: 'payments', commit_sha: pull?.head.sha ?? '' })
    expect(commit.message.match(/^Corbel-Resource: .*$/gm)).toEqual([
      `Corbel-Resource: demo/payments-prod/${kind}/duo-a`,
      `Corbel-Resource: demo/payments-prod/${kind}/duo-b`,
      `Corbel-Resource: demo/payments-dev/${kind}/duo-c`,
    ])
    expect(commit.message.match(/^Corbel-Action: create$/gm)).toHaveLength(3)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    await observeProposal(proposal.id)
    await index('duo-a', 'ready', mergeSha)
    await index('duo-b', 'progressing', mergeSha)
    await index('duo-c', 'ready', mergeSha, 'payments-dev')
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('merged')
    await index('duo-b', 'ready', mergeSha)
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('ready')
    const detail = await readProposal(proposal.id, alice)
    expect(detail.files.map(({ path }) => path)).toHaveLength(3)
    expect(detail.resources.map(({ name, state }) => [name, state])).toEqual([
      ['duo-a', 'ready'],
      ['duo-b', 'ready'],
      ['duo-c', 'ready'],
    ])
  })

  test('fifty changes are one proposal with one commit', async () => {
    const proposal = await submitProposal(requestFor(...Array.from({ length: 50 }, (_, place) => create(`many-${place}`))), alice, 'test')
    expect(proposal.resources.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, place) => `many-${place}`))
    await openProposal(proposal.id)
    const { pullNumber } = await stored(proposal.id)
    const { data: files } = await merger.rest.pulls.listFiles({
      owner: 'acme',
      repo: 'payments',
      pull_number: pullNumber ?? 0,
      per_page: 100,
    })
    expect(files).toHaveLength(50)
  }, 120_000)

  test('an open proposal of one resource refuses all, naming it; nothing is half recorded', async () => {
    await submit(create('busy'))
    const before = await database().proposal.count()
    await expect(submitProposal(requestFor(create('free'), create('busy')), bob, 'test')).rejects.toThrow(/PubSubTopic busy already/)
    expect(await database().proposal.count()).toBe(before)
    await expect(submit(create('free'), bob)).resolves.toMatchObject({ state: 'submitted' })
  })

  test('two people with overlapping baskets at once: one proposal, one refusal', async () => {
    const outcomes = await Promise.allSettled([
      submitProposal(requestFor(create('lap-a'), create('lap-b'), create('lap-c')), alice, 'test'),
      submitProposal(requestFor(create('lap-c'), create('lap-b'), create('lap-d')), bob, 'test'),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('beside an open one it is started only when that one was named', async () => {
    const first = await submit(create('side'))
    await expect(submitProposal({ ...requestFor(create('side')), beside: [] }, bob, 'test')).rejects.toThrow(Conflict)
    const second = await submitProposal({ ...requestFor(create('side')), beside: [first.id] }, bob, 'test')
    expect(second.state).toBe('submitted')
    expect(
      await database().proposalResource.findMany({ where: { name: 'side' }, select: { beside: true }, orderBy: { id: 'asc' } }),
    ).toEqual([{ beside: false }, { beside: true }])
    // a third one must name both
    await expect(submitProposal({ ...requestFor(create('side')), beside: [first.id] }, alice, 'test')).rejects.toThrow(/bob has an open/)
    const third = { ...requestFor(create('side')), beside: [first.id, second.id] }
    await expect(submitProposal(third, alice, 'test')).resolves.toMatchObject({ state: 'submitted' })
  })

  test('of two started beside the same one at once, the second sees the first', async () => {
    const first = await submit(create('crowd'))
    const attempt = (actor: typeof alice) => submitProposal({ ...requestFor(create('crowd')), beside: [first.id] }, actor, 'test')
    const outcomes = await Promise.allSettled([attempt(alice), attempt(bob)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('the basket', () => {
  const names = async () => (await listBasket(alice)).items.map(({ change }) => change.name)

  test('keeps one item per resource, the newest words, in the order they were added; each person has their own', async () => {
    const first = await addToBasket({ change: create('b-one') }, alice)
    await addToBasket({ change: update('old') }, alice)
    const again = await addToBasket({ change: { ...create('b-one'), text: topic('b-one', labelled) } }, alice)
    expect(again.id).not.toBe(first.id)
    expect(await names()).toEqual(['old', 'b-one'])
    expect((await listBasket(alice)).items.map(({ title }) => title)).toContain('PubSubTopic b-one in payments-prod')
    expect((await listBasket(bob)).items).toEqual([])
    await removeFromBasket(again.id, bob)
    await removeFromBasket(first.id, alice)
    expect(await names()).toEqual(['old', 'b-one'])
    for (const { id } of (await listBasket(alice)).items) await removeFromBasket(id, alice)
    expect(await names()).toEqual([])
  })

  test('refuses what is not the resource, and more than fifty; two tabs at once cannot overfill it', async () => {
    await expect(addToBasket({ change: { ...update('old'), text: topic('other') } }, alice)).rejects.toThrow(Invalid)
    await expect(addToBasket({ change: { ...create('x'), text: null } }, alice)).rejects.toThrow(/no manifest/)
    for (let place = 0; place < 49; place++) await addToBasket({ change: create(`full-${place}`) }, alice)
    const outcomes = await Promise.allSettled([1, 2, 3].map((tab) => addToBasket({ change: create(`tab-${tab}`) }, alice)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await addToBasket({ change: { ...create('full-7'), text: topic('full-7', labelled) } }, alice)
    expect(await names()).toHaveLength(50)
    await database().basketItem.deleteMany({})
  })

  test('takes the draft away, and gives its items up with the proposal, not before', async () => {
    const draft = { id: crypto.randomUUID(), userId: alice.userId, key: 'create/demo/x', title: 'x', content: { text: 'x' } }
    await database().draft.create({ data: draft })
    const item = await addToBasket({ change: create('b-sent'), draftKey: draft.key }, alice)
    expect(await database().draft.count({ where: { id: draft.id } })).toBe(0)
    await submit(create('b-taken'))
    const other = await addToBasket({ change: create('b-taken') }, alice)
    const both = { ...requestFor(item.change, other.change), basketItems: [item.id, other.id] }
    await expect(submitProposal(both, alice, 'test')).rejects.toThrow(Conflict)
    expect(await names()).toEqual(['b-sent', 'b-taken'])
    await submitProposal({ ...requestFor(item.change), basketItems: [item.id] }, alice, 'test')
    expect(await names()).toEqual(['b-taken'])
    await database().basketItem.deleteMany({})
  })

  test('holds deletions too: proposed with others they are applied', async () => {
    const manifest = await readFile(asApp('acme/payments'), 'infra/payments-prod/pubsubtopic-old.yaml', 'main')
    const gone = await addToBasket({ change: { ...remove('old'), baseBlob: manifest?.blob ?? '' } }, alice)
    const made = await addToBasket({ change: create('b-instead') }, alice)
    expect((await listBasket(alice)).items.map(({ change }) => [change.action, change.name, change.text])).toEqual([
      ['delete', 'old', null],
      ['create', 'b-instead', topic('b-instead')],
    ])
    // a change of the same resource put in later takes its place, and the other way round
    const kept = await addToBasket({ change: update('old') }, alice)
    expect(kept.change.action).toBe('update')
    const again = await addToBasket({ change: gone.change }, alice)
    const { id } = await submitProposal({ ...requestFor(again.change, made.change), basketItems: [again.id, made.id] }, alice, 'test')
    expect(await names()).toEqual([])
    await openProposal(id)
    const { branch } = await stored(id)
    expect(await readFile(asApp('acme/payments'), 'infra/payments-prod/pubsubtopic-old.yaml', branch)).toBeUndefined()
    expect((await readFile(asApp('acme/payments'), 'infra/payments-prod/pubsubtopic-b-instead.yaml', branch))?.text).toBe(
      topic('b-instead'),
    )
    await database().proposalResource.updateMany({ where: { proposalId: id }, data: { open: false } })
  })

  test('replaced in another tab, the reviewed words are not sent; sent twice at once, it is one proposal', async () => {
    const old = await addToBasket({ change: create('b-race') }, alice)
    const fresh = await addToBasket({ change: { ...create('b-race'), text: topic('b-race', labelled) } }, alice)
    await expect(submitProposal({ ...requestFor(old.change), basketItems: [old.id] }, alice, 'test')).rejects.toThrow(/another tab/)
    const tab = () => submitProposal({ ...requestFor(fresh.change), basketItems: [fresh.id] }, alice, 'test')
    const outcomes = await Promise.allSettled([tab(), tab()])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await database().proposalResource.count({ where: { name: 'b-race' } })).toBe(1)
  })

  test('an item whose file changed meanwhile is told at the item', async () => {
    const source = await readFile(asApp('acme/payments'), 'infra/payments-prod/pubsubtopic-old.yaml', 'main')
    await addToBasket({ change: { ...update('old'), baseBlob: source?.blob ?? '' } }, alice)
    await putFile('infra/payments-prod/pubsubtopic-old.yaml', topic('old', '  labels:\n    by: hand\n'))
    const { items } = await listBasket(alice)
    const preview = await previewChanges({ changes: [...items.map(({ change }) => change), create('b-fine')] }, alice)
    expect(preview.changes.map(({ problem }) => problem?.code ?? null)).toEqual(['conflict', null])
  })
})

test('who may see one project of a proposal is not shown the changes and states of another', async () => {
  const where = { cluster_namespace: { cluster: 'demo', namespace: 'payments-dev' } }
  const { id } = await submitProposal(requestFor(create('in-the-open'), elsewhere('payments-dev', 'behind')), alice, 'test')
  await database().project.update({ where, data: { team: 'others' } })
  try {
    const reader = await person('frank')
    const { files, resources } = await readProposal(id, reader)
    const diffOf = (name: string) => files.find(({ path }) => path.includes(name))?.diff
    expect(diffOf('in-the-open')).toContain('+  name: in-the-open')
    expect(diffOf('behind')).toMatch(/^\\ This file holds resources of a project that you may not see/)
    expect(resources.map(({ name }) => name).sort()).toEqual(['behind', 'in-the-open'])
    expect(resources.find(({ name }) => name === 'behind')).toMatchObject({ state: null, headline: 'You may not see its state.' })
    expect((await readProposal(id, alice)).files.every(({ diff }) => diff.includes('+kind: PubSubTopic'))).toBe(true)
    const auditor = { ...(await person('ida')), groups: [], auditor: true }
    expect((await readProposal(id, auditor)).files.every(({ diff }) => diff.includes('+kind: PubSubTopic'))).toBe(true)
  } finally {
    await database().project.update({ where, data: { team: 'payments' } })
  }
})
