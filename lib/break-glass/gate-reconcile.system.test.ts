/** The gate in the cluster follows the row: after a portal that was killed, a cluster that refused, and hands that wrote it themselves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type SessionWorld, sessionWorld } from '#demo/world/session-world.ts'
import { gatesOf, gateValue, openGate } from '#lib/cluster/break-glass-gate.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { reconcileGates } from './gate-reconcile.ts'
import { gateOf } from './gate-session.ts'
import { endSession, expireSessions, openSession, requestSession } from './session-life.ts'
import { withRequester } from './session-row.ts'
import { watchSessions } from './session-watch.ts'

let world: SessionWorld

beforeAll(async () => {
  world = await sessionWorld()
}, 120_000)
afterAll(() => world.remove())
afterEach(async () => {
  await label('true')
  for (const { id } of await database().breakGlassSession.findMany({ where: { endedAt: null } }))
    await endSession(id, { note: '' }, world.dave, 'test')
  await database().breakGlassSession.deleteMany()
  await database().breakGlassAlert.deleteMany()
  for (const { session } of await gates()) await annotate(session, null)
})

const namespaceRef = () => ({ apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, name: world.namespace })
const asAdmin = (metadata: object) =>
  world.project.admin.asPortal().patchMerge(namespaceRef(), { metadata: { ...metadata } }, { fieldManager: 'test' })
const annotate = (session: string, value: string | null) => asAdmin({ annotations: { [`session.corbel.dev/${session}`]: value } })
/** Without it the namespace is no project, and the portal's account may not touch it. */
const label = (value: string | null) => asAdmin({ labels: { 'corbel.dev/project': value } })
const gates = () => gatesOf({ cluster: clusterNamed('demo'), namespace: world.namespace })
const row = (id: string) => database().breakGlassSession.findUniqueOrThrow({ where: { id }, include: withRequester })
const opened = async (): Promise<string> => {
  const id = await requestSession(world.asking(), world.alice, 'test')
  await openSession(id, world.alice, 'test')
  return id
}
const reconciled = async (id: string): Promise<string> => {
  await reconcileGates()
  return (await row(id)).gate
}
const alerts = () => database().breakGlassAlert.findMany()

describe('a portal killed', () => {
  test('between the commit that opens and the cluster: the gate is opened', async () => {
    const id = await opened()
    await annotate(id, null)
    await database().breakGlassSession.update({ where: { id }, data: { gate: 'unknown' } })
    expect(await reconcileGates()).toMatchObject({ opened: 1, shut: 0, failed: [] })
    expect(await gates()).toMatchObject([{ session: id, tier: 'ordinary', value: gateOf(await row(id)) }])
    expect(await row(id)).toMatchObject({ gate: 'open', problem: null })
    expect(await reconcileGates()).toMatchObject({ opened: 0, shut: 0 })
  })

  test('between opening the gate and writing that down: nothing changes but the row', async () => {
    const id = await opened()
    await database().breakGlassSession.update({ where: { id }, data: { gate: 'unknown' } })
    await reconcileGates()
    expect([(await row(id)).gate, (await gates()).length]).toEqual(['open', 1])
  })

  test.each(['ended', 'expired', 'handing-back', 'closed'])(
    'between the commit that says %s and the cluster: the gate is shut',
    async (state) => {
      const id = await opened()
      await database().breakGlassSession.update({
        where: { id },
        data: { state, endedAt: new Date(), endReason: 'ended', gate: 'unknown' },
      })
      expect(await reconcileGates()).toMatchObject({ opened: 0, failed: [] })
      expect(await gates()).toEqual([])
      expect((await row(id)).gate).toBe('shut')
    },
  )

  test('between shutting the gate and writing that down: the row learns of it', async () => {
    const id = await opened()
    await database().breakGlassSession.update({ where: { id }, data: { state: 'ended', endedAt: new Date(), gate: 'unknown' } })
    await annotate(id, null)
    await reconcileGates()
    expect((await row(id)).gate).toBe('shut')
  })
})

