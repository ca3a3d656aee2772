import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '#cli/main.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import type { JsonObject } from '#lib/json.ts'
import { appendAudit } from './append-audit.ts'
import { checkpointKey } from './checkpoint-key.ts'
import { AuditExport, AuditQuery } from './contract.ts'
import { exportAudit, streamOf } from './export-audit.ts'
import { checkpointNow } from './keep-checkpoints.ts'
import { makeEvidenceBundle } from './make-bundle.ts'
import { auditFacets, auditStatus, listAudit } from './read-audit.ts'
import { recordIntent } from './recorded-act.ts'
import { requestVerification } from './request-verification.ts'
import { verifyWholeChain } from './verify-whole-chain.ts'

const folder = mkdtempSync(join(tmpdir(), 'corbel-audit-list-'))
let fresh: FreshDatabase
const person = (username: string, rights: Partial<Actor> = {}): Actor => ({
  userId: 'u',
  loginId: 'l',
  username,
  name: username,
  email: null,
  groups: [],
  admin: false,
  auditor: false,
  ...rights,
})
const [alice, erin, dave] = [person('alice'), person('erin', { auditor: true }), person('dave', { admin: true })]

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  writeFileSync(join(folder, 'audit.pem'), generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  writeFileSync(join(folder, 'app.pem'), 'PRIVATE KEY')
  const own = {
    DATABASE_URL: fresh.url,
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: join(folder, 'app.pem') }]),
    GITHUB_APP_PRIVATE_KEY_FILE: join(folder, 'app.pem'),
    CORBEL_AUDIT_KEY_FILE: join(folder, 'audit.pem'),
  }
  Object.assign(process.env, settingsForTests(own))
  for (let number = 1; number <= 60; number++)
    await database().$transaction((transaction) =>
      appendAudit(transaction, {
        requestId: `r${number}`,
        actor: number % 3 === 0 ? 'alice' : 'bob',
        action: number % 2 === 0 ? 'proposal.submitted' : 'login.started',
        outcome: number % 10 === 0 ? 'denied' : 'succeeded',
        target: number % 5 === 0 ? { namespace: 'payments-prod', name: `n${number}` } : { proposal: `p${number}` },
        details: { text: `=number ${number}` },
      }),
    )
})
afterAll(async () => {
  await closeJobQueue()
  await database().$disconnect()
  await fresh.drop()
  rmSync(folder, { recursive: true })
})

const list = (query: Record<string, unknown>, actor = erin) => listAudit(AuditQuery.parse(query), actor)
const seqs = async (query: Record<string, unknown>, actor = erin) =>
  (await list({ limit: 200, ...query }, actor)).items.map(({ seq }) => seq)

describe('who sees what', () => {
  test('auditors and administrators see every act, others their own', async () => {
    expect(await seqs({})).toHaveLength(60)
    expect(await seqs({}, dave)).toHaveLength(60)
    expect((await list({ limit: 200 }, alice)).items.every(({ actor }) => actor === 'alice')).toBe(true)
    expect(await seqs({}, alice)).toHaveLength(20)
  })

  test('asking for somebody else is refused, in lists and exports', async () => {
    expect(() => list({ actor: 'bob' }, alice)).toThrow(Forbidden)
    await expect(exportAudit(AuditExport.parse({ actor: 'bob' }), alice, 'r')).rejects.toThrow(Forbidden)
    await expect(requestVerification(alice, 'r')).rejects.toThrow(Forbidden)
  })

  test('people choose from themselves, auditors from everybody', async () => {
    expect(await auditFacets(alice)).toEqual({ actions: ['login.started', 'proposal.submitted'], actors: ['alice'] })
    expect((await auditFacets(erin)).actors).toEqual(['alice', 'bob'])
    expect((await auditStatus(alice)).guards).toEqual([])
    expect((await auditStatus(erin)).guards.join()).toContain('superuser')
  })
})

