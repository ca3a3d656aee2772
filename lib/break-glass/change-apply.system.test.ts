/** A change from the first letter to its undo, on a real database and the real API server with its gate. */
import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bucket,
  bucketKind,
  bucketNow,
  bucketRef,
  type ChangeWorld,
  changeWorld,
  entriesOf,
  openSessionOf,
  replaceBucket,
  untilGone,
} from '#demo/world/change-world.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { shutGate } from '#lib/cluster/break-glass-gate.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid, NotFound, RateLimited } from '#lib/errors.ts'
import { type JsonObject, valueAt } from '#lib/json.ts'
import { applyChange } from './change-apply.ts'
import { changeDifference } from './change-difference.ts'
import { dryRunChange } from './change-dry-run.ts'
import { readChange, saveChange, startChange } from './change-editor.ts'
import { undoChange } from './change-undo.ts'
import { openChange } from './stored-change.ts'

let world: ChangeWorld
beforeAll(async () => {
  world = await changeWorld()
}, 120_000)
afterAll(() => world.stop())

const nearline = (text: string): string => text.replace('storageClass: STANDARD', 'storageClass: NEARLINE')

/** An edit that stands typed. */
async function typed(session: string, name: string, edit: (text: string) => string = nearline) {
  const started = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
  return saveChange(session, started.change.id, { text: edit(started.text), revision: started.change.revision }, world.alice)
}

async function judged(session: string, name: string, edit?: (text: string) => string) {
  const { change } = await typed(session, name, edit)
  return dryRunChange(session, change.id, world.alice, 'test')
}

const apply = (session: string, change: { id: string; name: string; patchHash: string | null }) =>
  applyChange(session, change.id, { name: change.name, hash: change.patchHash ?? '' }, world.alice, 'test')

const rawBucket = async (name: string): Promise<string> => (await world.project.admin.asPortal().getText(bucketRef(world, name))).value

interface Logged {
  auditID: string
  verb: string
  requestURI: string
  requestObject: unknown
}

/** What the API server itself wrote down of requests, in the order asked. It writes a moment later. */
async function loggedRequests(ids: (string | null)[]): Promise<(Logged | undefined)[]> {
  const file = join(dirname(testKubeconfig()), 'audit.log')
  for (let tries = 0; ; tries++) {
    const found = new Map<string, Logged>()
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (!ids.some((id) => id !== null && line.includes(id))) continue
      const event: Logged = JSON.parse(line)
      found.set(event.auditID, event)
    }
    if (found.size >= ids.length || tries > 50) return ids.map((id) => (id === null ? undefined : found.get(id)))
    await sleep(100)
  }
}

test('an edit is judged, applied and undone, and the spec is as it was', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await bucket(world)
  const before = await bucketNow(world, name)
  const dry = await judged(session, name)
  expect(dry).toMatchObject({
    state: 'judged',
    dryRun: { accepted: true },
    fields: [{ path: ['spec', 'storageClass'], before: 'STANDARD', after: 'NEARLINE' }],
  })
  expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
  const applied = await apply(session, dry)
  expect(applied).toMatchObject({ state: 'applied', problem: null })
  expect(await bucketNow(world, name)).toMatchObject({ generation: 2, spec: { storageClass: 'NEARLINE' } })
  const undo = await undoChange(session, applied.id, { name }, world.alice, 'test')
  expect(undo).toMatchObject({ state: 'applied', undoOf: applied.id, fields: [{ before: 'NEARLINE', after: 'STANDARD' }] })
  const after = await bucketNow(world, name)
  expect(after.spec).toEqual(before.spec)
  expect(after.generation).toBe(3)
  expect((await readChange(session, applied.id, world.alice)).change.state).toBe('undone')
  expect((await entriesOf(applied.id)).map(({ action, outcome }) => [action, outcome])).toEqual([
    ['break-glass.dry-run', 'intent'],
    ['break-glass.dry-run', 'succeeded'],
    ['break-glass.apply', 'intent'],
    ['break-glass.apply', 'succeeded'],
  ])
  expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('open')
  await expect(undoChange(session, applied.id, { name }, world.alice, 'test')).rejects.toThrow(/undone already/)
})

