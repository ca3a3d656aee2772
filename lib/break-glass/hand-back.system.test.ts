/** From an applied emergency change to the signed review: a real database, the real API server, real git behind the GitHub stand-in, and CI. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketKind, bucketNow, bucketRef, openSessionOf } from '#demo/world/change-world.ts'
import { bucketFromGit, changedBucket, type HandBackWorld, handBackWorld, repository } from '#demo/world/hand-back-world.ts'
import { checkSignature } from '#lib/audit/audit-crypto.ts'
import { checkpointKey } from '#lib/audit/checkpoint-key.ts'
import { judgeNote, notesIn, readCheckpoint, readNote } from '#lib/audit-format/signed-note.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { textAt } from '#lib/json.ts'
import { observeProposal } from '#lib/proposals/observe-proposal.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'
import { undoChange } from './change-undo.ts'
import { describeChange } from './change-view.ts'
import { handBack, handBackPreview } from './hand-back.ts'
import { checkResidue } from './residue.ts'
import { sessionsToCheck } from './residue-watch.ts'
import { reviewSession } from './review.ts'
import { nagOfHandBacks } from './review-nag.ts'
import { endSession } from './session-life.ts'

let world: HandBackWorld
beforeAll(async () => {
  world = await handBackWorld()
}, 180_000)
afterAll(() => world.stop())

/** Another document of the same file. */
const otherBucket = () =>
  `# ours too\napiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata: {name: n-${randomUUID()}, namespace: ${world.project.namespace}}\nspec: {storageClass: STANDARD}\n`

const stateOf = async (id: string) => (await database().breakGlassSession.findUniqueOrThrow({ where: { id } })).state
const residueOf = async (id: string) => (await database().breakGlassChange.findUniqueOrThrow({ where: { id } })).residue
const viewOf = async (session: string, id: string) =>
  describeChange(await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } }), id)
const pathOf = (name: string) => `${world.folder}/${name}.yaml`
const bring = (session: string, change: string, key: string = randomUUID()) =>
  handBack(session, change, { title: 'Bring it back', idempotencyKey: key }, world.alice, 'test')
const end = (session: string) => endSession(session, { note: '' }, world.alice, 'test')
const entries = async (session: string) =>
  (await database().auditEntry.findMany({ where: { target: { path: ['session'], equals: session } }, orderBy: { seq: 'asc' } })).map(
    ({ action, outcome }) => `${action} ${outcome}`,
  )
const pullOf = async (proposal: string) => {
  await openProposal(proposal)
  const { pullNumber } = await database().proposal.findUniqueOrThrow({ where: { id: proposal } })
  const octokit = await asApp(repository).octokit()
  return (await octokit.rest.pulls.get({ owner: 'acme', repo: 'payments', pull_number: pullNumber ?? 0 })).data
}

