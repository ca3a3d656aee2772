/** The chain as it lies in the portal's database, for the verifier: read with plain SQL, in one snapshot. */
import pg from 'pg'
import type { ChainEntry } from '#lib/audit-format/audit-entry.ts'
import { type ChainReport, type ChainSource, chainVerifier } from '#lib/audit-format/verify-chain.ts'
import { Unavailable } from '#lib/errors.ts'

const atOnce = 5_000

/** Verifies all of it. Throws Unavailable when the database does not answer or has no such chain. */
export async function verifyDatabase(url: string, trust: ChainSource): Promise<ChainReport> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'corbel-audit-verify' })
  client.on('error', () => {}) // the query that waits is told
  try {
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await readChain(client, trust)
  } catch (error) {
    throw new Unavailable('database', `The database could not be read: ${error instanceof Error ? error.message : error}`, { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

async function readChain(client: pg.Client, trust: ChainSource): Promise<ChainReport> {
  const verifier = chainVerifier(trust)
  const head = await client.query<{ seq: string; hash: string }>('SELECT "seq", "hash" FROM corbel_audit.head')
  const notes = await client.query<{ note: string; seq: string; hash: string }>('SELECT "note" FROM corbel_audit.checkpoint ORDER BY "seq"')
  for (const { note } of notes.rows) verifier.checkpoint(note)
  let after = '0'
  for (;;) {
    const { rows } = await client.query<Row>(page, [after, atOnce])
    for (const row of rows) verifier.entry(entryOf(row))
    const last = rows.at(-1)
    if (!last) break
    after = last.seq
  }
  const last = verifier.last()
  const told = head.rows[0]
  if (head.rows.length !== 1) verifier.problem('cut off', null, `The head of the chain has ${head.rows.length} rows instead of one.`)
  else if (told && (Number(told.seq) !== (last?.seq ?? 0) || (last && told.hash !== last.hash)))
    verifier.problem('cut off', Number(told.seq), `The head says the chain ends at entry ${told.seq}; its last entry is ${last?.seq ?? 0}.`)
  const { rows } = await client.query<{ seq: string }>(wrongColumns)
  for (const { seq } of rows)
    verifier.problem('changed', Number(seq), `The columns by which entry ${seq} is found are not those of its content.`)
  return verifier.end()
}

interface Row {
  seq: string
  format: number
  id: string
  at: Date
  requestId: string
  actor: string
  action: string
  outcome: ChainEntry['outcome']
  intent: string | null
  awaits: boolean
  target: ChainEntry['target']
  details: ChainEntry['details']
  previous: string
  hash: string
}

const page = `SELECT "seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash"
  FROM corbel_audit.entry WHERE "seq" > $1 ORDER BY "seq" LIMIT $2`

const wrongColumns = `SELECT "seq" FROM corbel_audit.entry WHERE "namespace" IS DISTINCT FROM "target" ->> 'namespace'
  OR "subject" IS DISTINCT FROM coalesce("target" ->> 'name', "target" ->> 'proposal', "target" ->> 'session', "target" ->> 'id')
  ORDER BY "seq" LIMIT 20`

function entryOf({ seq, format, at, intent, awaits, ...row }: Row): ChainEntry {
  return {
    ...row,
    seq: Number(seq),
    format: format === 1 ? 1 : 2,
    at: at.toISOString(),
    ...(intent === null ? {} : { intent }),
    ...(awaits ? { awaits: true } : {}),
  }
}
