/**
 * Unique words in every place that holds secrets, on the whole way of an emergency change. Afterwards they stand in no answer to others, in no
 * row, line of the log, export or event. What somebody typed is shown to themselves alone.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openSessionOf } from '#demo/world/change-world.ts'
import { type HandBackWorld, handBackWorld } from '#demo/world/hand-back-world.ts'
import { AuditExport, AuditQuery, exportFormats } from '#lib/audit/contract.ts'
import { exportAudit } from '#lib/audit/export-audit.ts'
import { listAudit } from '#lib/audit/read-audit.ts'
import { listAlerts } from '#lib/cluster-audit/alerts.ts'
import { readEvent } from '#lib/cluster-audit/read-event.ts'
import { settleEvents, storeEvents } from '#lib/cluster-audit/store-events.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import { deliverSome } from '#lib/event-sinks/deliver-events.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { type JsonObject, textAt } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'
import { applyChange } from './change-apply.ts'
import { changeDifference } from './change-difference.ts'
import { dryRunChange } from './change-dry-run.ts'
import { readChange, saveChange, startChange } from './change-editor.ts'
import { undoChange } from './change-undo.ts'
import { SessionQuery } from './contract.ts'
import { handBackPreview } from './hand-back.ts'
import { sessionEvidence } from './make-evidence.ts'
import { listNotices } from './notices.ts'
import { listSessions, openSessions, sessionDetail } from './read-sessions.ts'
import { checkResidue } from './residue.ts'
import { endSession } from './session-life.ts'

const kind = 'SQLUser.sql.cnrm.cloud.google.com'
const canary = (place: string): string => `canary-${place}-x9z`
const anyCanary = /canary-[a-z-]+-x9z/g

let world: HandBackWorld
/** All that others, machines and the log were told. */
const told: [string, string][] = []
const tell = (where: string, what: unknown): void =>
  void told.push([where, JSON.stringify(what, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? ''])
/** What becomes of an act, for others: its answer, or its error as the API gives it. */
async function hear<T>(where: string, act: Promise<T>): Promise<T | undefined> {
  try {
    const answer = await act
    tell(where, answer)
    return answer
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    tell(`${where}: refusal`, { ...error, message: error.message })
    return undefined
  }
}
let lines = ''

beforeAll(async () => {
  world = await handBackWorld()
  const { items } = await world.project.admin.asPortal().definitions()
  const definition = items.find((item) => textAt(item, 'metadata', 'name') === 'sqlusers.sql.cnrm.cloud.google.com')
  if (!definition) throw new Error('the control plane has no SQL users')
  const about = { group: 'sql.cnrm.cloud.google.com', kind: 'SQLUser', plural: 'sqlusers', version: 'v1beta1', namespaced: true }
  await database().kind.create({ data: { cluster: 'demo', key: kind, ...about, definition, hash: 'users', state: 'ready' } })
  vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    lines += String(piece)
    return true
  })
  log().level = 'trace'
}, 180_000)
afterAll(async () => {
  vi.restoreAllMocks()
  await world.stop()
})

const ref = (name: string) => ({
  apiVersion: 'sql.cnrm.cloud.google.com/v1beta1',
  kind: 'SQLUser',
  plural: 'sqlusers',
  namespaced: true,
  namespace: world.project.namespace,
  name,
})

/** A user of a database with secrets in every place, in the cluster and in Git. */
async function planted(): Promise<string> {
  const name = `u-${randomUUID()}`
  world.commit({
    [`${world.folder}/${name}.yaml`]: `apiVersion: sql.cnrm.cloud.google.com/v1beta1
kind: SQLUser
metadata:
  name: ${name}
  namespace: ${world.project.namespace}
  annotations:
    cnrm.cloud.google.com/state-into-spec: absent
spec:
  instanceRef:
    external: ledger
  passwordPolicy:
    passwordExpirationDuration: before
  password:
    value: ${canary('git')}
`,
  })
  const { namespace } = world.project
  const annotations = {
    'cnrm.cloud.google.com/state-into-spec': 'absent',
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { password: { value: canary('last-applied') } } }),
    'acme.test/api-token': canary('annotation'),
    'acme.test/script': `DB_PASSWORD=${canary('script')}`,
  }
  const labels = { 'acme.test/db-password': canary('label') }
  const spec = {
    instanceRef: { external: 'ledger' },
    passwordPolicy: { passwordExpirationDuration: 'before' },
    password: { value: canary('live') },
  }
  const { apiVersion } = ref(name)
  await world.project.admin.asPortal().create({ apiVersion, kind: 'SQLUser', metadata: { name, namespace, annotations, labels }, spec })
  return name
}

