/**
 * The audit chain: how many entries a second are appended alone and by many at once, whether the chain forks, how fast it is verified, and how
 * fast its page is at a million entries. Needs TEST_DATABASE_URL: a server where databases may be created.
 *
 *   node bench/audit.ts        measures by itself, with fewer rounds
 */
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { verifyDatabase } from '#cli/audit-database.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { checkSignature, sha256 } from '#lib/audit/audit-crypto.ts'
import { AuditQuery } from '#lib/audit/contract.ts'
import { auditPage } from '#lib/audit/read-audit.ts'
import { contentOf } from '#lib/audit-format/audit-entry.ts'
import { chainVerifier } from '#lib/audit-format/verify-chain.ts'
import { connectDatabase } from '#lib/database/client.ts'
import { freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import { type Figure, spread } from './statistics.ts'

const many = 1_000_000
/** An entry of about 1.5 kB, as an edit with its patch makes. */
const record = (number: number) => ({
  id: newId(),
  requestId: `request-${number}`,
  actor: `person-${number % 97}@acme.test`,
  action: ['proposal.submitted', 'proposal.opened', 'login.started', 'access.denied'][number % 4] ?? 'x.y',
  outcome: 'succeeded' as const,
  target: {
    cluster: 'demo',
    namespace: `project-${number % 300}`,
    kind: 'StorageBucket.storage.cnrm.cloud.google.com',
    name: `bucket-${number % 5000}`,
  },
  details: {
    patch: `[{"op":"replace","path":"/spec/lifecycleRule/0/condition/age","value":${number}}]`,
    before: 'x'.repeat(600),
    after: 'y'.repeat(600),
  },
})

/** Appends for so long with so many connections, each entry in its own transaction. Gives entries a second. */
async function contended(url: string, clients: number, seconds: number): Promise<number> {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      return client
    }),
  )
  let written = 0
  const started = performance.now()
  const until = started + seconds * 1000
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() < until) {
        await client.query({ name: 'append', text: 'SELECT "seq" FROM corbel_audit.append($1)', values: [contentOf(record(written))] })
        written++
      }
    }),
  )
  const rate = written / ((performance.now() - started) / 1000)
  await Promise.all(connections.map((client) => client.end()))
  return Math.round(rate)
}

async function throughPrisma(url: string, clients: number, seconds: number): Promise<number> {
  const database = connectDatabase(url, clients)
  let written = 0
  const started = performance.now()
  const until = started + seconds * 1000
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < until) await database.$transaction((transaction) => appendAudit(transaction, record(written++)))
    }),
  )
  const rate = written / ((performance.now() - started) / 1000)
  await database.$disconnect()
  return Math.round(rate)
}

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Measures in a database of its own. */
export async function run(seconds = 10, rounds = 20): Promise<{ name: string; rows: Figure[] }> {
  const fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  try {
    const rows: Figure[] = []
    for (const clients of [1, 4, 16])
      rows.push({
        what: `appends, ${clients} at once`,
        value: await contended(fresh.url, clients, seconds),
        unit: 'entries/s',
        ...(clients > 1 ? { goal: '≥ 1500' } : {}),
      })
    rows.push({ what: 'appends through lib/audit, 8 at once', value: await throughPrisma(fresh.url, 8, seconds), unit: 'entries/s' })
    rows.push(...(await whole(fresh.url)))
    await fill(fresh.url)
    rows.push({ what: 'entries', value: many, unit: '' })
    rows.push(...(await pages(fresh.url, rounds)))
    return { name: 'audit', rows }
  } finally {
    await fresh.drop()
  }
}

/** Whether the chain that many wrote holds, and how fast that is found out. */
async function whole(url: string): Promise<Figure[]> {
  const counted = await query(
    url,
    'SELECT count(*)::int AS entries, count(DISTINCT previous)::int AS places, max(seq)::int AS last FROM corbel_audit.entry',
  )
  const { entries, places, last } = counted.rows[0] ?? {}
  const started = performance.now()
  const report = await verifyDatabase(url, { sha256, check: checkSignature, keys: [], kept: [] })
  const ms = performance.now() - started
  const alone = Math.round(aloneRate())
  return [
    { what: 'forks and gaps', value: entries - places + (last - entries), unit: '', goal: '≤ 0' },
    { what: 'problems found by corbel audit verify', value: report.problemCount, unit: '', goal: '≤ 0' },
    { what: 'verified from the database', value: Math.round(report.entries / (ms / 1000)), unit: 'entries/s' },
    { what: 'verified, without reading', value: alone, unit: 'entries/s' },
  ]
}

