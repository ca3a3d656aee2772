/** The chain in order, in pieces, for whoever verifies it inside the portal. */
import type { AuditEntry } from '#db/client.ts'
import type { ChainEntry } from '#lib/audit-format/audit-entry.ts'
import type { Transaction } from '#lib/database/client.ts'
import { chainEntryOf } from './append-audit.ts'

const atOnce = 2_000

/** Entries after a number, up to and including another one, in pieces. */
export async function* chainFrom(transaction: Transaction, after: number, upTo: number): AsyncGenerator<ChainEntry[]> {
  let last = after
  while (last < upTo) {
    const rows = await transaction.$queryRaw<AuditEntry[]>`
      SELECT "seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash"
      FROM "corbel_audit"."entry" WHERE "seq" > ${last}::bigint AND "seq" <= ${upTo}::bigint ORDER BY "seq" LIMIT ${atOnce}::int`
    if (rows.length === 0) return
    const entries = rows.map(chainEntryOf)
    yield entries
    last = entries.at(-1)?.seq ?? upTo
  }
}

/** Where the chain ends. */
export async function chainHead(transaction: Transaction): Promise<{ seq: number; hash: string }> {
  const [head] = await transaction.$queryRaw<{ seq: bigint; hash: string }[]>`SELECT "seq", "hash" FROM "corbel_audit"."head"`
  if (!head) throw new Error('the audit chain has no head: its table was emptied')
  return { seq: Number(head.seq), hash: head.hash }
}

export interface StoredCheckpoint {
  seq: number
  hash: string
  at: Date
  note: string
}

/** The newest checkpoint that lies in the database, or null. */
export async function lastCheckpoint(transaction: Transaction): Promise<StoredCheckpoint | null> {
  const [row] = await transaction.$queryRaw<{ seq: bigint; hash: string; at: Date; note: string }[]>`
    SELECT "seq", "hash", "at", "note" FROM "corbel_audit"."checkpoint" ORDER BY "seq" DESC LIMIT 1`
  return row ? { ...row, seq: Number(row.seq) } : null
}
