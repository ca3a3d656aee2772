/** Every transition of a session, from every state; two at once; and that the cluster refuses what is over. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bucketKind, policyKind, type SessionWorld, sessionWorld } from '#demo/world/session-world.ts'
import { findBreak } from '#lib/audit/append-audit.ts'
import { sessionAnnotation } from '#lib/cluster/break-glass-calls.ts'
import { gatesOf } from '#lib/cluster/break-glass-gate.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { SessionState, type Tier } from './contract.ts'
import {
  approveSession,
  backToHandingBack,
  beginApplying,
  closeSession,
  endApplying,
  endSession,
  expireSessions,
  openSession,
  refuseSession,
  requestSession,
  requireOpen,
  toReview,
  touchSession,
} from './session-life.ts'
import { releaseSessions } from './session-watch.ts'

let world: SessionWorld
let alice: Actor
let dave: Actor

beforeAll(async () => {
  world = await sessionWorld()
  alice = world.alice
  dave = world.dave
}, 120_000)
afterAll(() => world.remove())
afterEach(async () => {
  for (const { id } of await database().breakGlassSession.findMany({ where: { endedAt: null, openedAt: { not: null } } }))
    await endSession(id, { note: '' }, dave, 'test').catch(() => {})
  await database().breakGlassSession.deleteMany()
})

const gates = async () => gatesOf({ cluster: clusterNamed('demo'), namespace: world.namespace })
const row = (id: string) => database().breakGlassSession.findUniqueOrThrow({ where: { id } })

/** A session of alice as it stands in the database in a state, without the way there. */
async function sessionIn(state: SessionState, { tier = 'ordinary', changed = false }: { tier?: Tier; changed?: boolean } = {}) {
  const id = newId()
  const opened = !['requested', 'approved', 'refused'].includes(state)
  const over = ['handing-back', 'review', 'closed', 'expired', 'ended', 'refused'].includes(state)
  const later = new Date(Date.now() + 3_600_000)
  await database().breakGlassSession.create({
    data: {
      id,
      cluster: 'demo',
      namespace: world.namespace,
      kind: bucketKind,
      name: 'invoices',
      tier,
      state,
      requestedById: alice.userId,
      reason: 'Invoices are not written',
      minutes: 60,
      expiresAt: later,
      decidedBy: tier === 'approval' && state !== 'requested' ? 'dave@acme.test' : null,
      ...(opened ? { openedAt: new Date(), idleAt: later } : {}),
      ...(over ? { endedAt: new Date(), endedBy: 'x', endReason: 'ended' } : {}),
    },
  })
  if (changed) await changeOf(id, 'applied')
  return id
}

async function changeOf(sessionId: string, state: string, more: object = {}): Promise<string> {
  const id = newId()
  await database().breakGlassChange.create({
    data: { id, sessionId, kind: bucketKind, name: 'invoices', action: 'edit', state, sealed: 'x', ...more },
  })
  return id
}

const timePasses = (id: string, which: 'expiresAt' | 'idleAt' = 'expiresAt') =>
  database().breakGlassSession.update({ where: { id }, data: { [which]: new Date(Date.now() - 1000) } })

const inTransaction = <T>(work: (transaction: Parameters<typeof toReview>[0]) => Promise<T>) => database().$transaction(work)

/** Each transition: what does it, and from which state of which tier it leads where. */
const transitions: [string, Tier, (id: string) => Promise<unknown>, Partial<Record<SessionState, SessionState>>][] = [
  ['approve', 'approval', (id) => approveSession(id, { note: 'Go' }, dave, 'test'), { requested: 'approved' }],
  ['approve', 'ordinary', (id) => approveSession(id, { note: 'Go' }, dave, 'test'), {}],
  ['refuse', 'approval', (id) => refuseSession(id, { note: 'No' }, dave, 'test'), { requested: 'refused' }],
  ['open', 'ordinary', (id) => openSession(id, alice, 'test'), { requested: 'open' }],
  ['open', 'approval', (id) => openSession(id, alice, 'test'), { approved: 'open' }],
  [
    'end',
    'ordinary',
    (id) => endSession(id, { note: '' }, alice, 'test'),
    { requested: 'ended', approved: 'ended', open: 'ended', applying: 'applying' },
  ],
  [
    'run out',
    'ordinary',
    async (id) => {
      await timePasses(id)
      if ((await expireSessions()).length === 0) throw new Conflict('nothing has run out')
    },
    { requested: 'expired', approved: 'expired', open: 'expired', applying: 'applying' },
  ],
  ['begin applying', 'ordinary', (id) => inTransaction((transaction) => beginApplying(transaction, id, alice)), { open: 'applying' }],
  ['be signed', 'ordinary', (id) => inTransaction((transaction) => closeSession(transaction, id, dave, 'All fine')), { review: 'closed' }],
  ['be used', 'ordinary', (id) => requireOpen(id, alice), { open: 'open' }],
]

