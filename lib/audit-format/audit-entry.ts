/**
 * An entry of the audit chain and what its hash covers. Two formats exist:
 *
 *   2  SHA-256( "corbel/audit/v2" LF · number · time · hash before · SHA-256(content) )
 *      number and time (microseconds since 1970) are 8 bytes each, big-endian; hashes are 32 bytes; content is the
 *      canonical JSON (RFC 8785) of id, requestId, actor, action, outcome, target, details, and of intent and awaits where
 *      the entry has them. The function corbel_audit.entry_hash does the same in SQL. Numbers have no gaps.
 *   1  SHA-256( canonical JSON of previous, id, at, requestId, actor, action, outcome, target, details ): what versions
 *      before checkpoints wrote. The number is not covered and may have gaps. Such entries only stand before those of format 2.
 *
 * Because the content is hashed by itself, an evidence bundle can leave out an entry's content and still hold together.
 */
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { canonicalJson } from './canonical-json.ts'

/** Where a chain begins: the hash before its first entry. */
export const chainStart = '0'.repeat(64)

export const auditOutcomes = ['intent', 'succeeded', 'denied', 'failed', 'unknown'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const JsonObjectShape = z.custom<JsonObject>(isObject, 'must be an object')

/** An entry as exports and bundles carry it. `at` is RFC 3339 in UTC with milliseconds. */
export const ChainEntry = z.object({
  seq: z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  format: z.union([z.literal(1), z.literal(2)]),
  id: z.uuid(),
  at: z.iso.datetime({ precision: 3 }),
  requestId: z.string(),
  /** A username, or `system:…` for jobs and webhooks. */
  actor: z.string(),
  /** e.g. proposal.submitted */
  action: z.string(),
  outcome: z.enum(auditOutcomes),
  /** The entry whose outcome this is. */
  intent: z.uuid().optional(),
  /** An outcome is to follow, in another entry. */
  awaits: z.literal(true).optional(),
  target: JsonObjectShape,
  details: JsonObjectShape,
  previous: Hash,
  hash: Hash,
})
export type ChainEntry = z.infer<typeof ChainEntry>

/** An entry of format 2 without what it tells: enough to carry the chain past it. */
export const EntryStub = z.object({
  seq: ChainEntry.shape.seq,
  format: z.literal(2),
  at: ChainEntry.shape.at,
  content: Hash,
  previous: Hash,
  hash: Hash,
})
export type EntryStub = z.infer<typeof EntryStub>

export type EntryContent = Pick<
  ChainEntry,
  'id' | 'requestId' | 'actor' | 'action' | 'outcome' | 'intent' | 'awaits' | 'target' | 'details'
>

/** SHA-256 of bytes; given from outside, since this room does no input or output and runs anywhere. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The text that stands for what an entry of format 2 tells. */
export function contentOf(entry: EntryContent): string {
  const { id, requestId, actor, action, outcome, intent, awaits, target, details } = entry
  const content: { [key: string]: Json } = { id, requestId, actor, action, outcome, target, details }
  if (intent !== undefined) content.intent = intent
  if (awaits !== undefined) content.awaits = awaits
  return canonicalJson(content)
}

/** The hash an entry must have, in hexadecimal. */
export function hashOf(entry: Omit<ChainEntry, 'hash'>, sha256: Sha256): string {
  if (entry.format === 2) return linkHash(entry, sha256(utf8(contentOf(entry))), sha256)
  const { previous, id, at, requestId, actor, action, outcome, target, details } = entry
  return hexOf(sha256(utf8(canonicalJson({ previous, id, at, requestId, actor, action, outcome, target, details }))))
}

/** The hash of an entry of which only the hash of its content is known. */
export const stubHash = (stub: Omit<EntryStub, 'hash'>, sha256: Sha256): string => linkHash(stub, bytesOf(stub.content), sha256)

/** An entry without what it tells. */
export function stubOf(entry: ChainEntry, sha256: Sha256): EntryStub {
  if (entry.format !== 2) throw new RangeError(`Entry ${entry.seq} has format ${entry.format}, which has no stubs.`)
  const { seq, at, previous, hash } = entry
  return { seq, format: 2, at, content: hexOf(sha256(utf8(contentOf(entry)))), previous, hash }
}

const encoder = new TextEncoder()
const prefix = utf8('corbel/audit/v2\n')

function linkHash({ seq, at, previous }: { seq: number; at: string; previous: string }, content: Uint8Array, sha256: Sha256): string {
  const bytes = new Uint8Array(prefix.length + 16 + 32 + 32)
  const view = new DataView(bytes.buffer)
  bytes.set(prefix)
  view.setBigInt64(prefix.length, BigInt(seq))
  view.setBigInt64(prefix.length + 8, BigInt(Date.parse(at)) * 1000n)
  bytes.set(bytesOf(previous), prefix.length + 16)
  bytes.set(content, prefix.length + 48)
  return hexOf(sha256(bytes))
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
export const hexOf = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += hexDigits[byte] ?? ''
  return text
}

/** Bytes of hexadecimal text; the caller has checked that it is that. */
export function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index++) bytes[index] = Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16)
  return bytes
}
