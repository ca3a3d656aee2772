/** Wire shapes of projects, kinds and resources: what `/api/v1` gives and takes. Pages import the types only. */
import { z } from 'zod'

export const ResourceState = z.enum(['ready', 'progressing', 'failed', 'unknown', 'paused', 'deleting'])
export type ResourceState = z.infer<typeof ResourceState>

/** Something that is missing from an answer, and why: never an empty list in silence. */
export const Gap = z.object({
  cluster: z.string(),
  kind: z.string().optional(),
  reason: z.enum(['forbidden', 'unauthorized', 'unreachable', 'stale', 'pending', 'failed']),
  message: z.string(),
  since: z.iso.datetime().nullable(),
})
export type Gap = z.infer<typeof Gap>

export const ClusterStatus = z.object({
  name: z.string(),
  /** `stale`: no worker has looked for a while. `unknown`: none ever has. */
  state: z.enum(['unknown', 'ok', 'stale', 'unreachable', 'unauthorized', 'forbidden']),
  message: z.string().nullable(),
  version: z.string().nullable(),
  syncedAt: z.iso.datetime().nullable(),
})
export type ClusterStatus = z.infer<typeof ClusterStatus>

export const StateCounts = z.object({
  ready: z.number().int(),
  progressing: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  paused: z.number().int(),
  deleting: z.number().int(),
})
export type StateCounts = z.infer<typeof StateCounts>

export const Project = z.object({
  cluster: z.string(),
  namespace: z.string(),
  team: z.string().nullable(),
  repository: z.string().nullable(),
  path: z.string().nullable(),
  layout: z.string().nullable(),
  gcpProject: z.string().nullable(),
  /** One of the person's groups owns it. */
  mine: z.boolean(),
  /** The person may propose changes: the project has a repository and the cluster lets the person dry-run there. */
  canPropose: z.boolean(),
  counts: StateCounts,
})
export type Project = z.infer<typeof Project>

export const ProjectList = z.object({ items: z.array(Project), gaps: z.array(Gap), hidden: z.string().nullable() })
export type ProjectList = z.infer<typeof ProjectList>

/** A kind as the catalogue shows it. `service` groups kinds for people: "Storage", "Pub/Sub", "Platform". */
export const KindSummary = z.object({
  cluster: z.string(),
  key: z.string(),
  kind: z.string(),
  group: z.string(),
  version: z.string(),
  namespaced: z.boolean(),
  service: z.string(),
  summary: z.string(),
  count: z.number().int(),
  hash: z.string(),
  state: z.enum(['pending', 'synced', 'forbidden', 'failed', 'gone']),
  message: z.string().nullable(),
})
export type KindSummary = z.infer<typeof KindSummary>

export const KindList = z.object({ items: z.array(KindSummary), gaps: z.array(Gap) })
export type KindList = z.infer<typeof KindList>