/** How many entries a second the verifier alone does. */
function aloneRate(): number {
  const entries = 20_000
  const stub = { format: 2 as const, at: '2026-11-23T08:00:00.000Z', previous: '0'.repeat(64), hash: '0'.repeat(64) }
  const list = Array.from({ length: entries }, (_, seq) => ({ ...stub, ...record(seq), seq: seq + 1 }))
  const verifier = chainVerifier({ sha256, check: checkSignature, keys: [], kept: [], partial: true })
  const started = performance.now()
  for (const entry of list) verifier.entry(entry)
  return entries / ((performance.now() - started) / 1000)
}

/** A million rows: what pages read. Their hashes are made up, since pages do not look at them. */
async function fill(url: string): Promise<void> {
  await query(
    url,
    `ALTER TABLE corbel_audit.entry DISABLE TRIGGER ALL; TRUNCATE corbel_audit.entry;
    INSERT INTO corbel_audit.entry ("seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "awaits", "target", "details", "previous", "hash")
    SELECT i, 2, gen_random_uuid(), now() - (${many} - i) * interval '20 seconds', 'r' || i, 'person-' || (i * 7 % 997) || '@acme.test',
      (ARRAY['proposal.submitted', 'proposal.opened', 'login.started', 'access.denied'])[1 + i % 4],
      CASE WHEN i % 5000 = 0 THEN 'denied' ELSE 'succeeded' END, false,
      jsonb_build_object('cluster', 'demo', 'namespace', 'project-' || (i % 300), 'name', 'bucket-' || (i % 50000)), '{"text": "it is so"}', md5(i::text) || md5(i::text), md5((i + 1)::text) || md5((i + 1)::text)
    FROM generate_series(1, ${many}) i`,
  )
  await query(url, 'VACUUM ANALYZE corbel_audit.entry')
}

async function pages(url: string, rounds: number): Promise<Figure[]> {
  const database = connectDatabase(url, 2)
  const day = 86_400_000
  const at = (daysAgo: number): string => new Date(Date.now() - daysAgo * day).toISOString()
  const cases: [string, Record<string, unknown>][] = [
    ['page, newest', {}],
    ['page, one person', { actor: 'person-7@acme.test' }],
    ['page, nobody', { actor: 'nobody' }],
    ['page, denied', { outcome: ['denied'] }],
    ['page, two actions of a person', { actor: 'person-7@acme.test', action: ['access.denied', 'login.started'] }],
    ['page, a project', { namespace: 'project-7' }],
    ['page, a resource', { subject: 'bucket-4711' }],
    ['page, a day half a year ago', { since: at(181), until: at(180) }],
    ['page, denied, half a year ago', { outcome: ['denied'], since: at(210), until: at(180) }],
  ]
  try {
    const measured: Figure[] = []
    for (const [what, filter] of cases) {
      const parsed = AuditQuery.parse(filter)
      measured.push({ what, value: await timed(rounds, () => auditPage(database, parsed)), unit: 'ms min / median / max', goal: '≤ 50' })
    }
    const deep = Buffer.from(JSON.stringify([at(115), many / 2])).toString('base64url')
    const after = AuditQuery.parse({ cursor: deep })
    measured.push({
      what: 'page, after half a million',
      value: await timed(rounds, () => auditPage(database, after)),
      unit: 'ms min / median / max',
      goal: '≤ 50',
    })
    return measured
  } finally {
    await database.$disconnect()
  }
}

async function timed(rounds: number, work: () => Promise<unknown>): Promise<string> {
  for (let warm = 0; warm < 2; warm++) await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return spread(times)
}

if (import.meta.main) console.table((await run(5, 10)).rows)