describe('from every state', () => {
  const cases = transitions.flatMap(([what, tier, act, allowed]) =>
    SessionState.options.map((state) => ({ what, tier, act, state, to: allowed[state] })),
  )
  test.each(cases)('$state, $tier: $what → $to', async ({ tier, act, state, to }) => {
    const id = await sessionIn(state, { tier })
    const before = await row(id)
    const entries = await database().auditEntry.count()
    if (to === undefined) {
      const error = await act(id).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(CorbelError)
      expect(String(error)).toMatch(/\.$|out$/)
      expect((await row(id)).state).toBe(state)
      expect(await database().auditEntry.count()).toBe(entries)
    } else {
      await act(id)
      expect((await row(id)).state).toBe(to)
      if (state === 'applying') expect([before.endedAt, (await row(id)).endedAt]).toEqual([null, expect.any(Date)])
    }
  })

  test.each(SessionState.options)('%s: the outcome of a change, the check for residue', async (state) => {
    const id = await sessionIn(state)
    await inTransaction((transaction) => endApplying(transaction, id))
    expect((await row(id)).state).toBe(state === 'applying' ? 'open' : state)
    await database().breakGlassSession.update({ where: { id }, data: { state } })
    expect(await inTransaction((transaction) => toReview(transaction, id))).toBe(state === 'handing-back')
    await database().breakGlassSession.update({ where: { id }, data: { state } })
    expect(await inTransaction((transaction) => backToHandingBack(transaction, id))).toBe(state === 'review')
  })
})

describe('what was changed must come back to Git', () => {
  test.each([
    ['applied', 'handing-back'],
    ['unknown', 'handing-back'],
    ['failed', 'ended'],
    ['undone', 'ended'],
    ['judged', 'ended'],
  ])('a session with a change that is %s becomes %s', async (state, to) => {
    const id = await sessionIn('open')
    const change = await changeOf(id, state)
    if (state === 'undone') await changeOf(id, 'applied', { undoOf: change })
    await endSession(id, { note: '' }, alice, 'test')
    const after = await row(id)
    expect([after.state, after.reviewDueAt !== null]).toEqual([to, to === 'handing-back'])
  })

  test.each([
    ['submitted', 'handing-back'],
    ['stuck', 'handing-back'],
    ['open', 'handing-back'],
    ['closed', 'ended'],
    ['failed', 'handing-back'],
    ['ready', 'handing-back'],
  ])('a change that was undone and whose proposal is %s makes it %s, also where another session undid it', async (state, to) => {
    const proposalId = newId()
    const text = { repository: 'acme/payments', baseBranch: 'main', branch: proposalId, title: 'Back', message: '' }
    await database().proposal.create({ data: { id: proposalId, state, ...text, files: [], requestedById: alice.userId } })
    const [first, second] = [await sessionIn('handing-back'), await sessionIn('open')]
    const change = await changeOf(first, 'undone', { proposalId })
    await changeOf(second, 'applied', { undoOf: change })
    await endSession(second, { note: '' }, alice, 'test')
    expect((await row(second)).state).toBe(to)
    const third = await sessionIn('open')
    const own = await changeOf(third, 'undone', { proposalId })
    await changeOf(third, 'applied', { undoOf: own })
    await endSession(third, { note: '' }, alice, 'test')
    expect((await row(third)).state).toBe(to)
  })

  test('an undo that was undone itself has left something', async () => {
    const id = await sessionIn('open')
    const change = await changeOf(id, 'undone')
    const undo = await changeOf(id, 'undone', { undoOf: change })
    await changeOf(id, 'applied', { undoOf: undo })
    await endSession(id, { note: '' }, alice, 'test')
    expect((await row(id)).state).toBe('handing-back')
  })

  test('nobody signs while an outcome is not known', async () => {
    const id = await sessionIn('handing-back')
    await changeOf(id, 'unknown')
    expect(await inTransaction((transaction) => toReview(transaction, id))).toBe(false)
  })

  test.each([
    ['applied', 'handing-back'],
    ['failed', 'expired'],
  ])('time that runs out while a change is sent waits for its outcome: %s leads to %s', async (outcome, to) => {
    const id = await sessionIn('applying')
    const change = await changeOf(id, 'applying')
    await timePasses(id)
    expect(await expireSessions()).toHaveLength(1)
    expect(await expireSessions()).toHaveLength(0)
    expect(await row(id)).toMatchObject({ state: 'applying', endReason: 'expired' })
    await inTransaction(async (transaction) => {
      await transaction.breakGlassChange.update({ where: { id: change }, data: { state: outcome } })
      await endApplying(transaction, id)
    })
    expect((await row(id)).state).toBe(to)
  })

  test('a session whose process died after its change was settled is let go', async () => {
    const id = await sessionIn('applying')
    await database().$executeRaw`UPDATE "break_glass_session" SET "updatedAt" = now() - interval '1 minute' WHERE "id" = ${id}::uuid`
    const change = await changeOf(id, 'applying')
    expect(await releaseSessions()).toBe(0)
    // nobody knows yet: it is waited for
    await database().breakGlassChange.update({ where: { id: change }, data: { state: 'unknown' } })
    expect(await releaseSessions()).toBe(0)
    expect((await row(id)).state).toBe('applying')
    await database().breakGlassChange.update({ where: { id: change }, data: { state: 'failed' } })
    expect(await releaseSessions()).toBe(1)
    expect((await row(id)).state).toBe('open')
  })
})