export const ResourceRow = z.object({
  id: z.uuid(),
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  kindName: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  state: ResourceState,
  headline: z.string(),
  reason: z.string().nullable(),
  stateSince: z.iso.datetime().nullable(),
  repository: z.string().nullable(),
  path: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type ResourceRow = z.infer<typeof ResourceRow>

export const resourceSorts = ['name', '-name', 'updated', '-updated', 'created', '-created', 'state', 'kind', 'namespace'] as const

/** Filters are repeatable where plural makes sense: `?state=failed&state=progressing`. */
export const ResourceQuery = z.object({
  q: z.string().max(200).optional(),
  /** The whole name, exactly; `q` looks for parts of it. */
  name: z.string().max(253).optional(),
  cluster: z.array(z.string()).default([]),
  namespace: z.array(z.string()).default([]),
  kind: z.array(z.string()).default([]),
  team: z.array(z.string()).default([]),
  state: z.array(ResourceState).default([]),
  sort: z.enum(resourceSorts).default('name'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional(),
})
export type ResourceQuery = z.infer<typeof ResourceQuery>

export const ResourcePage = z.object({
  items: z.array(ResourceRow),
  nextCursor: z.string().nullable(),
  /** Exact up to 10,000; above, `totalIsLowerBound` is true. */
  total: z.number().int(),
  totalIsLowerBound: z.boolean(),
  asOf: z.iso.datetime(),
  gaps: z.array(Gap),
})
export type ResourcePage = z.infer<typeof ResourcePage>

export const FacetValue = z.object({ value: z.string(), label: z.string(), count: z.number().int() })
export const ResourceFacets = z.object({
  namespace: z.array(FacetValue),
  kind: z.array(FacetValue),
  team: z.array(FacetValue),
  state: z.array(FacetValue),
})
export type ResourceFacets = z.infer<typeof ResourceFacets>

export const ConditionView = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  since: z.iso.datetime().nullable(),
})

export const ProposalLink = z.object({
  id: z.uuid(),
  title: z.string(),
  state: z.string(),
  pullNumber: z.number().int().nullable(),
  pullUrl: z.string().nullable(),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
})
export type ProposalLink = z.infer<typeof ProposalLink>

export const ResourceDetail = z.object({
  row: ResourceRow,
  /** The object, redacted, without managed fields; read with the person's own token, or from the index (`live` false). */
  object: z.record(z.string(), z.unknown()),
  /** Fields that others than `corbel apply` set, other than the status, and who did; empty where the object is from the index. */
  owners: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), manager: z.string() })),
  live: z.boolean(),
  liveProblem: z.string().nullable(),
  asOf: z.iso.datetime(),
  readiness: z.object({
    state: ResourceState,
    headline: z.string(),
    reason: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    advice: z.array(z.string()),
    dependency: z.object({ kind: z.string(), name: z.string(), namespace: z.string().nullable() }).nullable(),
  }),
  conditions: z.array(ConditionView),
  git: z
    .object({
      repository: z.string(),
      path: z.string().nullable(),
      commit: z.string().nullable(),
      fileUrl: z.string().nullable(),
      commitUrl: z.string().nullable(),
    })
    .nullable(),
  proposals: z.array(ProposalLink),
  gaps: z.array(Gap),
})
export type ResourceDetail = z.infer<typeof ResourceDetail>

export const RevisionView = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  change: z.enum(['created', 'spec', 'condition', 'metadata', 'deleted']),
  generation: z.number().int().nullable(),
  fields: z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), before: z.unknown(), after: z.unknown() })),
  manager: z.string().nullable(),
  state: z.string().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  commit: z.string().nullable(),
  commitUrl: z.string().nullable(),
  /** The proposal and person it came from, where known. */
  proposal: ProposalLink.nullable(),
})
export type RevisionView = z.infer<typeof RevisionView>

export const HistoryPage = z.object({ items: z.array(RevisionView), nextCursor: z.string().nullable() })
export type HistoryPage = z.infer<typeof HistoryPage>

const FieldPath = z.array(z.union([z.string(), z.number()]))

/** A resource that refers to another one, or is owned by it. */
export const Dependent = z.object({
  row: ResourceRow,
  /** Its owner references name the other one: Kubernetes deletes it along. */
  owned: z.boolean(),
  /** Where its references stand; `external` where one names the other by an external value. */
  places: z.array(z.object({ path: FieldPath, external: z.string().nullable() })),
})
export type Dependent = z.infer<typeof Dependent>

/** What a resource refers to, as one of its fields says. */
export const ReferredResource = z.object({
  /** Not a field of the spec: the owner in its owner references. */
  owner: z.boolean(),
  path: FieldPath,
  /** Kind names without group; empty where the schema does not tell. */
  kinds: z.array(z.string()),
  /** null for external values. */
  namespace: z.string().nullable(),
  name: z.string(),
  external: z.string().nullable(),
  /** `missing`: nothing of that name is there. `hidden`: the person may not look there. `unchecked`: no such kind is offered. */
  status: z.enum(['found', 'missing', 'hidden', 'external', 'unchecked']),
  row: ResourceRow.nullable(),
})
export type ReferredResource = z.infer<typeof ReferredResource>

export const ResourceRelations = z.object({
  dependents: z.array(Dependent),
  /** How many dependents the person may see in all. */
  total: z.number().int(),
  /** There are others in projects the person may not see: see lib/inventory/relations.ts. */
  hidden: z.boolean(),
  /** There are more than are counted. */
  isLowerBound: z.boolean(),
  refersTo: z.array(ReferredResource),
  /** Whether the collector has read what this resource refers to. */
  collected: z.boolean(),
})
export type ResourceRelations = z.infer<typeof ResourceRelations>

/** What Ctrl-K finds. `href` is a path of the portal. */
export const SearchHit = z.object({
  type: z.enum(['resource', 'kind', 'project', 'proposal']),
  title: z.string(),
  subtitle: z.string(),
  state: z.string().nullable(),
  href: z.string(),
})
export const SearchResult = z.object({ hits: z.array(SearchHit) })
export type SearchResult = z.infer<typeof SearchResult>
