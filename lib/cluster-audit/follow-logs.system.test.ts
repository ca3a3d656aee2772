import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import type { JsonObject } from '#lib/json.ts'
import { readOn } from './follow-logs.ts'
import { findIntentsWithoutEvent, settleEvents } from './store-events.ts'

const folder = mkdtempSync(join(tmpdir(), 'corbel-cluster-audit-'))
const identity = { cluster: 'demo', portal: 'system:serviceaccount:corbel-system:corbel', prefix: 'oidc:' }
const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
let fresh: FreshDatabase
let alice: string
let files = 0
let file: string

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settingsForTests({ DATABASE_URL: fresh.url }))
  alice = (await database().user.create({ data: { id: newId(), username: 'alice@acme.test', name: 'Alice', groups: [] } })).id
  await database().cluster.create({ data: { name: 'demo' } })
  const [Kind, ...group] = kind.split('.')
  await database().kind.create({
    data: {
      cluster: 'demo',
      key: kind,
      kind: String(Kind),
      group: group.join('.'),
      plural: 'storagebuckets',
      version: 'v1beta1',
      namespaced: true,
      definition: {},
      hash: 'x',
    },
  })
})
afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  await database().clusterAuditPlace.deleteMany()
  await database().clusterAuditEvent.deleteMany()
  await database().breakGlassAlert.deleteMany()
  file = join(folder, `${++files}.log`)
  writeFileSync(file, '')
  await readOn(identity, file)
})

/** A session of alice's in `shop`, and what the chain tells of a call of it. */
async function session(): Promise<string> {
  const id = newId()
  await database().breakGlassSession.create({
    data: {
      id,
      cluster: 'demo',
      namespace: 'shop',
      kind,
      name: 'b',
      tier: 'ordinary',
      state: 'ended',
      requestedById: alice,
      reason: 'a reason that is long enough',
      minutes: 60,
    },
  })
  return id
}
const tell = (id: string, auditId: string, told: { actor?: string; name?: string; action?: string } = {}) =>
  database().$transaction((transaction) =>
    appendAudit(transaction, {
      requestId: 'r',
      actor: told.actor ?? 'alice@acme.test',
      action: told.action ?? 'break-glass.apply',
      outcome: 'intent',
      target: { cluster: 'demo', namespace: 'shop', kind, name: told.name ?? 'b', session: id },
      details: { auditId },
    }),
  )