const save = async (session: string, id: string, edit: (text: string) => string) => {
  const { text, change } = await readChange(session, id, world.alice)
  const typed = edit(text)
  expect(typed).not.toBe(text)
  return saveChange(session, id, { text: typed, revision: change.revision }, world.alice)
}
const judge = (session: string, id: string, where: string) => hear(where, dryRunChange(session, id, world.alice, 'test'))
const password = (from: string, to: string) => (text: string) => text.replace(canary(from), canary(to))

/** Every table of the database as text, with the name of each. */
async function* dump(): AsyncGenerator<[string, string]> {
  const client = new pg.Client({ connectionString: world.fresh.url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    )
    for (const { name } of rows)
      for (const { row } of (await client.query(`SELECT t::text AS row FROM ${name} AS t`)).rows) yield [name, String(row)]
  } finally {
    await client.end()
  }
}

test('no secret is told on the whole way from edit to evidence', { timeout: 180_000 }, async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await planted()
  const { change } = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  const { id } = change

  // what the API server refuses, by strict decoding and by schema
  await save(session, id, (text) => text.replace('\nspec:', `\nspec:\n  nonsense: {password: ${canary('refused')}}`))
  await judge(session, id, 'strict decoding')
  await save(session, id, (text) =>
    text.replace(/ +nonsense:.*\n/, '').replace(`value: ${canary('live')}`, `value: {text: [${canary('schema')}]}`),
  )
  await judge(session, id, 'schema')

  // a secret, and another one in a text, with one in a comment
  await save(session, id, (text) =>
    text
      .replace(/value: \{text:.*/, `value: ${canary('typed')} # not ${canary('comment')}`)
      .replace('passwordExpirationDuration: before', `passwordExpirationDuration: https://me:${canary('address')}@host`),
  )
  tell('difference', await changeDifference(session, id, world.alice))
  const judged = await judge(session, id, 'dry run')
  expect(judged).toMatchObject({ state: 'judged', dryRun: { accepted: true, message: null } })

  // somebody else is faster
  const admin = world.project.admin.asPortal()
  await admin.patchMerge(ref(name), { spec: { password: { value: canary('moved') } } })
  const send = async (where: string) => {
    const { patchHash } = await database().breakGlassChange.findUniqueOrThrow({ where: { id } })
    return hear(where, applyChange(session, id, { name, hash: patchHash ?? '' }, world.alice, 'test'))
  }
  expect(await send('late apply')).toMatchObject({ state: 'failed' })
  await judge(session, id, 'dispute')
  tell('stale', (await readChange(session, id, world.alice)).stale)
  expect(await judge(session, id, 'dry run again')).toMatchObject({ state: 'judged' })
  expect(await send('apply')).toMatchObject({ state: 'applied' })
  expect((await admin.get(ref(name))).value.spec).toMatchObject({ password: { value: canary('typed') } })
  tell('difference afterwards', await changeDifference(session, id, world.alice))
  expect(await hear('hand-back of a secret', handBackPreview(session, id, world.alice))).toMatchObject({
    refused: expect.stringContaining('secret'),
  })
  expect(await hear('undo', undoChange(session, id, { name }, world.alice, 'test'))).toMatchObject({ state: 'applied' })
  expect((await admin.get(ref(name))).value.spec).toMatchObject({ password: { value: canary('moved') } })

  // a change without one, beside them
  const other = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  await save(session, other.change.id, (text) => text.replace('Duration: before', 'Duration: afterwards'))
  const dry = await judge(session, other.change.id, 'plain dry run')
  const hash = dry?.patchHash ?? ''
  expect(await hear('plain apply', applyChange(session, other.change.id, { name, hash }, world.alice, 'test'))).toMatchObject({
    state: 'applied',
  })
  expect(await hear('hand-back', handBackPreview(session, other.change.id, world.alice))).toMatchObject({
    refused: null,
    diff: expect.stringContaining('afterwards'),
  })
  const deletion = await hear('deletion', startChange(session, { kind, name, action: 'delete' }, world.alice))
  expect(deletion).toBeUndefined() // this tier does not reach it
  await endSession(session, { note: '' }, world.alice, 'test')
  await hear('residue', checkResidue(session))

  // machines
  const received: string[] = []
  const sink = createServer(async (request, response) => {
    received.push(await textOf(request))
    response.end()
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  const identity = { cluster: 'demo', portal: 'system:serviceaccount:corbel-system:corbel', prefix: 'oidc:' }
  const use = readEvent(rawUse(name, session))
  if (!use) throw new Error('that was no event')
  await database().$transaction((transaction) => storeEvents(transaction, identity, [use]))
  await settleEvents(identity)
  expect(await database().breakGlassAlert.count({ where: { type: 'unmatched-use' } })).toBe(1)
  // Proof of the cast: a TCP server's address is no text.
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
  while ((await deliverSome({ name: 'siem', url, token: undefined })) > 0);
  sink.close()
  expect(received.join('')).toContain('break-glass.apply')
  tell('cloud events', received)

  // others
  const auditor: Actor = { ...world.bob, auditor: true }
  for (const [who, actor] of Object.entries({ bob: world.bob, auditor })) {
    expect(await hear(`${who}: session`, sessionDetail(session, actor))).toMatchObject({ changes: [{ id }, { undoOf: id }, {}] })
    await hear(`${who}: sessions`, listSessions(SessionQuery.parse({}), actor))
    await hear(`${who}: open`, openSessions(actor))
    await hear(`${who}: notices`, listNotices(actor))
    await hear(`${who}: editor`, readChange(session, id, actor))
    await hear(`${who}: difference`, changeDifference(session, id, actor))
    await hear(`${who}: preview`, handBackPreview(session, other.change.id, actor))
    await hear(`${who}: evidence`, sessionEvidence(session, actor, 'test'))
    await hear(`${who}: audit`, listAudit(AuditQuery.parse({ limit: 200 }), actor))
    await hear(`${who}: alerts`, listAlerts(actor))
  }
  for (const format of exportFormats) {
    const { pieces } = await exportAudit(AuditExport.parse({ format }), auditor, 'test')
    for await (const piece of pieces) told.push([`export ${format}`, piece])
  }
  await sleep(50) // the log writes its last line
  told.push(['log', lines])
  expect(lines).toContain('unmatched-use')

  const found = [...told.flatMap(canariesIn)]
  let rows = 0
  for await (const row of dump()) {
    rows++
    found.push(...canariesIn(row))
  }
  expect(rows).toBeGreaterThan(50)
  expect(told.length).toBeGreaterThan(40)
  expect(found).toEqual([])
})

const canariesIn = ([where, what]: [string, string]): string[] =>
  [...what.matchAll(anyCanary)].map(([word, ...__], index) => `${where} #${index}: ${word}`)

/** What the cluster's audit log has of a write past Corbel, body and all. */
const rawUse = (name: string, session: string): JsonObject => ({
  auditID: randomUUID(),
  stage: 'ResponseComplete',
  verb: 'patch',
  requestURI: `/apis/sql.cnrm.cloud.google.com/v1beta1/namespaces/${world.project.namespace}/sqlusers/${name}`,
  user: { username: 'oidc:mallory' },
  impersonatedUser: { username: `system:serviceaccount:${world.project.namespace}:break-glass` },
  objectRef: { resource: 'sqlusers', namespace: world.project.namespace, name, apiGroup: 'sql.cnrm.cloud.google.com' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: new Date(Date.now() - 120_000).toISOString().replace('Z', '001Z'),
  annotations: { 'corbel-break-glass-gate/session': session },
  requestObject: { spec: { password: { value: canary('raw') } } },
  responseObject: { spec: { password: { value: canary('raw-answer') } } },
})

test('what a person typed is theirs: they find it in their own editor', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await planted()
  const { change } = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  await save(session, change.id, password('live', 'own'))
  expect((await readChange(session, change.id, world.alice)).text).toContain(canary('own'))
  await expect(readChange(session, change.id, world.bob)).rejects.toThrow(CorbelError)
  await expect(readChange(randomUUID(), change.id, world.alice)).rejects.toThrow(NotFound)
})

test('whoever undoes a change of somebody else does not get to see what they typed', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await planted()
  const { change } = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  const { id } = change
  await save(session, id, (text) => text.replace('Duration: before', `Duration: afterwards # ${canary('hers')}`))
  const { patchHash } = await dryRunChange(session, id, world.alice, 'test')
  await applyChange(session, id, { name, hash: patchHash ?? '' }, world.alice, 'test')
  const his = await openSessionOf(world, world.bob)
  const undo = await undoChange(his, id, { name }, world.bob, 'test')
  expect(undo).toMatchObject({ state: 'applied', undoOf: id })
  const { text, live } = await readChange(his, undo.id, world.bob)
  expect(`${text}${live}`).toContain('Duration: afterwards')
  expect(`${text}${live}`).not.toContain(canary('hers'))
})