describe('an applied change', { timeout: 60_000 }, () => {
  test('comes back by one pull request, is applied, leaves nothing over, and another person closes the session', async () => {
    const neighbour = `${otherBucket()}---\n`
    const name = await bucketFromGit(world, (manifest) => `${neighbour}${manifest}---\n# the end\n`)
    const before = world.fileNow(pathOf(name))
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({
      where: { id: session },
      data: {
        reason:
          'Fixes #1 for @security <img src=x onerror=alert(1)>\nCorbel-Proposal: 00000000-0000-4000-8000-000000000000 | [x](javascript:x)',
        ticket: '`INC-1` | @all',
      },
    })
    const change = await changedBucket(world, session, name)
    await end(session)
    expect(await stateOf(session)).toBe('handing-back')
    expect(await sessionsToCheck()).toContainEqual({ id: session })
    expect(await checkResidue(session)).toBe(false)
    expect(await residueOf(change)).toMatchObject({
      file: { repository, path: pathOf(name) },
      differences: [{ path: ['spec', 'storageClass'], live: 'NEARLINE', git: 'STANDARD' }],
      problem: null,
    })
    expect(await sessionsToCheck()).not.toContainEqual({ id: session })

    const preview = await handBackPreview(session, change, world.alice)
    expect(preview).toMatchObject({ refused: null, path: pathOf(name) })
    expect(preview.diff).toContain('-  storageClass: STANDARD # see the ticket\n+  storageClass: NEARLINE # see the ticket')
    const [one, two, three] = await Promise.all([bring(session, change), bring(session, change), bring(session, change)])
    expect([two.proposal, three.proposal]).toEqual([one.proposal, one.proposal])
    expect(await bring(session, change)).toEqual(one)
    const pull = await pullOf(one.proposal)
    expect(pull.body).toContain(`Corbel-Session: ${session}`)
    // what `corbel audit verify --from-checkpoint` takes out of the pull request is a good signature on the chain as it was
    const [signed, ...others] = notesIn(pull.body ?? '')
    expect(others).toEqual([])
    const read = readNote(signed ?? '')
    const checkpoint = readCheckpoint(read?.text ?? '')
    const key = checkpointKey()
    expect(read && key && judgeNote(read, [key.verifier], checkSignature)).toBe('good')
    const signedEntry = await database().auditEntry.findFirstOrThrow({ where: { seq: BigInt(checkpoint?.seq ?? 0) } })
    expect(signedEntry.hash).toBe(checkpoint?.hash)
    expect(pull.body).toContain(`[${session}](http://corbel.test:8080/break-glass/${session})`)
    expect(pull.body).toContain('| spec.storageClass | STANDARD | NEARLINE |')
    // what people typed is text: no markup, no mention, no closing keyword, no trailer
    expect(pull.body).not.toMatch(/[^\\]<img|@security|@all|[^\u200b]#1|[^\\]\]\(javascript|^Corbel-Proposal: 0000/m)
    const octokit = await asApp(repository).octokit()
    const commits = await octokit.rest.pulls.listCommits({ owner: 'acme', repo: 'payments', pull_number: pull.number })
    const message = commits.data[0]?.commit.message ?? ''
    expect(message).toContain(`Corbel-Session: ${session}`)
    expect(message).not.toMatch(/^Corbel-Proposal: 0000|@security|@all/m)

    const base = world.head()
    await world.merge(one.proposal)
    expect(world.fileNow(pathOf(name))).toBe(before.replace('storageClass: STANDARD #', 'storageClass: NEARLINE #'))
    expect((await world.apply(base)).code).toBe(0)
    await observeProposal(one.proposal)
    expect(await checkResidue(session)).toBe(true)
    expect(await stateOf(session)).toBe('review')
    const owner = JSON.stringify((await bucketNow(world, name)).object.metadata)
    expect(owner).toContain('"manager":"corbel"')

    const note = 'I looked at the change and at the ticket.'
    await expect(reviewSession(session, { note }, world.alice, 'test')).rejects.toThrow(Forbidden)
    const alias = { ...world.bob, userId: world.alice.userId }
    await expect(reviewSession(session, { note }, alias, 'test')).rejects.toThrow(Forbidden)
    await reviewSession(session, { note }, world.bob, 'test')
    const closed = await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })
    expect(closed).toMatchObject({ state: 'closed', reviewedBy: world.bob.username, reviewNote: note })
    await expect(reviewSession(session, { note }, world.bob, 'test')).rejects.toThrow(Conflict)
    expect((await entries(session)).slice(-2)).toEqual(['break-glass.reviewed succeeded', 'break-glass.closed succeeded'])
    const [head] = await database().$queryRaw<{ seq: bigint }[]>`SELECT max("seq") AS "seq" FROM corbel_audit.entry`
    const [last] = await database().$queryRaw<{ seq: bigint }[]>`SELECT max("seq") AS "seq" FROM corbel_audit.checkpoint`
    expect(last?.seq).toBe(head?.seq)
  })

  test('is compared once its pull request is ready while its session is still open, and again when that ends', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    const { proposal } = await bring(session, change)
    expect(await checkResidue(session)).toBe(false)
    expect(await sessionsToCheck()).not.toContainEqual({ id: session })
    const base = world.head()
    await world.merge(proposal)
    expect((await world.apply(base)).code).toBe(0)
    await observeProposal(proposal)
    await database().proposal.update({ where: { id: proposal }, data: { state: 'ready' } })
    expect(await sessionsToCheck()).toContainEqual({ id: session })
    expect(await checkResidue(session)).toBe(true)
    expect(await sessionsToCheck()).not.toContainEqual({ id: session })
    expect(await stateOf(session)).toBe('open')
    await end(session)
    expect(await sessionsToCheck()).toContainEqual({ id: session })
    expect(await checkResidue(session)).toBe(true)
    expect(await stateOf(session)).toBe('review')
  })

  test('of which the pull request was closed waits on, is told of once, and can be handed back anew or undone', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    const { proposal } = await bring(session, change)
    await world.close(proposal)
    await end(session)
    await observeProposal(proposal)
    expect(await checkResidue(session)).toBe(false)
    expect(await stateOf(session)).toBe('handing-back')
    await nagOfHandBacks()
    await nagOfHandBacks()
    const notices = await database().breakGlassNotice.findMany({ where: { sessionId: session } })
    expect(notices.map(({ group }) => group).sort()).toEqual([world.project.people, 'security'].sort())
    expect(notices[0]?.message).toContain('was closed without merging')
    const again = await bring(session, change)
    expect(again.proposal).not.toBe(proposal)

    const second = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { state: 'handing-back' } })
    const undo = await undoChange(second, change, { name }, world.alice, 'test')
    // the pull request could still be merged, and bring back what was undone
    const { number } = await pullOf(again.proposal)
    expect(await sessionsToCheck()).toContainEqual({ id: session })
    expect(await checkResidue(session)).toBe(false)
    expect(await stateOf(session)).toBe('handing-back')
    expect(await residueOf(change)).toMatchObject({
      problem: `Its pull request #${number} is still open: close it, because the change was undone.`,
    })
    await end(second)
    expect(await checkResidue(second)).toBe(false)
    expect(await residueOf(undo.id)).toMatchObject({
      problem: `The pull request #${number} of the change that this one undid is still open: close it.`,
    })
    expect(await viewOf(session, change)).toMatchObject({
      state: 'undone',
      remaining: false,
      undoneBy: { change: undo.id, session: second },
      proposal: { id: again.proposal, pullNumber: number },
    })
    await expect(bring(second, undo.id)).rejects.toThrow(/was not applied, or was undone/)
    await database()
      .$executeRaw`UPDATE "break_glass_session" SET "endedAt" = "endedAt" - interval '25 hours' WHERE "id" IN (${session}::uuid, ${second}::uuid)`
    await nagOfHandBacks()
    const told = await database().breakGlassNotice.findMany({
      where: { sessionId: { in: [session, second] }, message: { startsWith: 'A day' } },
    })
    expect(told).toHaveLength(4)
    for (const { message } of told)
      expect(message).toMatch(new RegExp(`is not over yet\\. .*pull request #${number}.* is still open: close it`))

    await world.close(again.proposal)
    await observeProposal(again.proposal)
    for (const over of [session, second]) {
      expect(await checkResidue(over)).toBe(true)
      expect(await stateOf(over)).toBe('review')
    }
    expect(await viewOf(session, change)).toMatchObject({ residue: null })
  })

  test('that is undone after its pull request was merged leaves a difference, and the way back goes by pull request too', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    const { proposal } = await bring(session, change)
    const base = world.head()
    const undo = await undoChange(session, change, { name }, world.alice, 'test')
    await end(session)
    await world.merge(proposal) // too late to be closed
    await observeProposal(proposal)
    expect(await checkResidue(session)).toBe(false)
    const difference = { differences: [{ path: ['spec', 'storageClass'], live: 'STANDARD', git: 'NEARLINE' }], problem: null }
    for (const id of [change, undo.id]) expect(await residueOf(id)).toMatchObject(difference)
    expect([await viewOf(session, change), await viewOf(session, undo.id)]).toMatchObject([{ remaining: false }, { remaining: true }])

    const preview = await handBackPreview(session, undo.id, world.alice)
    expect(preview).toMatchObject({
      refused: null,
      title: `Take the emergency change of StorageBucket ${name} in ${world.project.namespace} back in Git`,
    })
    const back = await bring(session, undo.id)
    expect(back.proposal).not.toBe(proposal)
    await world.merge(back.proposal)
    expect(world.fileNow(pathOf(name))).toContain('storageClass: STANDARD # see the ticket\n')
    expect((await world.apply(base)).code).toBe(0)
    await observeProposal(back.proposal)
    expect(await checkResidue(session)).toBe(true)
    expect(await stateOf(session)).toBe('review')
  })

  test('that was undone and then made again is handed back as the change that made it again', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    const undo = await undoChange(session, change, { name }, world.alice, 'test')
    const again = await undoChange(session, undo.id, { name }, world.alice, 'test')
    const views = await Promise.all([change, undo.id, again.id].map((id) => viewOf(session, id)))
    expect(views.map(({ state, remaining }) => [state, remaining])).toEqual([
      ['undone', false],
      ['undone', false],
      ['applied', true],
    ])
    expect((await handBackPreview(session, again.id, world.alice)).diff).toContain('+  storageClass: NEARLINE # see the ticket')
    await end(session)
    expect(await checkResidue(session)).toBe(false)
  })

  test('comes back to review and leaves it again when Git or the cluster moves', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    await end(session)
    const base = world.head()
    world.commit({ [pathOf(name)]: world.fileNow(pathOf(name)).replace('STANDARD', 'NEARLINE') })
    expect(await checkResidue(session)).toBe(true)
    expect(await stateOf(session)).toBe('review')
    // in Git only, not yet applied, is a difference too
    world.commit({ [pathOf(name)]: world.fileNow(pathOf(name)).replace('NEARLINE', 'COLDLINE') })
    await expect(reviewSession(session, { note: 'I looked at it closely.' }, world.bob, 'test')).rejects.toThrow(/differ again/)
    expect(await stateOf(session)).toBe('handing-back')
    await world.apply(base)
    expect(await checkResidue(session)).toBe(true)
    expect(await residueOf(change)).toMatchObject({ differences: [] })
  })

  test('nags daily when its review is overdue', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    await changedBucket(world, session, name)
    await end(session)
    await database()
      .$executeRaw`UPDATE "break_glass_session" SET "reviewDueAt" = clock_timestamp() - interval '1 hour' WHERE "id" = ${session}::uuid`
    await nagOfHandBacks()
    await nagOfHandBacks()
    const count = () => database().breakGlassNotice.count({ where: { sessionId: session, message: { contains: 'overdue' } } })
    expect(await count()).toBe(2)
    await database()
      .$executeRaw`UPDATE "break_glass_notice" SET "createdAt" = "createdAt" - interval '25 hours' WHERE "sessionId" = ${session}::uuid`
    await nagOfHandBacks()
    expect(await count()).toBe(4)
  })
})

