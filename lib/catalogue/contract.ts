/** Wire shapes of blueprints and hints: what `/api/v1` gives. Pages import the types only. */
import { z } from 'zod'
import type { Blueprint } from '#lib/blueprint/blueprint.ts'

/** A blueprint as the catalogue shows it. */
export const BlueprintSummary = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  category: z.string(),
  icon: z.string(),
  keywords: z.array(z.string()),
  team: z.string().nullable(),
  /** Kinds it makes, each once: `Kind.group`. */
  kinds: z.array(z.string()),
  /** Clusters that offer all its kinds. */
  clusters: z.array(z.string()),
  /** Where it is written, in words. */
  source: z.string(),
  /** Its file in the forge, where it has one. */
  url: z.string().nullable(),
  /** Only members of some groups may use it. */
  restricted: z.boolean(),
})
export type BlueprintSummary = z.infer<typeof BlueprintSummary>

/** A file that cannot be used, shown to the team it names and to the platform team. */
export const BrokenBlueprint = z.object({
  name: z.string(),
  source: z.string(),
  path: z.string(),
  url: z.string().nullable(),
  problems: z.array(z.object({ line: z.number().int(), severity: z.enum(['error', 'warning']), message: z.string() })),
})
export type BrokenBlueprint = z.infer<typeof BrokenBlueprint>

const Hidden = z.object({ reason: z.string().nullable() })

export const BlueprintList = z.object({
  items: z.array(BlueprintSummary),
  broken: z.array(BrokenBlueprint),
  /** Sources that could not be read, for the platform team. */
  troubles: z.array(z.object({ source: z.string(), message: z.string() })),
  /** What the company says of kinds (`Kind.group`) as a whole, where it says something. */
  kinds: z.array(
    z.object({
      cluster: z.string(),
      kind: z.string(),
      /** The platform team stands behind it. */
      curated: z.boolean(),
      /** Only admins are offered it. */
      hidden: Hidden.nullable(),
    }),
  ),
})
export type BlueprintList = z.infer<typeof BlueprintList>

// Proof: the service gives what lib/blueprint read and judged; the browser fills it with the same code.
export const BlueprintDetail = z.object({
  summary: BlueprintSummary,
  blueprint: z.custom<Blueprint>((value) => typeof value === 'object' && value !== null),
  /** What manifests of each kind are written in, on the cluster asked about. */
  apiVersions: z.record(z.string(), z.string()),
})
export type BlueprintDetail = z.infer<typeof BlueprintDetail>

export const KindHintsReply = z.object({
  kind: z.string(),
  curated: z.boolean(),
  hidden: Hidden.optional(),
  fields: z.array(
    z.object({
      path: z.array(z.string()),
      help: z.string().optional(),
      hide: z.literal(true).optional(),
      recommended: z.json().optional(),
      order: z.number().optional(),
    }),
  ),
})