describe('time, by the database’s clock', () => {
  test('a session that ran out is over for whoever uses it, before the worker has looked', async () => {
    for (const which of ['expiresAt', 'idleAt'] as const) {
      const id = await sessionIn('open')
      await timePasses(id, which)
      await expect(requireOpen(id, alice)).rejects.toThrow(/time has just run out/)
      await expect(inTransaction((transaction) => beginApplying(transaction, id, alice))).rejects.toThrow(Conflict)
      await touchSession(id)
      await expect(requireOpen(id, alice)).rejects.toThrow(Conflict)
      const [ended] = await expireSessions()
      expect(ended).toMatchObject({ id, state: 'expired', endReason: which === 'idleAt' ? 'idle' : 'expired' })
    }
  })

  test('working in it moves the idle time on, and never past the end', async () => {
    const id = await sessionIn('open')
    const soon = new Date(Date.now() + 60_000)
    await database().breakGlassSession.update({ where: { id }, data: { idleAt: soon } })
    await touchSession(id)
    expect((await row(id)).idleAt?.getTime()).toBeGreaterThan(soon.getTime() + 60_000)
    const end = new Date(Date.now() + 120_000)
    await database().breakGlassSession.update({ where: { id }, data: { expiresAt: end, idleAt: soon } })
    await touchSession(id)
    expect((await row(id)).idleAt).toEqual(end)
  })

  test('a request or an approval whose time has passed opens nothing, and nobody agrees to it', async () => {
    const asked = await sessionIn('requested', { tier: 'approval' })
    await timePasses(asked)
    await expect(approveSession(asked, { note: '' }, dave, 'test')).rejects.toThrow(Conflict)
    await database().breakGlassSession.delete({ where: { id: asked } })
    const approved = await sessionIn('approved', { tier: 'approval' })
    await timePasses(approved)
    await expect(openSession(approved, alice, 'test')).rejects.toThrow(/after four hours/)
    expect(await gates()).toEqual([])
  })

  test('an expiry that comes late overwrites no ending', async () => {
    const id = await sessionIn('open')
    await timePasses(id)
    const [, expired] = await Promise.all([endSession(id, { note: '' }, alice, 'test').catch(() => {}), expireSessions()])
    const after = await row(id)
    expect(after.endReason).toBe(expired.length === 1 ? 'expired' : 'ended')
    expect(await database().auditEntry.count({ where: { target: { path: ['session'], equals: id } } })).toBe(1)
  })
})