const event = (auditID: string, named: string | null, changed: JsonObject = {}): JsonObject => ({
  auditID,
  stage: 'ResponseComplete',
  verb: 'patch',
  requestURI: '/apis/storage.cnrm.cloud.google.com/v1beta1/namespaces/shop/storagebuckets/b',
  user: { username: 'oidc:alice@acme.test' },
  impersonatedUser: { username: 'system:serviceaccount:shop:break-glass' },
  objectRef: { resource: 'storagebuckets', namespace: 'shop', name: 'b', apiGroup: 'storage.cnrm.cloud.google.com' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: new Date().toISOString().replace('Z', '001Z'),
  annotations: named === null ? {} : { 'corbel-break-glass-gate/session': named },
  ...changed,
})
const write = (...events: JsonObject[]) => appendFileSync(file, events.map((one) => `${JSON.stringify(one)}\n`).join(''))
const late = async () => {
  await database().$executeRaw`UPDATE "cluster_audit_event" SET "at" = "at" - interval '2 minutes'`
  await settleEvents(identity)
}
const verdicts = async () => (await database().clusterAuditEvent.findMany({ orderBy: { at: 'asc' } })).map(({ verdict }) => verdict)
const alerts = async () =>
  (await database().breakGlassAlert.findMany({ orderBy: { id: 'asc' } })).map(({ type, message }) => ({ type, message }))

test('a call that the chain tells of is matched, also when the chain is a moment behind', async () => {
  const id = await session()
  const [first, second] = [newId(), newId()]
  await tell(id, first)
  write(event(first, id), event(second, id, { requestReceivedTimestamp: new Date(Date.now() + 5).toISOString() }))
  expect(await readOn(identity, file)).toBe(2)
  await settleEvents(identity)
  expect(await verdicts()).toEqual(['matched', 'waiting'])
  await tell(id, second)
  await settleEvents(identity)
  expect(await verdicts()).toEqual(['matched', 'matched'])
  expect(await alerts()).toEqual([])
})

test.each<[string, (id: string, auditId: string) => Promise<JsonObject>, RegExp]>([
  ['no session', async (_, auditId) => event(auditId, null), /names no session/],
  ['a session that is no id', async (_, auditId) => event(auditId, "x' OR 1=1"), /names no session/],
  ['a session without such a call', async (id, auditId) => event(auditId, id), /no entry of the audit log/],
  [
    'a call of somebody else',
    async (id, auditId) => {
      await tell(id, auditId)
      return event(auditId, id, { user: { username: 'oidc:mallory@acme.test' } })
    },
    /as an act of alice@acme.test/,
  ],
  [
    'a person whose name only ends like the right one',
    async (id, auditId) => {
      await tell(id, auditId)
      return event(auditId, id, { user: { username: 'oidc:x:alice@acme.test' } })
    },
    /as an act of/,
  ],
  [
    'another object',
    async (id, auditId) => {
      await tell(id, auditId, { name: 'c' })
      return event(auditId, id)
    },
    /tells of it for .* c/,
  ],
  [
    'another namespace than the session’s',
    async (id, auditId) => {
      await tell(id, auditId)
      return event(auditId, id, {
        objectRef: { resource: 'storagebuckets', namespace: 'other', name: 'b', apiGroup: 'storage.cnrm.cloud.google.com' },
      })
    },
    /no entry of the audit log/,
  ],
  [
    'a piece of an Audit-ID of ours for its own',
    async (id, auditId) => {
      await tell(id, auditId)
      return event(auditId.slice(0, 1), id)
    },
    /no entry of the audit log/,
  ],
  [
    'another word of the entry for its Audit-ID',
    async (id, auditId) => {
      await tell(id, auditId)
      return event('auditId', id)
    },
    /no entry of the audit log/,
  ],
  [
    'the Audit-ID of a dry run, and a write',
    async (id, auditId) => {
      await tell(id, auditId, { action: 'break-glass.dry-run' })
      return event(auditId, id)
    },
    /no entry of the audit log/,
  ],
])('a use with %s is an alert, once', async (_, make, sentence) => {
  write(await make(await session(), newId()))
  await readOn(identity, file)
  await settleEvents(identity)
  expect(await verdicts()).toEqual(['waiting'])
  await late()
  await late()
  expect(await verdicts()).toEqual(['unmatched'])
  expect(await alerts()).toEqual([{ type: 'unmatched-use', message: expect.stringMatching(sentence) }])
})

test('an Audit-ID that is used a second time does not hide the second use', async () => {
  const id = await session()
  const auditId = newId()
  await tell(id, auditId)
  write(event(auditId, id))
  await readOn(identity, file)
  await settleEvents(identity)
  write(event(auditId, id, { requestReceivedTimestamp: new Date(Date.now() + 5).toISOString() }))
  await readOn(identity, file)
  await database().$executeRaw`UPDATE "cluster_audit_event" SET "at" = "at" - interval '2 minutes'`
  await settleEvents(identity)
  expect((await verdicts()).sort()).toEqual(['matched', 'unmatched'])
  expect(await alerts()).toEqual([{ type: 'unmatched-use', message: expect.stringMatching(/belongs to another call/) }])
})

test('nor does the Audit-ID of a call that the cluster refused', async () => {
  const id = await session()
  const auditId = newId()
  await tell(id, auditId)
  write(event(auditId, id, { responseStatus: { code: 422 } }))
  write(event(auditId, id, { requestReceivedTimestamp: new Date(Date.now() + 5).toISOString() }))
  await readOn(identity, file)
  await settleEvents(identity)
  await late()
  expect((await verdicts()).sort()).toEqual(['refused', 'unmatched'])
  expect(await alerts()).toEqual([{ type: 'unmatched-use', message: expect.stringMatching(/belongs to another call/) }])
})

test('what the cluster refused is kept without an alert; the account by itself and a gate opened by hand are alerts', async () => {
  const id = await session()
  const namespace = {
    objectRef: { resource: 'namespaces', name: 'shop' },
    impersonatedUser: null,
    requestObject: { metadata: { annotations: { [`session.corbel.dev/${id}`]: 'x' } } },
  }
  write(
    event(newId(), null, { responseStatus: { code: 403 } }),
    event(newId(), null, { user: { username: 'system:serviceaccount:shop:break-glass' }, impersonatedUser: null }),
    event(newId(), null, { ...namespace, user: { username: 'dave' } }),
    event(newId(), null, { ...namespace, user: { username: identity.portal } }),
  )
  await readOn(identity, file)
  expect((await verdicts()).sort()).toEqual(['anonymous', 'refused'])
  expect((await alerts()).map(({ type }) => type).sort()).toEqual(['anonymous-use', 'gate-by-hand'])
})

test('an applied change that the cluster does not show is an alert once the log is read past it', async () => {
  const id = await session()
  const change = newId()
  await database().breakGlassChange.create({
    data: { id: change, sessionId: id, kind, name: 'b', action: 'edit', state: 'applied', sealed: '', auditId: newId() },
  })
  expect(await findIntentsWithoutEvent(identity, new Date())).toBe(0)
  expect(await findIntentsWithoutEvent(identity, new Date(Date.now() + 120_000))).toBe(1)
  expect(await findIntentsWithoutEvent(identity, new Date(Date.now() + 120_000))).toBe(0)
  expect(await alerts()).toEqual([{ type: 'intent-without-event', message: expect.stringMatching(/does not show it/) }])
})

test('reading goes on where it stopped, over half-written lines, garbage and rotation; nothing twice', async () => {
  const id = await session()
  const line = `${JSON.stringify(event(newId(), id))}\n`
  appendFileSync(file, line.slice(0, 40))
  expect(await readOn(identity, file)).toBe(0)
  appendFileSync(file, line.slice(40))
  appendFileSync(file, 'garbage ":break-glass"\n')
  expect(await readOn(identity, file)).toBe(1)
  expect(await readOn(identity, file)).toBe(0)
  write(event(newId(), id))
  renameSync(file, join(folder, `${files}-rotated.log`))
  writeFileSync(file, '')
  write(event(newId(), id))
  expect(await readOn(identity, file)).toBe(2)
  expect(await verdicts()).toHaveLength(3)
})

test.each<[string, JsonObject]>([
  ['a NUL in the name', { objectRef: { resource: 'storagebuckets', namespace: 'shop', name: 'b\0c' } }],
  ['half a character in the name', { objectRef: { resource: 'storagebuckets', namespace: 'shop', name: 'b\ud800' } }],
  ['a namespace of endless length', { objectRef: { resource: 'storagebuckets', namespace: randomBytes(9000).toString('hex'), name: 'b' } }],
  ['an Audit-ID of endless length', { auditID: randomBytes(9000).toString('hex') }],
  ['a person of endless length', { user: { username: randomBytes(9000).toString('hex') } }],
])('a refused request with %s does not end the reading: what comes after it is told', async (_, odd) => {
  const id = await session()
  write(event(newId(), null, { responseStatus: { code: 404 }, ...odd }), event(newId(), id, odd), event(newId(), id))
  expect(await readOn(identity, file)).toBe(3)
  await late()
  expect((await verdicts()).filter((verdict) => verdict === 'unmatched').length).toBeGreaterThan(0)
})

test('a line as long as an API server can make it is read', async () => {
  write(event(newId(), await session(), { requestObject: { spec: { text: 'x'.repeat(40 * 1024 * 1024) } } }))
  expect(await readOn(identity, file)).toBe(1)
  expect(await readOn(identity, file)).toBe(0)
})

test('a log that is gone before it was read to its end is told as a gap', async () => {
  write(event(newId(), null))
  rmSync(file)
  writeFileSync(join(folder, 'placeholder'), '') // takes the freed inode, which the new log must not look like
  writeFileSync(file, '')
  await readOn(identity, file)
  const place = await database().clusterAuditPlace.findUniqueOrThrow({ where: { cluster: 'demo' } })
  expect(place.problem).toMatch(/events in between are missing/)
})
