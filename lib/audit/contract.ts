/** The audit log on the wire. Routes validate with these, pages import their types. */
import { z } from 'zod'
import { auditOutcomes } from '#lib/audit-format/audit-entry.ts'

const texts = z.array(z.string().min(1).max(200)).max(50).default([])

/** What a list of entries is cut by. Each list means any of; several conditions must all hold. */
export const AuditFilter = z.object({
  actor: z.string().min(1).max(300).optional(),
  action: texts,
  outcome: z.array(z.enum(auditOutcomes)).default([]),
  namespace: z.string().min(1).max(300).optional(),
  /** Name of a resource, or id of a proposal or session: exactly. */
  subject: z.string().min(1).max(300).optional(),
  /** Times: from this one on, and before that one. */
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditQuery = AuditFilter.extend({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type AuditQuery = z.infer<typeof AuditQuery>

export const AuditRow = z.object({
  seq: z.number(),
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  outcome: z.enum(auditOutcomes),
  /** The entry whose outcome this is. */
  intent: z.string().nullable(),
  requestId: z.string(),
  target: z.record(z.string(), z.json()),
  details: z.record(z.string(), z.json()),
  previous: z.string(),
  hash: z.string(),
})
export type AuditRow = z.infer<typeof AuditRow>

/** Newest first. */
export const AuditPage = z.object({ items: z.array(AuditRow), nextCursor: z.string().nullable() })
export type AuditPage = z.infer<typeof AuditPage>

/** What one can choose from. */
export const AuditFacets = z.object({ actions: z.array(z.string()), actors: z.array(z.string()) })
export type AuditFacets = z.infer<typeof AuditFacets>

export const AuditStatus = z.object({
  /** Whether the person sees everybody's acts, or only their own. */
  all: z.boolean(),
  origin: z.string(),
  /** The public key of checkpoints, as verifiers take it; null where none is configured. */
  key: z.string().nullable(),
  entries: z.number(),
  /** What the portal itself found last: the whole chain up to `seq` holds, or why not. Null before the first look. */
  verified: z.object({ seq: z.number(), at: z.string(), problem: z.string().nullable(), problemSeq: z.number().nullable() }).nullable(),
  checkpoint: z.object({ seq: z.number(), at: z.string(), note: z.string() }).nullable(),
  /** What weakens the guards of the chain: sentences. For people who see everything. */
  guards: z.array(z.string()),
  /** Acts of which nobody told how they ended, older than a quarter of an hour. */
  openIntents: z.array(AuditRow),
})
export type AuditStatus = z.infer<typeof AuditStatus>

export const exportFormats = ['jsonl', 'csv', 'ocsf'] as const
export const AuditExport = AuditFilter.extend({ format: z.enum(exportFormats).default('jsonl') })
export type AuditExport = z.infer<typeof AuditExport>
