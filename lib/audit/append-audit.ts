/**
 * The audit chain. Every entry's hash covers its own content and the hash before it, so an entry cannot be changed,
 * removed or slipped in without breaking every later one. Entries are written in the transaction of what they tell of
 * (the intent), outcomes after; a trigger refuses updates and deletes. Writers take a transaction-scoped advisory lock,
 * so the chain has one order.
 */
import { createHash } from 'node:crypto'
import type { AuditEntry } from '#db/client.ts'
import type { Transaction } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'

export interface AuditRecord {
  requestId: string
  /** A username, or `system:…` for jobs and webhooks. */
  actor: string
  /** e.g. proposal.submitted */
  action: string
  outcome: 'intent' | 'succeeded' | 'denied' | 'failed'
  /** What it concerns: cluster, namespace, kind, name, proposal … as far as they apply. */
  target: JsonObject
  /** Redacted by the caller. */
  details: JsonObject
}

/** Hash before the first entry. */
export const chainStart = '0'.repeat(64)

// Any constant does, as long as nobody else locks it: "corb" in ASCII.
const chainLock = 0x636f7262

/** JSON with sorted keys: the same content gives the same text, whatever the order PostgreSQL gives keys back in. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`)
    .join(',')}}`
}

/** The hash of an entry: SHA-256 over canonical JSON of everything in it and the hash before it, in hexadecimal. */
export function entryHash(previous: string, entry: AuditRecord & { id: string; at: string }): string {
  const { id, at, requestId, actor, action, outcome, target, details } = entry
  return createHash('sha256').update(canonical({ previous, id, at, requestId, actor, action, outcome, target, details })).digest('hex')
}

/** Appends an entry. Part of the caller's transaction: what is rolled back was never told. */
export async function appendAudit(transaction: Transaction, record: AuditRecord): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${chainLock})`
  const last = await transaction.auditEntry.findFirst({ orderBy: { seq: 'desc' }, select: { hash: true } })
  const [clock] = await transaction.$queryRaw<{ now: Date }[]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`
  const at = clock?.now ?? new Date()
  const id = newId(at.getTime())
  const previous = last?.hash ?? chainStart
  const hash = entryHash(previous, { ...record, id, at: at.toISOString() })
  await transaction.auditEntry.create({ data: { ...record, id, at, previous, hash } })
}

/** The first entry at which a stretch of the chain does not hold, or undefined when all of it does. Pure. */
export function findBreak(entries: AuditEntry[], before: string = chainStart): AuditEntry | undefined {
  let previous = before
  for (const entry of entries) {
    // Proof of the casts: the columns were written by appendAudit, whose record has these types.
    const record = {
      ...entry,
      at: entry.at.toISOString(),
      outcome: entry.outcome as AuditRecord['outcome'],
      target: entry.target as JsonObject,
      details: entry.details as JsonObject,
    }
    if (entry.previous !== previous || entryHash(previous, record) !== entry.hash) return entry
    previous = entry.hash
  }
  return undefined
}