test('filters cut by person, action, outcome, project, target and time, alone and together', async () => {
  expect(await seqs({ actor: 'alice' })).toHaveLength(20)
  expect(await seqs({ action: ['login.started'] })).toHaveLength(30)
  expect(await seqs({ outcome: ['denied'] })).toEqual([60, 50, 40, 30, 20, 10])
  expect(await seqs({ namespace: 'payments-prod' })).toHaveLength(12)
  expect(await seqs({ subject: 'n25' })).toEqual([25])
  expect(await seqs({ subject: 'p7' })).toEqual([7])
  expect(await seqs({ actor: 'alice', outcome: ['denied'], namespace: 'payments-prod' })).toEqual([60, 30])
  const { items } = await list({ limit: 200 })
  const at = items.find(({ seq }) => seq === 30)?.at
  expect((await seqs({ since: at })).at(-1)).toBeGreaterThanOrEqual(30 - 5)
  for (const { at: time } of (await list({ since: at, limit: 200 })).items) expect(time >= String(at)).toBe(true)
  for (const { at: time } of (await list({ until: at, limit: 200 })).items) expect(time < String(at)).toBe(true)
})

test('pages hold every entry once, newest first', async () => {
  const found: number[] = []
  let cursor: string | undefined
  do {
    const page = await list({ limit: 7, ...(cursor ? { cursor } : {}) })
    found.push(...page.items.map(({ seq }) => seq))
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  expect(found).toEqual(Array.from({ length: 60 }, (_, index) => 60 - index))
  await expect(list({ cursor: 'nonsense' })).rejects.toThrow(Invalid)
})

async function text(query: Record<string, unknown>, actor = erin): Promise<string> {
  const { pieces } = await exportAudit(AuditExport.parse(query), actor, 'r')
  return new Response(streamOf(pieces)).text()
}
async function verify(export_: string): Promise<{ code: number; out: string }> {
  const file = join(folder, 'export.jsonl')
  writeFileSync(file, export_)
  let out = ''
  const key = checkpointKey()?.verifier.text ?? ''
  const take = (piece: string) => {
    out += piece
  }
  const code = await run(['audit', 'verify', file, '--key', key], { environment: {}, directory: folder, out: take, err: take })
  return { code, out }
}

describe('exports', () => {
  test('JSON lines of everything are what corbel audit verify calls intact; cut or changed, it tells', async () => {
    await checkpointNow()
    const whole = await text({ format: 'jsonl' })
    expect(await verify(whole)).toEqual({ code: 0, out: expect.stringMatching(/^Intact/) })
    expect((await verify(whole.replace('"actor":"alice"', '"actor":"mallory"'))).code).toBe(1)
    expect((await verify(whole.split('\n').slice(0, -2).join('\n'))).code).toBe(1)
  })

  test('of a filter they say that entries were left out', async () => {
    const mine = await text({ format: 'jsonl' }, alice)
    expect(mine).not.toContain('"bob"')
    expect(await verify(mine)).toEqual({ code: 2, out: expect.stringContaining('left out') })
  })

  test('CSV and OCSF hold the same entries, and nothing of other people', async () => {
    const csv = await text({ format: 'csv', actor: 'alice', outcome: ['denied'] })
    expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + 2)
    const events = (await text({ format: 'ocsf' }, alice))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.length).toBeGreaterThanOrEqual(20)
    for (const event of events) expect(event.actor.user.name).toBe('alice')
  })

  test('each is in the log itself', async () => {
    expect((await list({ action: ['audit.exported'], limit: 1 })).items[0]).toMatchObject({ actor: 'alice', details: { format: 'ocsf' } })
  })
})

test('a bundle of one matter verifies with the key alone, and tells nothing of others', async () => {
  const request = {
    subject: { proposal: 'p7' },
    from: 5,
    belongs: ({ target }: { target: object }) => 'proposal' in target && target.proposal === 'p7',
  }
  const bundle = await makeEvidenceBundle({ ...request, attachments: { patch: [] } })
  const text = JSON.stringify(bundle)
  expect(text).toContain('"p7"')
  expect(text).not.toContain('"p8"')
  writeFileSync(join(folder, 'bundle.json'), text)
  const key = checkpointKey()?.verifier.text ?? ''
  const terminal = { environment: {}, directory: folder, out: () => {}, err: () => {} }
  expect(await run(['audit', 'verify', '--bundle', 'bundle.json', '--key', key], terminal)).toBe(0)
  writeFileSync(join(folder, 'bundle.json'), text.replace('"patch":[]', '"patch":[1]'))
  expect(await run(['audit', 'verify', '--bundle', 'bundle.json', '--key', key], terminal)).toBe(1)
  await expect(makeEvidenceBundle({ ...request, belongs: () => false, attachments: {} })).rejects.toThrow(NotFound)
})