describe('what is sent', () => {
  test('is what was judged, byte for byte, by the API server’s own log', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    const applied = await apply(session, dry)
    const row = await database().breakGlassChange.findUniqueOrThrow({ where: { id: applied.id } })
    const { bytes } = openChange(row)
    const [asked, done] = await loggedRequests([row.dryRunAuditId, row.auditId])
    expect(asked).toMatchObject({ verb: 'patch', requestURI: expect.stringContaining('dryRun=All') })
    expect(done?.requestURI).not.toContain('dryRun')
    expect(asked?.requestObject).toEqual(done?.requestObject)
    expect(asked?.requestObject).toEqual(JSON.parse(bytes ?? ''))
  })

  test('is nothing when the hash is another, the row was tampered with, or the name is not typed', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    await expect(apply(session, { ...dry, patchHash: 'f'.repeat(64) })).rejects.toThrow(Conflict)
    await expect(apply(session, { ...dry, name: `${name} ` })).rejects.toThrow(Invalid)
    const where = { id: dry.id }
    const { sealed } = await database().breakGlassChange.findUniqueOrThrow({ where })
    const other = await judged(session, await bucket(world), (text) => text.replace('STANDARD', 'ARCHIVE'))
    const foreign = await database().breakGlassChange.findUniqueOrThrow({ where: { id: other.id } })
    await database().breakGlassChange.update({ where, data: { sealed: foreign.sealed } })
    await expect(apply(session, dry)).rejects.toThrow(/cannot be read/)
    await database().breakGlassChange.update({ where, data: { sealed, patchHash: foreign.patchHash } })
    await expect(apply(session, { ...dry, patchHash: foreign.patchHash })).rejects.toThrow(/not the bytes/)
    expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
    expect((await entriesOf(dry.id)).filter(({ action }) => action === 'break-glass.apply')).toEqual([])
  })

  test('is sent once, of twenty who try at the same time', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => apply(session, dry)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(Conflict)
    expect(await bucketNow(world, name)).toMatchObject({ generation: 2 })
    const entries = (await entriesOf(dry.id)).filter(({ action }) => action === 'break-glass.apply')
    expect(entries.map(({ outcome }) => outcome)).toEqual(['intent', 'succeeded'])
  })

  test('keeps whole numbers of 64 bits to the last digit, there and back', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world, { lifecycleRule: [{ action: { type: 'Delete' }, condition: { age: 1 } }] })
    const [large, larger] = ['9007199254740993', '9223372036854775807']
    const dry = await judged(session, name, (text) => text.replace('age: 1', `age: ${large}`))
    expect(dry.fields).toMatchObject([{ after: large }])
    expect((await apply(session, dry)).state).toBe('applied')
    expect(await rawBucket(name)).toContain(`"age":${large}`)
    const second = await judged(session, name, (text) => {
      expect(text).toContain(`age: ${large}`)
      return text.replace(`age: ${large}`, `age: ${larger}`)
    })
    const difference = await changeDifference(session, second.id, world.alice)
    expect(difference.warnings.join(' ')).toMatch(/beyond 2\^53/)
    await apply(session, second)
    expect(await rawBucket(name)).toContain(`"age":${larger}`)
    await undoChange(session, second.id, { name }, world.alice, 'test')
    expect(await rawBucket(name)).toContain(`"age":${large}`)
  })
})

