/** Changes when something dies: the portal at each of its steps, the connection after sending, the database around the intent. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#demo/control-plane/start.ts'
import {
  bucket,
  bucketKind,
  bucketNow,
  bucketRef,
  type ChangeWorld,
  changeWorld,
  entriesOf,
  openSessionOf,
  untilGone,
} from '#demo/world/change-world.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { delayMs, type UnreliableWire, unreliableWire } from '#demo/world/unreliable-wire.ts'
import { breakGlassUser } from '#lib/cluster/break-glass-calls.ts'
import { readOn } from '#lib/cluster-audit/follow-logs.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { NotFound, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { textAt } from '#lib/json.ts'
import { applyChange } from './change-apply.ts'
import { dryRunChange } from './change-dry-run.ts'
import { saveChange, startChange } from './change-editor.ts'
import type { ApplyStep } from './change-ending.ts'
import { settleChanges } from './change-settle.ts'
import { undoChange } from './change-undo.ts'
import type { SessionChange } from './contract.ts'

let world: ChangeWorld
let wire: UnreliableWire
/** In turns: one person has thirty dry runs a minute. */
let actor: Actor
beforeAll(async () => {
  wire = await unreliableWire(testKubeconfig())
  world = await changeWorld({ kubeconfig: wire.kubeconfig })
}, 120_000)
afterAll(async () => {
  await world.stop()
  await wire.close()
})

/** An open session with a judged change of a new bucket. */
async function judged(action: 'edit' | 'delete' = 'edit'): Promise<{ session: string; name: string; dry: SessionChange }> {
  const session = await openSessionOf(world, actor, { tier: action === 'delete' ? 'approval' : 'ordinary' })
  const name = await bucket(world)
  const { change, text, ...rest } = await startChange(session, { kind: bucketKind, name, action }, actor)
  expect(rest.stale).toBeNull()
  if (action === 'edit')
    await saveChange(session, change.id, { text: text.replace('STANDARD', 'NEARLINE'), revision: change.revision }, actor)
  return { session, name, dry: await dryRunChange(session, change.id, actor, 'test') }
}

const sending = (session: string, { id, name, patchHash }: SessionChange, afterStep?: (step: ApplyStep) => void | Promise<void>) =>
  applyChange(session, id, { name, hash: patchHash ?? '' }, actor, 'test', afterStep ? { afterStep } : {})

/** Everything that must agree once all is settled: row, session, chain, cluster. */
async function truth(session: string, change: string, name: string) {
  const row = await database().breakGlassChange.findUniqueOrThrow({ where: { id: change } })
  const { state } = await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })
  const entries = (await entriesOf(change)).filter(({ action }) => action !== 'break-glass.dry-run')
  const intents = entries.filter(({ outcome }) => outcome === 'intent')
  const outcomes = entries.filter(({ outcome }) => outcome !== 'intent')
  expect(outcomes.map(({ intent }) => intent)).toEqual(intents.map(({ id }) => id))
  const now = await bucketNow(world, name).catch((error: unknown) => (error instanceof NotFound ? undefined : Promise.reject(error)))
  const gone = !now || textAt(now.object, 'metadata', 'deletionTimestamp') !== undefined
  return { change: row.state, session: state, told: outcomes.map(({ outcome }) => outcome), storageClass: now?.spec.storageClass, gone }
}