test('the status says up to where the chain was verified, what it found, and which intents stay open', async () => {
  expect((await auditStatus(erin)).verified).toBeNull()
  await verifyWholeChain()
  const before = await auditStatus(erin)
  expect(before).toMatchObject({ verified: { seq: before.entries, problem: null }, key: expect.stringMatching(/^corbel\.test\/audit\+/) })
  expect(before.checkpoint?.note).toContain('corbel.test/audit\n')
  await requestVerification(erin, 'r')
  expect((await list({ limit: 1 })).items[0]).toMatchObject({ action: 'audit.verification-requested', actor: 'erin' })

  const intent = await recordIntent({ requestId: 'r', actor: 'alice', action: 'thing.changed', target: {}, details: {} })
  expect((await auditStatus(erin)).openIntents).toEqual([]) // young
  const client = new pg.Client({ connectionString: fresh.url })
  await client.connect()
  await client.query(
    `ALTER TABLE corbel_audit.entry DISABLE TRIGGER ALL; UPDATE corbel_audit.entry SET at = at - interval '16 minutes' WHERE id = '${intent.id}'`,
  )
  await client.end()
  expect((await auditStatus(alice)).openIntents).toMatchObject([{ id: intent.id }])
  await verifyWholeChain()
  expect((await auditStatus(alice)).verified).toMatchObject({
    problem: expect.stringContaining('is not what was written'),
    problemSeq: Number(intent.seq),
  })
})

test('the id of a break-glass session finds what was done in it, whatever it is named after', async () => {
  const session = '0199a0aa-0000-7000-8000-00000000000a'
  const act = (target: JsonObject) =>
    database().$transaction((transaction) =>
      appendAudit(transaction, { requestId: 'r', actor: 'alice', action: 'break-glass.apply', outcome: 'succeeded', target, details: {} }),
    )
  const [named, whole] = [await act({ session, name: 'orders-db' }), await act({ session })]
  expect(await seqs({ subject: session })).toEqual([Number(whole.seq), Number(named.seq)])
})

test('a project finds every step of the proposals that touch it, also those that name a pull request only; and shows nobody more', async () => {
  const owner = await database().user.create({ data: { id: newId(), username: 'owner', name: 'owner' } })
  const [ours, theirs] = [newId(), newId()]
  for (const [id, namespaces] of [
    [ours, ['orders-dev', 'orders-prod']],
    [theirs, ['others-prod']],
  ] as const)
    await database().proposal.create({
      data: {
        id,
        state: 'open',
        repository: 'acme/orders',
        baseBranch: 'main',
        branch: id,
        title: 't',
        message: '',
        files: [],
        requestedById: owner.id,
        resources: {
          create: namespaces.map((namespace) => ({ id: newId(), cluster: 'demo', namespace, kind: 'A.b', name: id, action: 'create' })),
        },
      },
    })
  const step = (action: string, proposal: string, actor: string) =>
    database().$transaction((transaction) =>
      appendAudit(transaction, {
        requestId: 'r',
        actor,
        action,
        outcome: 'succeeded',
        target: { proposal, repository: 'acme/orders', pullNumber: 7 },
        details: {},
      }),
    )
  const own = await step('proposal.opened', ours, 'alice')
  const merged = await step('proposal.merged', ours, 'system:proposals')
  await step('proposal.opened', theirs, 'alice')
  expect(await seqs({ namespace: 'orders-prod' })).toEqual([Number(merged.seq), Number(own.seq)])
  expect(await seqs({ namespace: 'orders-dev' })).toEqual([Number(merged.seq), Number(own.seq)])
  expect(await seqs({ namespace: 'orders-prod' }, alice)).toEqual([Number(own.seq)])
  expect(await text({ format: 'csv', namespace: 'orders-prod' })).toContain('proposal.merged')
})