describe('the object moved meanwhile', () => {
  const admin = () => world.project.admin.asPortal()
  const change = (name: string, spec: JsonObject) => admin().patchMerge(bucketRef(world, name), { spec })

  test('its status may, between dry run and apply too', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    const conditions = [{ type: 'Ready', status: 'True', reason: 'UpToDate', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' }]
    await admin().patchMerge(bucketRef(world, name), { status: { conditions } }, { subresource: 'status' })
    expect(await apply(session, dry)).toMatchObject({ state: 'applied' })
  })

  test('what others changed elsewhere comes into the text; where they changed the same, one is told', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const { change: mine } = await typed(session, name)
    await change(name, { versioning: { enabled: true } })
    const read = await readChange(session, mine.id, world.alice)
    expect(read.stale).toMatch(/Others changed spec.versioning/)
    expect(read.text).toContain('enabled: true')
    expect(read.text).toContain('NEARLINE')
    await change(name, { storageClass: 'ARCHIVE' })
    await expect(dryRunChange(session, mine.id, world.alice, 'test')).rejects.toThrow(/spec.storageClass.*typed something else/)
    const again = await readChange(session, mine.id, world.alice)
    expect(again.stale).toMatch(/spec.storageClass/)
    expect(again.live).toContain('ARCHIVE')
    expect(again.text).toContain('NEARLINE')
    const dry = await dryRunChange(session, mine.id, world.alice, 'test')
    expect(dry.fields).toMatchObject([{ before: 'ARCHIVE', after: 'NEARLINE' }])
    await change(name, { storageClass: 'COLDLINE' })
    const late = await apply(session, dry)
    expect(late).toMatchObject({ state: 'failed', problem: expect.stringMatching(/changed meanwhile/) })
    expect(await bucketNow(world, name)).toMatchObject({ spec: { storageClass: 'COLDLINE', versioning: { enabled: true } } })
    expect((await readChange(session, mine.id, world.alice)).text).toContain('NEARLINE')
  })

  test('deleted, or another one of the same name: nothing is sent to it', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    await replaceBucket(world, name)
    expect((await readChange(session, dry.id, world.alice)).stale).toMatch(/gone/)
    expect(await apply(session, dry)).toMatchObject({ state: 'failed' })
    await bucket(world, {}, {}, name)
    await expect(dryRunChange(session, dry.id, world.alice, 'test')).rejects.toThrow(/made anew/)
    const read = await readChange(session, dry.id, world.alice)
    expect(read.stale).toMatch(/made anew/)
    expect(read.text).toContain('NEARLINE')
    expect(await bucketNow(world, name)).toMatchObject({ generation: 1, spec: { storageClass: 'STANDARD' } })
  })

  test('what was changed since is not undone over', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const applied = await apply(session, await judged(session, name))
    await change(name, { versioning: { enabled: true } })
    const second = await judged(session, name, (text) => text.replace('NEARLINE', 'COLDLINE'))
    const later = await apply(session, second)
    await expect(undoChange(session, applied.id, { name }, world.alice, 'test')).rejects.toThrow(/Somebody changed/)
    await undoChange(session, later.id, { name }, world.alice, 'test')
    expect(await undoChange(session, applied.id, { name }, world.alice, 'test')).toMatchObject({ state: 'applied' })
    expect(await bucketNow(world, name)).toMatchObject({ spec: { storageClass: 'STANDARD', versioning: { enabled: true } } })
  })
})