/** Calls a function in a process of its own that kills itself with -9 after a step. */
async function dieAfter(step: string, module: string, call: string): Promise<void> {
  const program = `
    import { ${module === 'change-undo' ? 'undoChange' : 'applyChange'} } from '#lib/break-glass/${module}.ts'
    const actor = ${JSON.stringify(actor)}
    const options = { afterStep: (done) => done === '${step}' && process.kill(process.pid, 'SIGKILL') }
    await ${call}
    process.exit(3)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: process.env,
    stdio: 'inherit',
  })
  const ended = await new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  expect(ended).toBe('SIGKILL')
}

const quoted = (value: unknown): string => JSON.stringify(value)

beforeEach(() => {
  actor = actor === world.alice ? world.bob : world.alice
})

describe('the portal killed', () => {
  const nothing = { change: 'judged', session: 'open', told: [], storageClass: 'STANDARD' }
  const notDone = { change: 'failed', session: 'open', told: ['failed'], storageClass: 'STANDARD' }
  const done = { change: 'applied', session: 'open', told: ['succeeded'], storageClass: 'NEARLINE' }
  test.each([
    ['session asked', nothing],
    ['change opened', nothing],
    ['token there', nothing],
    ['session applying', nothing],
    ['change applying', nothing],
    ['intent told', nothing],
    ['intent committed', notDone],
    ['answered', done],
    ['outcome: change', done],
    ['outcome: session', done],
    ['outcome told', done],
    ['outcome committed', done],
  ] satisfies [ApplyStep, object][])('applying, after "%s"', async (step, expected) => {
    const { session, name, dry } = await judged()
    await dieAfter(
      step,
      'change-apply',
      `applyChange(${quoted(session)}, ${quoted(dry.id)}, ${quoted({ name, hash: dry.patchHash })}, actor, 'test', options)`,
    )
    await settleChanges({ after: 0 })
    expect(await truth(session, dry.id, name)).toMatchObject(expected)
    await settleChanges({ after: 0 })
    expect(await truth(session, dry.id, name)).toMatchObject(expected)
  })

  test.each([
    ['intent committed', { change: 'failed', told: ['failed'], gone: false }],
    ['marked', { change: 'failed', told: ['failed'], gone: false }],
    ['answered', { change: 'applied', told: ['succeeded'], gone: true }],
    ['outcome told', { change: 'applied', told: ['succeeded'], gone: true }],
  ] satisfies [ApplyStep, object][])('deleting, after "%s"', async (step, expected) => {
    const { session, name, dry } = await judged('delete')
    await dieAfter(
      step,
      'change-apply',
      `applyChange(${quoted(session)}, ${quoted(dry.id)}, ${quoted({ name, hash: dry.patchHash })}, actor, 'test', options)`,
    )
    await settleChanges({ after: 0 })
    expect(await truth(session, dry.id, name)).toMatchObject({ ...expected, session: 'open' })
    if (expected.gone) await untilGone(world, name)
  })

  test.each([
    ['undo made', { original: 'applied', undo: 'editing', storageClass: 'NEARLINE' }],
    ['undo judged', { original: 'applied', undo: 'judged', storageClass: 'NEARLINE' }],
    ['intent committed', { original: 'applied', undo: 'failed', storageClass: 'NEARLINE' }],
    ['answered', { original: 'undone', undo: 'applied', storageClass: 'STANDARD' }],
  ] satisfies [ApplyStep, object][])('undoing, after "%s", and undone at the next try', async (step, expected) => {
    const { session, name, dry } = await judged()
    await sending(session, dry)
    await dieAfter(step, 'change-undo', `undoChange(${quoted(session)}, ${quoted(dry.id)}, ${quoted({ name })}, actor, 'test', options)`)
    await settleChanges({ after: 0 })
    const undo = await database().breakGlassChange.findFirstOrThrow({ where: { undoOf: dry.id } })
    const original = await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })
    const { storageClass, session: state } = await truth(session, undo.id, name)
    expect({ original: original.state, undo: undo.state, storageClass }).toEqual(expected)
    expect(state).toBe('open')
    if (original.state === 'applied') {
      expect(await undoChange(session, dry.id, { name }, actor, 'test')).toMatchObject({ id: undo.id, state: 'applied' })
      expect((await bucketNow(world, name)).spec).toMatchObject({ storageClass: 'STANDARD' })
    }
  })
})

const breaking = (fault: 'cut' | 'swallow' | 'delay') => (step: ApplyStep) => {
  if (step === 'intent committed') wire.next(fault)
}

describe('the connection broken', () => {
  test('after the API server did it: read again, told as done, sent once', async () => {
    const { session, name, dry } = await judged()
    expect(await sending(session, dry, breaking('swallow'))).toMatchObject({ state: 'applied' })
    expect(await truth(session, dry.id, name)).toMatchObject({
      change: 'applied',
      session: 'open',
      told: ['succeeded'],
      storageClass: 'NEARLINE',
    })
    expect((await bucketNow(world, name)).generation).toBe(2)
    const { generationAfter } = await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })
    expect(generationAfter).toBe(2n)
    expect(await undoChange(session, dry.id, { name }, actor, 'test')).toMatchObject({ state: 'applied' })
  })

  test('before the API server had it: unknown, never sent again, and not done after the time in which it could arrive', async () => {
    const { session, name, dry } = await judged()
    expect(await sending(session, dry, breaking('cut'))).toMatchObject({ state: 'unknown' })
    expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('applying')
    await expect(sending(session, dry)).rejects.toThrow(/being applied/)
    await settleChanges()
    expect((await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })).state).toBe('unknown')
    await settleChanges({ after: 0 })
    expect(await truth(session, dry.id, name)).toMatchObject({
      change: 'failed',
      session: 'open',
      told: ['failed'],
      storageClass: 'STANDARD',
    })
    const again = await dryRunChange(session, dry.id, actor, 'test')
    expect(await sending(session, again)).toMatchObject({ state: 'applied' })
  })

  test('and the request arrives later: told as done', async () => {
    const { session, name, dry } = await judged()
    expect(await sending(session, dry, breaking('delay'))).toMatchObject({ state: 'unknown' })
    await settleChanges()
    for (let tries = 0; tries < 50 && (await bucketNow(world, name)).generation === 1; tries++) await sleep(delayMs / 10)
    await settleChanges()
    expect(await truth(session, dry.id, name)).toMatchObject({
      change: 'applied',
      session: 'open',
      told: ['succeeded'],
      storageClass: 'NEARLINE',
    })
  })

  test('when others changed the same since, it counts as made and the chain says that nobody knows', async () => {
    const { session, name, dry } = await judged()
    expect(await sending(session, dry, breaking('cut'))).toMatchObject({ state: 'unknown' })
    await world.project.admin.asPortal().patchMerge(bucketRef(world, name), { spec: { storageClass: 'ARCHIVE' } })
    await settleChanges({ after: 0 })
    expect(await truth(session, dry.id, name)).toMatchObject({ change: 'applied', session: 'open', told: ['unknown'] })
  })
})

describe('the answer lost, and the cluster’s own audit log', () => {
  test('tells that the write was refused, also where the object says nothing: it was not made', async () => {
    const { username } = await world.project.portal.asPortal().whoAmI()
    const identity = { cluster: 'demo', portal: username, prefix: config().clusterAudit.userPrefix }
    const file = auditLog(dirname(testKubeconfig()))
    await readOn(identity, file)
    const { session, name, dry } = await judged()
    const sent = sending(session, dry, async (step) => {
      if (step !== 'intent committed') return
      // its `test` of the old value fails
      await world.project.admin.asPortal().patchMerge(bucketRef(world, name), { spec: { storageClass: 'ARCHIVE' } })
      wire.next('swallow')
    })
    expect(await sent).toMatchObject({ state: 'unknown' })
    const { auditId } = await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })
    await expect
      .poll(
        async () => {
          await readOn(identity, file)
          return database().clusterAuditEvent.count({ where: { auditId: auditId ?? '' } })
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(1)
    await settleChanges()
    expect(await truth(session, dry.id, name)).toMatchObject({
      change: 'failed',
      session: 'open',
      told: ['failed'],
      storageClass: 'ARCHIVE',
    })
    const [, outcome] = (await entriesOf(dry.id)).filter(({ action }) => action === 'break-glass.apply')
    expect(outcome?.details).toMatchObject({ foundBy: 'cluster audit log', message: expect.stringMatching(/refused it \(4\d\d\)/) })
  })

  test('is believed about a refusal by its person, account and object alone, and never from 500 on', async () => {
    const { session, name, dry } = await judged()
    expect(await sending(session, dry, breaking('cut'))).toMatchObject({ state: 'unknown' })
    const { auditId } = await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })
    const refusal = {
      cluster: 'demo',
      auditId: auditId ?? '',
      at: new Date(),
      username: config().clusterAudit.userPrefix + actor.username,
      impersonated: breakGlassUser(world.project.namespace),
      verb: 'patch',
      namespace: world.project.namespace,
      kind: bucketKind,
      name,
      dryRun: false,
      code: 403,
      session,
      verdict: 'refused',
    }
    const stateAfter = async (...events: (typeof refusal)[]) => {
      await database().clusterAuditEvent.deleteMany({ where: { auditId: refusal.auditId } })
      await database().clusterAuditEvent.createMany({ data: events })
      await settleChanges()
      return (await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })).state
    }
    for (const other of [
      { code: 500 },
      { code: 504 },
      { username: 'mallory' },
      { impersonated: breakGlassUser('elsewhere') },
      { namespace: 'elsewhere' },
      { kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com' },
      { name: 'another' },
      { dryRun: true },
    ])
      expect(await stateAfter({ ...refusal, ...other }), JSON.stringify(other)).toBe('unknown')
    const later = { ...refusal, at: new Date(refusal.at.getTime() + 1000), code: 200, verdict: 'waiting' }
    expect(await stateAfter(refusal, later)).toBe('unknown')
    expect(await stateAfter(refusal)).toBe('failed')
  })
})

describe('the database gone', () => {
  /** Ends every connection to the test's database, and takes no new ones until `back`. */
  async function away(): Promise<{ back: () => Promise<void> }> {
    const name = new URL(world.fresh.url).pathname.slice(1)
    const run = async (...statements: string[]): Promise<void> => {
      const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
      await client.connect()
      for (const statement of statements) await client.query(statement)
      await client.end()
    }
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
    await run(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`, end)
    return { back: () => run(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`) }
  }
  const during = (wanted: ApplyStep) => {
    let back: (() => Promise<void>) | undefined
    const afterStep = async (step: ApplyStep): Promise<void> => {
      if (step === wanted && !back) back = (await away()).back
    }
    return { afterStep, back: () => back?.() }
  }

  test('before the intent is committed: nothing is sent, nothing is lost', async () => {
    const { session, name, dry } = await judged()
    const { afterStep, back } = during('intent told')
    await expect(sending(session, dry, afterStep)).rejects.toThrow(Unavailable)
    await back()
    expect(await truth(session, dry.id, name)).toMatchObject({ change: 'judged', session: 'open', told: [], storageClass: 'STANDARD' })
    expect(await sending(session, dry)).toMatchObject({ state: 'applied' })
  })

  test('after the call: the intent stands open for all to see, until the worker finds out', async () => {
    const { session, name, dry } = await judged()
    const { afterStep, back } = during('answered')
    await expect(sending(session, dry, afterStep)).rejects.toThrow()
    await back()
    const entries = (await entriesOf(dry.id)).filter(({ action }) => action === 'break-glass.apply')
    expect(entries).toMatchObject([{ outcome: 'intent', awaits: true }])
    expect((await database().breakGlassChange.findUniqueOrThrow({ where: { id: dry.id } })).state).toBe('applying')
    await settleChanges()
    expect(await truth(session, dry.id, name)).toMatchObject({
      change: 'applied',
      session: 'open',
      told: ['succeeded'],
      storageClass: 'NEARLINE',
    })
  })
})