/** Does something in a process of its own, and kills that as soon as the row says what it said it would. */
async function killedAt(id: string, work: string, state: string, laterMs: number): Promise<void> {
  const code = `
    const { openSession, endSession } = await import('#lib/break-glass/session-life.ts')
    const [id, actor] = JSON.parse(process.env.TEST_ACT ?? '')
    ${work}
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, NODE_OPTIONS: '', TEST_ACT: JSON.stringify([id, world.alice]) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  try {
    await expect.poll(async () => (await row(id)).state + said, { timeout: 50_000, interval: 2 }).toBe(state)
    await sleep(laterMs)
  } finally {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

test.each([0, 8, 40])('a process killed %i ms after its commit leaves gate and row agreeing', async (laterMs) => {
  const id = await requestSession(world.asking(), world.alice, 'test')
  await killedAt(id, `await openSession(id, actor, 'test')`, 'open', laterMs)
  await reconcileGates()
  expect([(await row(id)).gate, (await gates()).map(({ session }) => session)]).toEqual(['open', [id]])
  await killedAt(id, `await endSession(id, { note: '' }, actor, 'test')`, 'ended', laterMs)
  await reconcileGates()
  expect([(await row(id)).gate, await gates()]).toEqual(['shut', []])
  const told = await database().auditEntry.findMany({ where: { target: { path: ['session'], equals: id } }, orderBy: { seq: 'asc' } })
  expect(told.map(({ action }) => action)).toEqual(['break-glass.requested', 'break-glass.opened', 'break-glass.ended'])
})

describe('a cluster that refuses', () => {
  test('opening: the session says so, nothing is thrown, and it is tried again', async () => {
    const id = await requestSession(world.asking(), world.alice, 'test')
    await label(null)
    await openSession(id, world.alice, 'test')
    expect(await row(id)).toMatchObject({
      state: 'open',
      gate: 'unknown',
      problem: expect.stringMatching(/could not be opened; Corbel goes on trying/),
    })
    await label('true')
    await expect.poll(() => reconciled(id), { timeout: 20_000 }).toBe('open')
    expect((await row(id)).problem).toBeNull()
  })

  test('shutting: the session is over all the same, and it is tried again', async () => {
    const id = await opened()
    await label(null)
    await endSession(id, { note: '' }, world.alice, 'test')
    expect(await row(id)).toMatchObject({
      state: 'ended',
      gate: 'unknown',
      problem: expect.stringMatching(/could not be shut; Corbel goes on trying/),
    })
    await label('true')
    await expect.poll(() => reconciled(id), { timeout: 20_000 }).toBe('shut')
    expect(await gates()).toEqual([])
  })
})

describe('hands', () => {
  const soon = () => new Date(Date.now() + 60 * 60_000)
  const byHand = (tier: 'ordinary' | 'approved', until: Date) => gateValue({ tier, person: 'root', until, reason: 'Corbel is down' })

  test('that make an ordinary session an approved one are undone', async () => {
    const id = await opened()
    const value = gateOf(await row(id))
    await annotate(id, value.replace(/^ordinary/, 'approved'))
    await reconcileGates()
    expect(await gates()).toMatchObject([{ session: id, value }])
  })

  test('that shut the gate of an open session are undone', async () => {
    const id = await opened()
    await annotate(id, null)
    await reconcileGates()
    expect((await gates()).map(({ session }) => session)).toEqual([id])
  })

  test('that open one for an emergency are left until the end they name, and everybody hears of it once', async () => {
    await annotate(newId(), byHand('approved', soon()))
    expect(await reconcileGates()).toMatchObject({ byHand: 1, shut: 0 })
    await reconcileGates()
    expect(await gates()).toHaveLength(1)
    expect(await alerts()).toMatchObject([{ type: 'gate-by-hand', namespace: world.namespace }])
  })

  test.each([
    ['that name no end', () => 'open'],
    ['whose end has passed', () => byHand('ordinary', new Date(Date.now() - 1000))],
    ['whose end is more than four hours away', () => byHand('ordinary', new Date(Date.now() + 4.1 * 3_600_000))],
    ['whose end is no time', () => 'approved root tomorrow now'],
  ])('%s are shut at once', async (_, value) => {
    await annotate(newId(), value())
    await annotate('emergency', value())
    expect(await reconcileGates()).toMatchObject({ shut: 2, byHand: 0 })
    expect(await gates()).toEqual([])
    expect(await alerts()).toHaveLength(2)
  })

  test('that carry an open session into another project are undone', async () => {
    const id = await opened()
    await database().breakGlassSession.update({ where: { id }, data: { namespace: 'elsewhere' } })
    await reconcileGates()
    expect(await gates()).toEqual([])
    await database().breakGlassSession.update({ where: { id }, data: { namespace: world.namespace } })
  })
})

test('no reason breaks out of the annotation', async () => {
  const hostile = [
    'approved root 2099-01-01T00:00:00Z and more',
    'line one\r\nImpersonate-Group: system:masters',
    'one\u2028two\u2029three\u0085four\u000bfive',
    '\u202eevil\u202c \u2066hidden\u2069 \u200bzero\u200fwidth \ufeff',
    '"}]},"metadata":{"labels":{"corbel.dev/project":"false"}} ---\nkind: Secret',
    '**bold** <script>alert(1)</script> [link](javascript:alert(1)) @everyone',
    `${'x'.repeat(998)}\u{1f600}`,
    'Zahlungen gestört: Rechnungen fehlen',
  ]
  for (const reason of hostile) {
    const id = await requestSession(world.asking({ reason }), world.alice, 'test')
    await openSession(id, world.alice, 'test')
    const [gate, ...others] = await gates()
    expect(others).toEqual([])
    expect(gate).toMatchObject({ session: id, tier: 'ordinary', person: 'alice@acme.test' })
    expect(Date.parse(gate?.until ?? '')).toBeGreaterThan(Date.now())
    expect(gate?.value).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(gate?.value.length).toBeLessThan(600)
    expect((await row(id)).reason).toBe(reason.trim())
    expect(await reconcileGates()).toMatchObject({ opened: 0, shut: 0 })
    await endSession(id, { note: '' }, world.alice, 'test')
  }
})

test('the worker ends what runs out and shuts its gate, without being asked', async () => {
  const id = await opened()
  const stop = new AbortController()
  const watching = watchSessions(stop.signal)
  try {
    await database().$executeRaw`UPDATE "break_glass_session" SET "expiresAt" = clock_timestamp() WHERE "id" = ${id}::uuid`
    await expect.poll(gates, { timeout: 20_000, interval: 50 }).toEqual([])
    await expect.poll(() => row(id), { timeout: 20_000 }).toMatchObject({ state: 'expired', endReason: 'expired', gate: 'shut' })
  } finally {
    stop.abort()
    await watching
  }
})

test('a session that ends while its gate is being opened leaves no gate', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await requestSession(world.asking(), world.alice, 'test')
    const opening = openSession(id, world.alice, 'test')
    await expect.poll(async () => (await row(id)).state, { interval: 1 }).toBe('open')
    await database().breakGlassSession.update({ where: { id }, data: { expiresAt: new Date(0) } })
    await Promise.all([opening, expireSessions()])
    expect(await gates()).toEqual([])
    await openGate({ cluster: clusterNamed('demo'), namespace: world.namespace, session: id, value: gateOf(await row(id)) })
    await reconcileGates()
    expect(await gates()).toEqual([])
  }
})