describe('the session', () => {
  test('that ended, ran out, idled or is a drill applies nothing', async () => {
    for (const data of [
      { state: 'handing-back', endedAt: new Date() },
      { expiresAt: new Date(Date.now() - 1000) },
      { idleAt: new Date(Date.now() - 1000) },
    ]) {
      const session = await openSessionOf(world, world.alice)
      const name = await bucket(world)
      const dry = await judged(session, name)
      await database().breakGlassSession.update({ where: { id: session }, data })
      await expect(apply(session, dry)).rejects.toThrow(Conflict)
      await expect(dryRunChange(session, dry.id, world.alice, 'test')).rejects.toThrow(Conflict)
      const saving = saveChange(session, dry.id, { text: 'x', revision: dry.revision }, world.alice)
      await expect(saving).rejects.toThrow(Conflict)
      expect((await readChange(session, dry.id, world.alice)).text).toContain('NEARLINE')
      expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
    }
    const drill = await openSessionOf(world, world.alice, { drill: true })
    const name = await bucket(world)
    const dry = await judged(drill, name)
    expect(dry.dryRun).toMatchObject({ accepted: true })
    await expect(apply(drill, dry)).rejects.toThrow(/drill/)
    expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
  })

  test('whose gate is shut by hand is refused by the cluster itself, and the change says so', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    await shutGate({ cluster: world.project.admin, namespace: world.project.namespace, session })
    expect(await apply(session, dry)).toMatchObject({ state: 'failed', problem: expect.stringContaining('session') })
    expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
    expect((await entriesOf(dry.id)).at(-1)).toMatchObject({ action: 'break-glass.apply', outcome: 'denied' })
  })

  test('is one person’s: nobody else reads, edits, judges, applies or undoes in it', async () => {
    const session = await openSessionOf(world, world.alice)
    const dry = await judged(session, await bucket(world))
    const { bob } = world
    const tries = [
      readChange(session, dry.id, bob),
      saveChange(session, dry.id, { text: 'x', revision: dry.revision }, bob),
      changeDifference(session, dry.id, bob),
      dryRunChange(session, dry.id, bob, 'test'),
      applyChange(session, dry.id, { name: dry.name, hash: dry.patchHash ?? '' }, bob, 'test'),
      undoChange(session, dry.id, { name: dry.name }, bob, 'test'),
      startChange(session, { kind: bucketKind, name: dry.name, action: 'edit' }, bob),
    ]
    for (const one of await Promise.allSettled(tries)) expect(one).toMatchObject({ status: 'rejected', reason: expect.any(Forbidden) })
    const theirs = await openSessionOf(world, bob)
    await expect(readChange(theirs, dry.id, bob)).rejects.toThrow(NotFound)
  })

  test('shares one change of a resource between tabs, and two texts both survive', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const start = () => startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
    const tabs = await Promise.all(Array.from({ length: 5 }, start))
    expect(new Set(tabs.map(({ change }) => change.id)).size).toBe(1)
    const [{ change, text }] = [await start()]
    const save = (to: string, revision: number) =>
      saveChange(session, change.id, { text: text.replace('STANDARD', to), revision }, world.alice)
    const first = await save('NEARLINE', change.revision)
    const second = save('ARCHIVE', change.revision)
    await expect(second).rejects.toMatchObject({ details: { revision: first.change.revision, text: first.text } })
    expect((await save('ARCHIVE', first.change.revision)).text).toContain('ARCHIVE')
  })

  test('forgets what was judged when other text is saved', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name)
    const { text } = await readChange(session, dry.id, world.alice)
    const saved = await saveChange(session, dry.id, { text: text.replace('NEARLINE', 'ARCHIVE'), revision: dry.revision }, world.alice)
    expect(saved.change).toMatchObject({ state: 'editing', patchHash: null, dryRun: null })
    await expect(apply(session, dry)).rejects.toThrow(/no dry run/)
  })

  test('lets a person judge thirty times a minute', async () => {
    const session = await openSessionOf(world, world.bob)
    const name = await bucket(world)
    const { change, text } = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.bob)
    await saveChange(session, change.id, { text: nearline(text), revision: change.revision }, world.bob)
    const tries = await Promise.allSettled(Array.from({ length: 35 }, () => dryRunChange(session, change.id, world.bob, 'test')))
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused.filter((reason) => reason instanceof RateLimited)).toHaveLength(5)
  })
})