describe('handing back is refused, with the reason', { timeout: 60_000 }, () => {
  test('where another tool renders the file; then the second person states what they have seen there', async () => {
    const name = await bucketFromGit(world)
    const chart = `${world.folder}/chart-${name}`
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    const files = {
      [`${chart}/Chart.yaml`]: 'name: buckets\nversion: 1.0.0\n',
      [`${chart}/templates/bucket.yaml`]: world.fileNow(pathOf(name)),
    }
    world.commit({ [pathOf(name)]: null, ...files })
    const preview = await handBackPreview(session, change, world.alice)
    expect(preview.refused).toMatch(
      /is a template of the Helm chart buckets.*Chart\.yaml.*Change it there first.*Or undo the emergency change/,
    )
    await expect(bring(session, change)).rejects.toThrow(/Helm chart/)
    await end(session)
    expect(await checkResidue(session)).toBe(true)
    expect(await residueOf(change)).toMatchObject({
      problem: null,
      differences: [],
      notCompared: expect.stringMatching(/Helm chart.*cannot compare Git with the cluster.*who signs the review/),
    })
    expect(await stateOf(session)).toBe('review')
    const note = 'I looked at the change and at the ticket.'
    await expect(reviewSession(session, { note }, world.bob, 'test')).rejects.toThrow(/Helm chart.*Say what you have seen/)
    expect(await stateOf(session)).toBe('review')
    const statement = 'values.yaml says NEARLINE since pull request 7.'
    await reviewSession(session, { note, statement }, world.bob, 'test')
    expect(await stateOf(session)).toBe('closed')
    await checkResidue(session) // one that was under way
    expect(await residueOf(change)).toMatchObject({
      notCompared: expect.stringContaining('Helm chart'),
      stated: { by: world.bob.username, text: statement },
    })
    const reviewed = await database().auditEntry.findFirstOrThrow({
      where: { action: 'break-glass.reviewed', target: { path: ['session'], equals: session } },
    })
    expect(reviewed.details).toMatchObject({
      note,
      statement,
      notCompared: [{ change, kind: bucketKind, name, file: `${chart}/templates/bucket.yaml` }],
    })
    world.commit(Object.fromEntries(Object.keys(files).map((path) => [path, null])))
  })

  test('where the file is a template and no YAML: it cannot be compared either', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    world.commit({ [pathOf(name)]: world.fileNow(pathOf(name)).replace('spec:\n', 'spec:\n  labels: {{ .Values.labels }}\n') })
    expect((await handBackPreview(session, change, world.alice)).refused).toMatch(/is a template .*Change it there first/)
    await end(session)
    expect(await checkResidue(session)).toBe(true)
    expect(await residueOf(change)).toMatchObject({ differences: [], problem: null, notCompared: expect.stringContaining('is a template') })
    expect(await stateOf(session)).toBe('review')
    // once it can be compared again it is
    world.commit({ [pathOf(name)]: world.fileNow(pathOf(name)).replace('  labels: {{ .Values.labels }}\n', '') })
    expect(await checkResidue(session)).toBe(false)
    expect(await stateOf(session)).toBe('handing-back')
  })

  test('where the change sets a secret', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name, (text) =>
      text.replace('metadata:\n', 'metadata:\n  labels:\n    password: hunter2\n'),
    )
    const preview = await handBackPreview(session, change, world.alice)
    expect(preview.refused).toMatch(/metadata\.labels\.password is a secret/)
    await expect(bring(session, change)).rejects.toThrow(Invalid)
    await checkResidue(session)
    expect(
      JSON.stringify([preview, await residueOf(change), await database().auditEntry.findMany()], (_, value) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain('hunter2')
  })

  test('where a text that the change sets holds a credential', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name, (text) =>
      text.replace('\nspec:\n', '\nspec:\n  website:\n    mainPageSuffix: https://me:hunter2@host/\n'),
    )
    const preview = await handBackPreview(session, change, world.alice)
    expect(preview.refused).toMatch(/spec\.website\.mainPageSuffix is a secret/)
    expect(JSON.stringify(preview)).not.toContain('hunter2')
    await expect(bring(session, change)).rejects.toThrow(Invalid)
  })

  test('where Git has no file for it, or says so already', async () => {
    const name = await bucketFromGit(world)
    const file = world.fileNow(pathOf(name))
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    world.commit({ [pathOf(name)]: null })
    expect((await handBackPreview(session, change, world.alice)).refused).toMatch(/No file in .* describes StorageBucket .*Undo the change/)
    await expect(bring(session, change)).rejects.toThrow(Invalid)
    world.commit({ [pathOf(name)]: file.replace('STANDARD', 'NEARLINE') })
    expect((await handBackPreview(session, change, world.alice)).refused).toMatch(/says this about .* already/)
  })

  test('where nothing was applied, or it was undone', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await changedBucket(world, session, name)
    await undoChange(session, change, { name }, world.alice, 'test')
    await expect(bring(session, change)).rejects.toThrow(/was not applied, or was undone/)
  })
})