describe('of many at once one wins', () => {
  const settled = async (acts: Promise<unknown>[]) => {
    const results = await Promise.allSettled(acts)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(CorbelError)
    return results.filter(({ status }) => status === 'fulfilled').length
  }
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

  test('20 requests: one session, and the others are led to it', async () => {
    const results = await Promise.allSettled(times(20, () => requestSession(world.asking(), alice, 'test')))
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(made).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409, details: { session: made[0] } })
    expect(await database().breakGlassSession.count()).toBe(1)
  })

  test('20 approvals, 20 openings, 20 endings', async () => {
    const id = await requestSession(world.asking({ kind: policyKind }), alice, 'test')
    expect(await settled(times(20, () => approveSession(id, { note: '' }, dave, 'test')))).toBe(1)
    expect(await settled(times(20, () => openSession(id, alice, 'test')))).toBe(1)
    expect((await gates()).map(({ session, tier }) => [session, tier])).toEqual([[id, 'approved']])
    expect(await settled(times(20, () => endSession(id, { note: '' }, alice, 'test')))).toBe(1)
    expect(await gates()).toEqual([])
    const told = await database().auditEntry.findMany({ where: { target: { path: ['session'], equals: id } }, orderBy: { seq: 'asc' } })
    expect(told.map(({ action }) => action)).toEqual([
      'break-glass.requested',
      'break-glass.approved',
      'break-glass.opened',
      'break-glass.ended',
    ])
    expect(findBreak(await database().auditEntry.findMany({ orderBy: { seq: 'asc' } }))).toBeUndefined()
  })

  test('approving and refusing; opening and ending: the gate is as the row says', async () => {
    for (let round = 0; round < 5; round++) {
      const asked = await sessionIn('requested', { tier: 'approval' })
      expect(await settled([approveSession(asked, { note: '' }, dave, 'test'), refuseSession(asked, { note: '' }, dave, 'test')])).toBe(1)
      await database().breakGlassSession.delete({ where: { id: asked } })
      const id = await sessionIn('requested')
      await settled([openSession(id, alice, 'test'), endSession(id, { note: '' }, dave, 'test')])
      const after = await row(id)
      expect((await gates()).map(({ session }) => session)).toEqual(after.endedAt === null ? [id] : [])
      if (after.endedAt === null) await endSession(id, { note: '' }, alice, 'test')
    }
  })
})

test('ending cuts: the API server refuses the next dry run as the break-glass account, within a second', async () => {
  const { project, namespace } = world
  const name = `b-${randomUUID()}`
  const ref = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket', namespace, name }
  const metadata = { name, namespace, annotations: { 'cnrm.cloud.google.com/state-into-spec': 'absent' } }
  await project.admin.asPortal().create({ apiVersion: ref.apiVersion, kind: ref.kind, metadata, spec: { location: 'EU' } })
  const id = await requestSession(world.asking(), alice, 'test')
  await openSession(id, alice, 'test')
  const calls = project.portal.asBreakGlass({ token: project.alice, namespace, session: id, requestId: 'test' })
  const bytes = JSON.stringify([
    { op: 'add', path: `/metadata/annotations/${sessionAnnotation.replace('/', '~1')}`, value: id },
    { op: 'add', path: '/spec/storageClass', value: 'NEARLINE' },
  ])
  const attempt = () => calls.patch(ref, bytes, { dryRun: true, auditId: randomUUID() })
  await expect.poll(() => attempt().then(() => 'taken', String), { timeout: 1000, interval: 20 }).toBe('taken')
  const began = performance.now()
  await endSession(id, { note: 'Done' }, world.bob, 'test')
  let refused: unknown
  while (refused === undefined && performance.now() - began < 1000) {
    refused = await attempt().then(
      () => undefined,
      (error: unknown) => error,
    )
    await sleep(5)
  }
  expect(refused).toBeInstanceOf(Forbidden)
  expect(String(refused)).toMatch(/is not open/)
  expect(await row(id)).toMatchObject({ state: 'ended', gate: 'shut', endedBy: 'bob@acme.test', problem: null })
})
