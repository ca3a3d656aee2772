/** Exports of the audit log, written as they are read: a million entries need no more memory than a few. */
import { type AuditEntry, Prisma } from '#db/client.ts'
import type { ChainEntry } from '#lib/audit-format/audit-entry.ts'
import { chainStart } from '#lib/audit-format/audit-entry.ts'
import { csvHead, csvLine } from '#lib/audit-format/csv-rows.ts'
import { checkpointLine, endLine, entryLine, headerLine } from '#lib/audit-format/export-lines.ts'
import { ocsfEvent } from '#lib/audit-format/ocsf-event.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { appendAudit, chainEntryOf } from './append-audit.ts'
import { auditOrigin, checkpointKey } from './checkpoint-key.ts'
import type { AuditExport } from './contract.ts'
import { conditionsOf, permitted } from './read-audit.ts'

const atOnce = 1_000
const byteOrderMark = '\ufeff'

/** Begins an export, and tells of it in the log: `pieces` are to be sent in order. Throws Forbidden for other people's acts. */
export async function exportAudit(
  query: AuditExport,
  actor: Actor,
  requestId: string,
): Promise<{ fileName: string; type: string; pieces: AsyncGenerator<string> }> {
  const cut = permitted(query, actor)
  const { format, ...filter } = cut
  const receipt = await database().$transaction((transaction) =>
    appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: 'audit.exported',
      outcome: 'succeeded',
      target: {},
      details: { format, filter: JSON.parse(JSON.stringify(filter)) },
    }),
  )
  const upTo = Number(receipt.seq)
  const day = receipt.at.toISOString().slice(0, 10)
  if (format === 'csv') return { fileName: `audit-${day}.csv`, type: 'text/csv; charset=utf-8', pieces: csv(cut, upTo) }
  if (format === 'ocsf') return { fileName: `audit-${day}.ocsf.jsonl`, type: 'application/x-ndjson', pieces: ocsf(cut, upTo) }
  return { fileName: `audit-${day}.jsonl`, type: 'application/x-ndjson', pieces: jsonLines(cut, upTo, receipt.at) }
}

/** Entries of a filter in the chain's order, in pieces. */
async function* entriesOf(query: AuditExport, upTo: number): AsyncGenerator<ChainEntry[]> {
  let last = 0
  for (;;) {
    const where = Prisma.join([Prisma.sql`"seq" > ${last}::bigint`, Prisma.sql`"seq" <= ${upTo}::bigint`, ...conditionsOf(query)], ' AND ')
    const rows = await database().$queryRaw<AuditEntry[]>`
      SELECT "seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash"
      FROM "corbel_audit"."entry" WHERE ${where} ORDER BY "seq" LIMIT ${atOnce}::int`
    if (rows.length > 0) yield rows.map(chainEntryOf)
    if (rows.length < atOnce) return
    last = Number(rows.at(-1)?.seq ?? upTo)
  }
}

async function* jsonLines(query: AuditExport, upTo: number, made: Date): AsyncGenerator<string> {
  const complete = conditionsOf(query).length === 0
  const origin = auditOrigin()
  const key = checkpointKey()
  yield headerLine({
    origin,
    made: made.toISOString(),
    complete,
    after: { seq: 0, hash: chainStart },
    keys: key ? [key.verifier.text] : [],
  })
  const notes = await database().$queryRaw<{ note: string }[]>`
    SELECT "note" FROM "corbel_audit"."checkpoint" WHERE "seq" <= ${upTo}::bigint ORDER BY "seq"`
  for (const { note } of notes) yield checkpointLine(note)
  let end = { entries: 0, seq: 0, hash: chainStart }
  for await (const entries of entriesOf(query, upTo)) {
    yield entries.map(entryLine).join('')
    const last = entries.at(-1)
    if (last) end = { entries: end.entries + entries.length, seq: last.seq, hash: last.hash }
  }
  yield endLine(end)
}

async function* csv(query: AuditExport, upTo: number): AsyncGenerator<string> {
  yield `${byteOrderMark}${csvHead}` // without the mark, spreadsheets take UTF-8 for something else
  for await (const entries of entriesOf(query, upTo)) yield entries.map(csvLine).join('')
}

async function* ocsf(query: AuditExport, upTo: number): AsyncGenerator<string> {
  const origin = auditOrigin()
  for await (const entries of entriesOf(query, upTo)) yield entries.map((entry) => `${JSON.stringify(ocsfEvent(entry, origin))}\n`).join('')
}

/** The pieces as a stream that is read no faster than it is sent; whoever stops reading ends it. */
export function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { value, done } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => void (await pieces.return(undefined)),
  })
}