test('several changes of one resource are one pull request; the last stands', { timeout: 60_000 }, async () => {
  const name = await bucketFromGit(world)
  const session = await openSessionOf(world, world.alice)
  await changedBucket(world, session, name)
  const second = await changedBucket(world, session, name, (text) =>
    text.replace('NEARLINE', 'COLDLINE').replace('spec:\n', 'spec:\n  versioning:\n    enabled: true\n'),
  )
  const { proposal } = await bring(session, second)
  await world.merge(proposal)
  expect(world.fileNow(pathOf(name))).toContain('  # cheap enough, we thought\n  storageClass: COLDLINE # see the ticket\n')
  expect(world.fileNow(pathOf(name))).toMatch(/ {2}versioning:\n {4}enabled: true\n/)
})

test('a deleted resource is residue while Git describes it, and its document goes by pull request', { timeout: 60_000 }, async () => {
  const neighbour = otherBucket()
  const name = await bucketFromGit(world, (manifest) => `${neighbour}---\n${manifest}`)
  const session = await openSessionOf(world, world.alice, { tier: 'approval' })
  const { startChange } = await import('./change-editor.ts')
  const { dryRunChange } = await import('./change-dry-run.ts')
  const { applyChange } = await import('./change-apply.ts')
  const { change } = await startChange(session, { kind: bucketKind, name, action: 'delete' }, world.alice)
  const judged = await dryRunChange(session, change.id, world.alice, 'test')
  expect(await applyChange(session, change.id, { name, hash: judged.patchHash ?? '' }, world.alice, 'test')).toMatchObject({
    state: 'applied',
  })
  await end(session)
  expect(await checkResidue(session)).toBe(false)
  expect(await residueOf(change.id)).toMatchObject({ differences: [{ path: [], git: 'exists' }] })
  const { proposal } = await bring(session, change.id)
  await world.merge(proposal)
  expect(world.fileNow(pathOf(name))).toBe(neighbour)
  expect(await checkResidue(session)).toBe(true)
  expect(
    textAt(
      await world.project.admin
        .asPortal()
        .get(bucketRef(world, name))
        .then(
          ({ value }) => value,
          () => ({}),
        ),
      'kind',
    ),
  ).toBeUndefined()
})