describe('a deletion', () => {
  test('needs a session that two people agreed to', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    await expect(startChange(session, { kind: bucketKind, name, action: 'delete' }, world.alice)).rejects.toThrow(/second person/)
  })

  test('marks the object, then deletes that very object; it cannot be undone', async () => {
    const session = await openSessionOf(world, world.alice, { tier: 'approval' })
    const name = await bucket(world, {}, { 'cnrm.cloud.google.com/deletion-policy': 'abandon' })
    const { change } = await startChange(session, { kind: bucketKind, name, action: 'delete' }, world.alice)
    const difference = await changeDifference(session, change.id, world.alice)
    expect(difference.warnings.join(' ')).toMatch(/"abandon": what it stands for stays/)
    expect(difference.kubectl.apply).toMatch(/patch .* && kubectl .* delete /)
    const dry = await dryRunChange(session, change.id, world.alice, 'test')
    expect(dry).toMatchObject({ state: 'judged', dryRun: { accepted: true } })
    expect(await apply(session, dry)).toMatchObject({ state: 'applied' })
    await untilGone(world, name)
    await expect(undoChange(session, change.id, { name }, world.alice, 'test')).rejects.toThrow(/cannot be undone.*pull request/)
    const intent = (await entriesOf(change.id)).find(({ action, outcome }) => action === 'break-glass.apply' && outcome === 'intent')
    const ids = valueAt(intent?.details as JsonObject, ['auditIds'])
    expect(await loggedRequests(ids as string[])).toMatchObject([{ verb: 'patch' }, { verb: 'delete' }])
  })

  test('of an object that was made anew meanwhile does nothing', async () => {
    const session = await openSessionOf(world, world.alice, { tier: 'approval' })
    const name = await bucket(world)
    const { change } = await startChange(session, { kind: bucketKind, name, action: 'delete' }, world.alice)
    const dry = await dryRunChange(session, change.id, world.alice, 'test')
    await replaceBucket(world, name, {})
    expect(await apply(session, dry)).toMatchObject({ state: 'failed' })
    expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
  })
})

describe('where a change may not lead', () => {
  test.each([
    ['finalizers', (text: string) => text.replace('metadata:', 'metadata:\n  finalizers: [x.dev/y]')],
    ['the namespace', (text: string) => text.replace(/namespace: .*/, 'namespace: kube-system')],
    ['the name', (text: string) => text.replace(/name: b-.*/, 'name: other')],
    ['the status', (text: string) => `${text}status: {observedGeneration: 9}\n`],
    ['the kind', (text: string) => text.replace('kind: StorageBucket', 'kind: IAMPolicy')],
    ['a prototype', (text: string) => text.replace('spec:', 'spec:\n  __proto__: {polluted: 1}')],
    ['anchors', (text: string) => text.replace('location: EU', 'location: &a EU\n  storageClassX: *a')],
    ['nothing that YAML is', () => 'spec: ['],
    ['a placeholder of a secret', (text: string) => text.replace('STANDARD', '(hidden)')],
  ])('%s is refused before anything is sent', async (_, edit) => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const { change } = await typed(session, name, edit)
    await expect(dryRunChange(session, change.id, world.alice, 'test')).rejects.toThrow(Invalid)
    await expect(changeDifference(session, change.id, world.alice)).rejects.toThrow(Invalid)
    expect(await entriesOf(change.id)).toEqual([])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test.each(['../x', 'a/b', 'a%2fb', 'x\r\nImpersonate-Group: system:masters', 'X', '', 'a'.repeat(300), '__proto__'])(
    'a resource called %j is refused',
    async (name) => {
      const session = await openSessionOf(world, world.alice)
      await expect(startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)).rejects.toThrow(Invalid)
    },
  )

  test('a kind that is not offered is refused', async () => {
    const session = await openSessionOf(world, world.alice)
    for (const kind of ['Secret.', 'Secret', 'Namespace.', 'Role.rbac.authorization.k8s.io'])
      await expect(startChange(session, { kind, name: 'x', action: 'edit' }, world.alice)).rejects.toThrow(NotFound)
  })

  test('what the API server refuses is told without what it repeats', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await bucket(world)
    const dry = await judged(session, name, (text) => text.replace('storageClass: STANDARD', 'nonsense: {password: canary-refused}'))
    expect(dry).toMatchObject({ state: 'editing', dryRun: { accepted: false } })
    expect(JSON.stringify(dry)).not.toContain('canary')
    expect(JSON.stringify(await entriesOf(dry.id), (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'canary',
    )
  })
})
