import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeNote, notesIn, readCheckpoint, readNote } from '#lib/audit-format/signed-note.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Forbidden, Invalid, Unavailable } from '#lib/errors.ts'
import { appendAudit } from './append-audit.ts'
import { checkSignature } from './audit-crypto.ts'
import { checkpointKey } from './checkpoint-key.ts'
import { checkpointNow, checkpointsDue } from './keep-checkpoints.ts'
import { recordedAct, recordIntent } from './recorded-act.ts'
import { verifyWholeChain } from './verify-whole-chain.ts'

const folder = mkdtempSync(join(tmpdir(), 'corbel-checkpoints-'))
const published = join(folder, 'audit.notes')
let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const pem = (type: 'ed25519' | 'rsa') =>
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' })
      : generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })
  writeFileSync(join(folder, 'audit.pem'), pem('ed25519'))
  writeFileSync(join(folder, 'app.pem'), pem('rsa'))
  writeFileSync(join(folder, 'kubeconfig'), '')
  const own = {
    DATABASE_URL: fresh.url,
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: join(folder, 'kubeconfig') }]),
    GITHUB_APP_PRIVATE_KEY_FILE: join(folder, 'app.pem'),
    CORBEL_AUDIT_KEY_FILE: join(folder, 'audit.pem'),
    CORBEL_AUDIT_CHECKPOINT_FILE: published,
  }
  Object.assign(process.env, settingsForTests(own))
})
afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
  rmSync(folder, { recursive: true })
})

const act = { requestId: 'r', actor: 'alice', action: 'thing.changed', target: { name: 'x' }, details: {} }
const append = () => database().$transaction((transaction) => appendAudit(transaction, { ...act, outcome: 'succeeded' }))
const checkpoints = async () =>
  (await database().$queryRaw<{ seq: bigint }[]>`SELECT "seq" FROM corbel_audit.checkpoint ORDER BY "seq"`).map(({ seq }) => Number(seq))

test('an empty chain has none; the first entry gets one at once, the next only after a minute, or when asked', async () => {
  const empty = await checkpointsDue(undefined)
  expect(await checkpoints()).toEqual([])
  await append()
  const one = await checkpointsDue(empty)
  expect(await checkpoints()).toEqual([1])
  await append()
  await checkpointsDue(one)
  expect(await checkpoints()).toEqual([1])
  const note = await checkpointNow()
  expect(await checkpoints()).toEqual([1, 2])
  const read = readNote(note ?? '')
  const key = checkpointKey()
  if (!read || !key) throw new Error('there is no note or no key')
  expect(judgeNote(read, [key.verifier], checkSignature)).toBe('good')
  expect(readCheckpoint(read.text)).toMatchObject({ origin: 'corbel.test/audit', seq: 2 })
})

test('every hundredth entry gets one, however late the worker looks, and each is published once', async () => {
  for (let written = 0; written < 230; written++) await append()
  await Promise.all([checkpointsDue(undefined), checkpointsDue(undefined)])
  expect(await checkpoints()).toEqual([1, 2, 100, 200])
  const seqs = notesIn(readFileSync(published, 'utf8')).map((note) => readCheckpoint(readNote(note)?.text ?? '')?.seq)
  expect(seqs.sort((a, b) => Number(a) - Number(b))).toEqual([1, 2, 100, 200])
})

test('the whole chain is verified up to its end, and that is noted', async () => {
  const report = await verifyWholeChain()
  expect(report).toMatchObject({ verdict: 'intact', entries: 232, vouchedTo: 200 })
  expect(await database().auditVerification.findUnique({ where: { scope: 'full' } })).toMatchObject({ seq: 232n, problem: null })
})

test('an act is told before and after, with how it ended; without a database it is not done', async () => {
  await recordedAct(
    act,
    async () => 7,
    (result) => ({ result }),
  )
  await expect(
    recordedAct(
      act,
      async () => {
        throw new Forbidden('No.')
      },
      () => ({}),
    ),
  ).rejects.toThrow('No.')
  await expect(
    recordedAct(
      act,
      async () => {
        throw new Invalid('Wrong.')
      },
      () => ({}),
    ),
  ).rejects.toThrow('Wrong.')
  await expect(
    recordedAct(
      act,
      async () => {
        throw new Unavailable('cluster', 'Gone.')
      },
      () => ({}),
    ),
  ).rejects.toThrow('Gone.')
  const told = await database().auditEntry.findMany({ orderBy: { seq: 'desc' }, take: 8 })
  expect(told.reverse().map(({ outcome }) => outcome)).toEqual([
    'intent',
    'succeeded',
    'intent',
    'denied',
    'intent',
    'failed',
    'intent',
    'unknown',
  ])
  for (const [index, entry] of told.entries()) if (index % 2) expect(entry.intent).toBe(told[index - 1]?.id)
  expect(told[1]?.details).toEqual({ result: 7 })

  let done = false
  const blocked = new pg.Client({ connectionString: fresh.url })
  await blocked.connect()
  await blocked.query('BEGIN; LOCK TABLE corbel_audit.head IN ACCESS EXCLUSIVE MODE')
  const waiting = recordedAct(
    act,
    async () => {
      done = true
    },
    () => ({}),
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(done).toBe(false)
  await blocked.query('ROLLBACK')
  await waiting
  expect(done).toBe(true)
  await blocked.end()
})

test('a chain that does not hold gets no signature, and what is wrong is noted', async () => {
  await recordIntent(act)
  const client = new pg.Client({ connectionString: fresh.url })
  await client.connect()
  await client.query('ALTER TABLE corbel_audit.entry DISABLE TRIGGER ALL')
  await client.query(`UPDATE corbel_audit.entry SET actor = 'mallory' WHERE seq = (SELECT max(seq) - 1 FROM corbel_audit.entry)`)
  await client.end()
  const before = await checkpoints()
  await expect(checkpointNow()).rejects.toThrow(/does not hold/)
  expect(await checkpoints()).toEqual(before)
  expect(await database().auditVerification.findUnique({ where: { scope: 'latest' } })).toMatchObject({
    problem: expect.stringContaining('is not what was written'),
  })
  expect(await verifyWholeChain()).toMatchObject({ verdict: 'tampered' })
})
