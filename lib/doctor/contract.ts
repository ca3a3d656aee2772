/** What the doctor tells, on the wire and as `corbel doctor --json`. */
import { z } from 'zod'

/** critical: somebody can act as a break-glass account past its guards. warning: one guard is missing or one right too many. note: to know. */
export const severities = ['critical', 'warning', 'note'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

export const Finding = z.object({
  /** The same at every look, as long as what it is about is there. */
  id: z.string(),
  severity: Severity,
  /** A sentence without its full stop: who may do what. */
  title: z.string(),
  /** Whom it is about, as kubectl names them; null where it is about the cluster's set-up. */
  subject: z.string().nullable(),
  /** The namespace; null for the whole cluster. */
  namespace: z.string().nullable(),
  /** By which binding and role, or which object it is about. */
  through: z.string().nullable(),
  /** The break-glass session it is about, where the portal knows it. */
  session: z.uuid().optional(),
  /** One sentence: what follows from it. */
  why: z.string(),
  /** Everything it allows, in words; empty where `title` says it all. */
  powers: z.array(z.string()),
  /** Why a person said this is all right (annotation corbel.dev/doctor-accepted on the binding). */
  accepted: z.string().nullable(),
  /** What to do: commands to copy, and what they may break. */
  fix: z.object({ commands: z.string(), risk: z.string() }).nullable(),
})
export type Finding = z.infer<typeof Finding>

/** Something the doctor could not look at: what it then cannot tell, and which right is missing. */
export const DoctorGap = z.object({
  what: z.string(),
  message: z.string(),
  /** The right that is missing, as RBAC calls it; null where something else went wrong. */
  right: z.string().nullable(),
  /** It is meant to be so for whoever reads by a page: not a mistake of the set-up. */
  expected: z.boolean(),
})
export type DoctorGap = z.infer<typeof DoctorGap>

export const DoctorReport = z.object({
  cluster: z.string(),
  checkedAt: z.iso.datetime(),
  version: z.string().nullable(),
  /** How people act as the account on a cluster of this version. */
  mode: z.enum(['constrained', 'legacy']).nullable(),
  looked: z.object({ projects: z.number().int(), bindings: z.number().int(), subjects: z.number().int() }),
  findings: z.array(Finding),
  gaps: z.array(DoctorGap),
  /** How to get the rights that are missing; null where none is. */
  advice: z.string().nullable(),
  /** What no API of Kubernetes tells: sentences. */
  limits: z.array(z.string()),
})
export type DoctorReport = z.infer<typeof DoctorReport>

/** clean: looked at everything and found nothing above a note. unknown: nothing found, but not everything could be looked at. */
export type DoctorVerdict = 'clean' | 'findings' | 'unknown'

/** What a report comes to. Expected gaps count where `strict` says so: the command looks with an administrator's eyes and must see all. */
export function verdictOf({ findings, gaps }: Pick<DoctorReport, 'findings' | 'gaps'>, strict: boolean): DoctorVerdict {
  if (findings.some(({ severity }) => severity !== 'note')) return 'findings'
  return gaps.some(({ expected }) => strict || !expected) ? 'unknown' : 'clean'
}
