import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { sha256, signerOf } from '#lib/audit/audit-crypto.ts'
import { checkpointText, signNote, verifierKey } from '#lib/audit-format/signed-note.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { run } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'corbel-audit-'))
const own = signerOf(String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })))
const key = verifierKey('corbel.test/audit', own.publicKey, sha256)
const keyFile = join(folder, 'audit.keys')
const kept = join(folder, 'checkpoint.txt')
let fresh: FreshDatabase
let note = ''

const record = (number: number) => ({
  requestId: `r${number}`,
  actor: number % 2 ? 'alice' : 'bob',
  action: 'proposal.submitted',
  outcome: 'succeeded' as const,
  target: { namespace: 'payments-prod', name: `n${number}` },
  details: { n: number / 7 },
})

beforeAll(async () => {
  writeFileSync(keyFile, `${key.text}\n`)
})
beforeEach(async () => {
  await fresh?.drop()
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  for (let number = 1; number <= 12; number++) await fresh.database.$transaction((transaction) => appendAudit(transaction, record(number)))
  const entry = await fresh.database.auditEntry.findUniqueOrThrow({ where: { seq: 10n } })
  note = signNote(checkpointText({ origin: key.name, seq: 10, hash: entry.hash, at: entry.at.toISOString() }), key, own.sign)
  await fresh.database.$queryRaw`SELECT corbel_audit.keep_checkpoint(10, ${entry.hash}, ${note})`
  writeFileSync(kept, note)
})
afterAll(async () => {
  await fresh.drop()
  rmSync(folder, { recursive: true })
})

async function corbel(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await run(['audit', ...args], {
    environment: {},
    directory: folder,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
  })
  return { code, out, err }
}
const verify = (...args: string[]) => corbel('verify', '--database', fresh.url, '--key', keyFile, ...args)

/** What somebody does who may do everything in the database. */
async function tamper(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: fresh.url })
  await client.connect()
  try {
    await client.query(
      'ALTER TABLE corbel_audit.entry DISABLE TRIGGER ALL; ALTER TABLE corbel_audit.head DISABLE TRIGGER ALL; ALTER TABLE corbel_audit.checkpoint DISABLE TRIGGER ALL',
    )
    await client.query(sql)
  } finally {
    await client.end()
  }
}

test('an honest database is intact: exit code 0', async () => {
  const { code, out, err } = await verify('--from-checkpoint', kept)
  expect(err).toBe('')
  expect(out).toMatch(/^Intact\. Entries: 12, the last is 12 .* Vouched for up to entry 10\./)
  expect(code).toBe(0)
})

test('without key and checkpoint it could not tell: exit code 2', async () => {
  const { code, out } = await corbel('verify', '--database', fresh.url)
  expect(out).toContain('Could not tell')
  expect(code).toBe(2)
})

const renumber = `UPDATE corbel_audit.entry SET seq = seq - 1 WHERE seq > 7`
const rewrite = `DO $$ DECLARE e record; p text; h text; BEGIN
    SELECT previous INTO p FROM corbel_audit.entry WHERE seq = 7;
    FOR e IN SELECT * FROM corbel_audit.entry WHERE seq >= 7 ORDER BY seq LOOP
      h := corbel_audit.entry_hash(e.seq, e.at, p, format('{"action":"%s","actor":"mallory","details":{},"id":"%s","outcome":"%s","requestId":"%s","target":{}}', e.action, e.id, e.outcome, e."requestId"));
      UPDATE corbel_audit.entry SET actor = 'mallory', details = '{}', target = '{}', previous = p, hash = h WHERE seq = e.seq;
      p := h;
    END LOOP;
    UPDATE corbel_audit.head SET hash = p; END $$`
const rows: [string, string][] = [
  ['a changed field', `UPDATE corbel_audit.entry SET actor = 'mallory' WHERE seq = 5`],
  ['a changed detail', `UPDATE corbel_audit.entry SET details = '{"n":2}' WHERE seq = 5`],
  ['a changed time', `UPDATE corbel_audit.entry SET at = at + interval '1 millisecond' WHERE seq = 5`],
  ['a changed hash only', `UPDATE corbel_audit.entry SET hash = repeat('a', 64) WHERE seq = 5`],
  ['an entry removed in the middle', 'DELETE FROM corbel_audit.entry WHERE seq = 7'],
  [
    'an entry removed, the others numbered anew',
    `DELETE FROM corbel_audit.entry WHERE seq = 7; ${renumber}; UPDATE corbel_audit.head SET seq = 11`,
  ],
  ['the end removed', 'DELETE FROM corbel_audit.entry WHERE seq > 11'],
  [
    'the end removed after a checkpoint, head and all',
    `DELETE FROM corbel_audit.entry WHERE seq > 8; UPDATE corbel_audit.head SET seq = 8, hash = (SELECT hash FROM corbel_audit.entry WHERE seq = 8)`,
  ],
  [
    'an entry slipped in',
    `INSERT INTO corbel_audit.entry ("seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "awaits", "target", "details", "previous", "hash")
    SELECT 13, 2, gen_random_uuid(), at, 'r', 'mallory', 'a.b', 'succeeded', false, '{}', '{}', repeat('c', 64), repeat('d', 64) FROM corbel_audit.entry WHERE seq = 12`,
  ],
  [
    'two entries swapped',
    'UPDATE corbel_audit.entry SET seq = -5 WHERE seq = 5; UPDATE corbel_audit.entry SET seq = 5 WHERE seq = 6; UPDATE corbel_audit.entry SET seq = 6 WHERE seq = -5',
  ],
  ['all rewritten from an entry on, with right hashes', rewrite],
  ['a checkpoint changed', `UPDATE corbel_audit.checkpoint SET note = replace(note, E'\\n10\\n', E'\\n11\\n')`],
  ['an entry made to pass for an older one', 'UPDATE corbel_audit.entry SET format = 1 WHERE seq = 5'],
  ['the head moved', `UPDATE corbel_audit.head SET seq = 13`],
  ['the whole chain removed', 'TRUNCATE corbel_audit.entry'],
  [
    'an entry hidden from filters',
    `ALTER TABLE corbel_audit.entry ALTER namespace DROP EXPRESSION; UPDATE corbel_audit.entry SET namespace = 'elsewhere' WHERE seq = 3`,
  ],
]
describe('tampering in the database is found: exit code 1', () => {
  test.each(rows)('%s', async (_, sql) => {
    await tamper(sql)
    const { code, out } = await verify()
    expect(out).toMatch(/^TAMPERED WITH/)
    expect(code).toBe(1)
  })

  test('all rewritten and the checkpoint removed: by the checkpoint that was kept elsewhere', async () => {
    await tamper(`${rewrite}; TRUNCATE corbel_audit.checkpoint`)
    expect((await verify()).code).toBe(2)
    expect((await verify('--from-checkpoint', kept)).code).toBe(1)
  })
})

test.each([
  ['a database that is not there', ['verify', '--database', 'postgresql://nobody@127.0.0.1:1/none']],
  ['a file that is not there', ['verify', 'none.jsonl']],
  ['a key that is none', ['verify', '--database', 'postgresql://x', '--key', 'none']],
  ['nothing to verify', ['verify']],
  ['another verb', ['burn']],
])('could not tell, exit code 2: %s', async (_, args) => {
  const { code, err } = await corbel(...args)
  expect(err).toContain('could not tell')
  expect(code).toBe(2)
})

test('what it finds as JSON', async () => {
  const { out } = await verify('--format', 'json')
  expect(JSON.parse(out)).toMatchObject({ verdict: 'intact', entries: 12, vouchedTo: 10, problems: [] })
})
