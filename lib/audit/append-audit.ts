/**
 * The audit chain: every act and every refusal, in one order that cannot be changed afterwards.
 *
 * An entry is written by the SQL function `corbel_audit.append` (prisma/migrations/20261123080000_audit), which runs with the rights of
 * the chain's owner, locks the chain's head until the transaction ends, and hashes the entry's canonical bytes together with the hash
 * before (lib/audit-format/audit-entry.ts). So there are no forks and no gaps, and entries cannot be changed, removed or slipped in without
 * breaking every later one; triggers refuse the attempt. The head stays locked until the caller's transaction ends: append last, and never
 * wait for the network in between.
 *
 * What is done to the database is told in the same transaction. What is done elsewhere is told twice: the intent before, in a transaction of
 * its own, and the outcome after (lib/audit/recorded-act.ts).
 */
import type { AuditEntry } from '#db/client.ts'
import { type AuditOutcome, type ChainEntry, chainStart, contentOf, hashOf } from '#lib/audit-format/audit-entry.ts'
import { storable } from '#lib/audit-format/canonical-json.ts'
import type { Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { sha256 } from './audit-crypto.ts'

export interface AuditRecord {
  /** The entry's own id, where it must be known before it is written. */
  id?: string
  requestId: string
  /** A username, or `system:…` for jobs and webhooks. */
  actor: string
  /** e.g. proposal.submitted */
  action: string
  outcome: AuditOutcome
  /** Id of the entry whose outcome this is. */
  intent?: string
  /** An outcome is to follow: an intent that stays without one is shown. */
  awaits?: true
  /** What it concerns: cluster, namespace, kind, name, proposal … as far as they apply. */
  target: JsonObject
  /** Redacted by the caller; what looks like a credential is hidden here once more. Whole numbers above 2^53 go in as text. */
  details: JsonObject
}

/** Where an entry stands. */
export interface AuditReceipt {
  id: string
  seq: bigint
  at: Date
  hash: string
}

/** Appends an entry. Part of the caller's transaction: what is rolled back was never told. */
export async function appendAudit(transaction: Transaction, record: AuditRecord): Promise<AuditReceipt> {
  const id = record.id ?? newId()
  const content = contentOf({
    ...record,
    id,
    requestId: plain(record.requestId),
    actor: plain(record.actor),
    target: cleaned(record.target),
    details: cleaned(record.details),
  })
  const [row] = await transaction.$queryRaw<
    { seq: bigint; at: Date; hash: string }[]
  >`SELECT "seq", "at", "hash" FROM "corbel_audit"."append"(${content})`
  if (!row) throw new Error('the audit chain gave no receipt')
  return { id, ...row }
}

const plain = (text: string): string => String(storable(text))

/** The last line before the chain, from which nothing can be taken out again. */
function cleaned(value: JsonObject): JsonObject {
  const kept = storable(value)
  return isObject(kept) ? redactResource(kept) : {}
}

/** A row of the chain in the form that exports, bundles and the verifier share. */
export function chainEntryOf(row: AuditEntry): ChainEntry {
  return {
    seq: Number(row.seq),
    format: row.format === 1 ? 1 : 2,
    id: row.id,
    at: row.at.toISOString(),
    requestId: row.requestId,
    actor: row.actor,
    action: row.action,
    outcome: row.outcome as AuditOutcome, // the column's check constraint
    ...(row.intent === null ? {} : { intent: row.intent }),
    ...(row.awaits ? { awaits: true } : {}),
    target: row.target as JsonObject, // the function `append` refuses anything else
    details: row.details as JsonObject,
    previous: row.previous,
    hash: row.hash,
  }
}

/** The first entry at which a stretch of the chain does not hold, or undefined when all of it does. Pure. */
export function findBreak(entries: AuditEntry[], before: string = chainStart): AuditEntry | undefined {
  let previous = before
  for (const entry of entries) {
    if (entry.previous !== previous || hashOf(chainEntryOf(entry), sha256) !== entry.hash) return entry
    previous = entry.hash
  }
  return undefined
}
