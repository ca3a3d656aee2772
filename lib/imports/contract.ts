/** Wire shapes of imports: what `/api/v1/imports` and `/api/v1/unmanaged` give and take. Pages import the types only. */
import { z } from 'zod'
import { FieldProblem } from '#lib/proposals/contract.ts'

/** See lib/imports/import-life.ts for who moves a run from state to state. */
export const ImportState = z.enum([
  'waiting', // recorded; the worker has not begun
  'scanning', // pages of the inventory are read
  'ready', // read to the end: choose, review, propose
  'cancelled', // stopped by a person; what was read is kept
  'failed', // the inventory refused for good; `problem` says why; can be resumed
])
export type ImportState = z.infer<typeof ImportState>

/**
 * What becomes of an asset. `importable`: it has manifests · `managed`: a resource of a cluster stands for it already · `unsupported`:
 * it cannot be imported, and why · `skipped`: left out by a rule; it can be chosen all the same where it has manifests.
 */
export const ImportCategory = z.enum(['importable', 'managed', 'unsupported', 'skipped'])
export type ImportCategory = z.infer<typeof ImportCategory>

export const ImportVerdict = z.enum(['nothing-changes', 'adds-label', 'would-change', 'cannot-tell'])
export type ImportVerdict = z.infer<typeof ImportVerdict>

/** After the merge. `waiting`: not seen in the cluster yet · `acquired`: ready, and the cloud as it was · `changed`: ready, and something changed. */
export const Adoption = z.enum(['waiting', 'acquired', 'changed', 'conflict', 'failed', 'unknown'])
export type Adoption = z.infer<typeof Adoption>

/** How manifests are laid out in the project's folder. */
export const ImportLayout = z.enum(['resource', 'kind', 'service'])
export type ImportLayout = z.infer<typeof ImportLayout>

/** Where one may import to: a project, with its place in the cloud and in Git. */
export const ImportTarget = z.object({
  cluster: z.string(),
  namespace: z.string(),
  team: z.string().nullable(),
  /** As the namespace names it, or its number; null where the namespace does not say. */
  cloudProjectId: z.string().nullable(),
  /** Null until the inventory was asked. */
  cloudProjectNumber: z.string().nullable(),
  repository: z.string().nullable(),
  path: z.string().nullable(),
  /** Why nothing can be imported here, in a sentence; null where it can. */
  problem: z.string().nullable(),
  /** The newest run, if there is one. */
  lastRun: z.object({ id: z.uuid(), state: ImportState, createdAt: z.iso.datetime(), unmanaged: z.number().int().nullable() }).nullable(),
})
export type ImportTarget = z.infer<typeof ImportTarget>
export const ImportTargets = z.object({
  items: z.array(ImportTarget),
  /** Whether the person may scan a folder or an organization. */
  wide: z.boolean(),
  /** Null where the inventory is set up; else what the operator has to do. */
  problem: z.string().nullable(),
})
export type ImportTargets = z.infer<typeof ImportTargets>

/** Starts a run: of one project (cluster and namespace), or of `folders/N` or `organizations/N` for admins. */
export const ImportStart = z.object({
  cluster: z.string(),
  namespace: z.string().nullable(),
  scope: z
    .string()
    .regex(/^(?:folders|organizations)\/\d{1,20}$/, 'Write it like folders/123 or organizations/123.')
    .nullable(),
})
export type ImportStart = z.infer<typeof ImportStart>

export const ImportCounts = z.object({
  importable: z.number().int(),
  managed: z.number().int(),
  unsupported: z.number().int(),
  skipped: z.number().int(),
  chosen: z.number().int(),
})
export type ImportCounts = z.infer<typeof ImportCounts>

/** Something the inventory did not give, with the reason: no list is short in silence. */
export const ImportGap = z.object({ assetType: z.string().nullable(), message: z.string() })
export type ImportGap = z.infer<typeof ImportGap>

export const ImportRun = z.object({
  id: z.uuid(),
  cluster: z.string(),
  /** `projects/ID`, `folders/N` or `organizations/N`. */
  scope: z.string(),
  namespace: z.string().nullable(),
  cloudProjectNumber: z.string().nullable(),
  state: ImportState,
  requestedBy: z.object({ username: z.string(), name: z.string() }),
  /** The moment the inventory was read at: every page tells the state of that moment. */
  snapshotAt: z.iso.datetime().nullable(),
  assetsRead: z.number().int(),
  readByType: z.array(z.object({ assetType: z.string(), count: z.number().int() })),
  /** Said while the run waits for the inventory's quota: a sentence with the moment it goes on. */
  waitingFor: z.string().nullable(),
  gaps: z.array(ImportGap),
  problem: z.string().nullable(),
  layout: ImportLayout,
  counts: ImportCounts,
  /** Of those chosen, how many stand in a pull request that was not closed without being merged. */
  proposed: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
})
export type ImportRun = z.infer<typeof ImportRun>
export const ImportRunList = z.object({ items: z.array(ImportRun) })
export type ImportRunList = z.infer<typeof ImportRunList>

/** A row of the table to choose from. */
export const ImportRow = z.object({
  id: z.uuid(),
  /** The full resource name, `//service/…`. */
  name: z.string(),
  displayName: z.string(),
  assetType: z.string(),
  /** `compute`, `storage`, … */
  service: z.string(),
  /** Kind.group; null where no kind of the cluster stands for it. */
  kind: z.string().nullable(),
  /** The project it belongs to; null where no namespace stands for its cloud project. */
  namespace: z.string().nullable(),
  cloudProject: z.string().nullable(),
  location: z.string().nullable(),
  /** Full name of the asset it stands below; null for those at the top. */
  parent: z.string().nullable(),
  updatedAt: z.iso.datetime().nullable(),
  category: ImportCategory,
  /** Why it is not importable: a short word to group by (rule or refusal) and a sentence. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  managedBy: z
    .object({
      cluster: z.string(),
      namespace: z.string(),
      kind: z.string(),
      name: z.string(),
      repository: z.string().nullable(),
      path: z.string().nullable(),
    })
    .nullable(),
  verdict: ImportVerdict.nullable(),
  unmapped: z.number().int(),
  manifests: z.number().int(),
  chosen: z.boolean(),
  /** Whether a person changed its manifests. */
  edited: z.boolean(),
  /** Of the dry run: null where it was not made. */
  accepted: z.boolean().nullable(),
  /** Null too where its pull request was closed without being merged. */
  proposalId: z.uuid().nullable(),
  adoption: Adoption.nullable(),
})
export type ImportRow = z.infer<typeof ImportRow>

export const ImportRowQuery = z.object({
  category: z.array(ImportCategory).default([]),
  service: z.array(z.string()).default([]),
  kind: z.array(z.string()).default([]),
  reason: z.array(z.string()).default([]),
  verdict: z.array(ImportVerdict).default([]),
  chosen: z.enum(['true', 'false']).optional(),
  /** Only what a person must look at: it would change or cannot be told, fields have no place, or the API server refused it. */
  attention: z.enum(['true']).optional(),
  /** Part of the name. */
  search: z.string().max(200).optional(),
  parent: z.string().max(4096).optional(),
  cursor: z.string().max(5000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type ImportRowQuery = z.infer<typeof ImportRowQuery>
export const ImportRowPage = z.object({ items: z.array(ImportRow), total: z.number().int(), nextCursor: z.string().nullable() })
export type ImportRowPage = z.infer<typeof ImportRowPage>

/** Counts by service and kind, and by reason: what the table's left side shows. */
export const ImportFacets = z.object({
  kinds: z.array(z.object({ service: z.string(), assetType: z.string(), kind: z.string().nullable(), counts: ImportCounts })),
  reasons: z.array(z.object({ category: ImportCategory, reason: z.string(), message: z.string(), count: z.number().int() })),
})
export type ImportFacets = z.infer<typeof ImportFacets>

/** Chooses or leaves out: the rows named, or all that fit the filter. Rows without manifests are never chosen. */
export const ImportChoice = z.object({
  chosen: z.boolean(),
  rows: z.array(z.uuid()).max(5000).optional(),
  filter: z
    .object({
      category: z.array(ImportCategory).optional(),
      service: z.array(z.string()).optional(),
      kind: z.array(z.string()).optional(),
      search: z.string().max(200).optional(),
    })
    .optional(),
})
export type ImportChoice = z.infer<typeof ImportChoice>

/** One leaf of the asset and what became of it (lib/mapping/account.ts). */
export const ImportLeaf = z.object({
  from: z.array(z.union([z.string(), z.number()])),
  fate: z.enum(['written', 'output-only', 'default', 'unreadable', 'unmapped']),
  to: z.array(z.union([z.string(), z.number()])).nullable(),
  /** Which of the manifests. */
  manifest: z.number().int().nullable(),
  by: z.string().nullable(),
  why: z.string().nullable(),
})
export type ImportLeaf = z.infer<typeof ImportLeaf>

export const ImportManifest = z.object({
  kind: z.string(),
  name: z.string(),
  /** One YAML document. */
  text: z.string(),
  /** As it was converted; differs from `text` where a person changed it. */
  original: z.string(),
  /** File in the repository; null while the project has none. */
  path: z.string().nullable(),
  /** Whether that file exists already, with other resources in it. */
  fileExists: z.boolean(),
  dryRun: z
    .object({
      accepted: z.boolean(),
      unavailable: z.string().nullable(),
      message: z.string().nullable(),
      fields: z.array(FieldProblem),
      warnings: z.array(z.string()),
    })
    .nullable(),
})
export type ImportManifest = z.infer<typeof ImportManifest>

/** One row with everything the review shows. */
export const ImportDetail = z.object({
  row: ImportRow,
  /** The asset's data, redacted. */
  asset: z.json(),
  manifests: z.array(ImportManifest),
  leaves: z.array(ImportLeaf),
  /** Fields for secrets that nobody can read. */
  unreadable: z.array(z.array(z.union([z.string(), z.number()]))),
  verdict: z
    .object({ verdict: ImportVerdict, reasons: z.array(z.string()), fields: z.array(z.array(z.union([z.string(), z.number()]))) })
    .nullable(),
})
export type ImportDetail = z.infer<typeof ImportDetail>

export const ImportManifestSave = z.object({ manifest: z.number().int().min(0), text: z.string().min(1) })
export const ImportSettings = z.object({ layout: ImportLayout })

/** A pull request to be: what it would hold. */
export const ImportGroup = z.object({
  /** Stable within a plan: sent back to say which ones to open. */
  key: z.string(),
  repository: z.string(),
  title: z.string(),
  message: z.string(),
  rows: z.array(z.uuid()),
  resources: z.number().int(),
  files: z.array(z.object({ path: z.string(), exists: z.boolean(), resources: z.number().int() })),
})
export type ImportGroup = z.infer<typeof ImportGroup>

/** What changed in the cloud since the snapshot, read again before pull requests are opened. */
export const ImportFreshness = z.object({
  checkedAt: z.iso.datetime(),
  /** Read again and converted anew; look at them. */
  changed: z.array(z.object({ row: z.uuid(), name: z.string(), message: z.string() })),
  gone: z.array(z.object({ row: z.uuid(), name: z.string() })),
})
export type ImportFreshness = z.infer<typeof ImportFreshness>

export const ImportPlan = z.object({
  groups: z.array(ImportGroup),
  /** Chosen rows that cannot go into a pull request, and why. */
  problems: z.array(
    z.object({
      row: z.uuid(),
      name: z.string(),
      message: z.string(),
      /** Rows that it refers to by name and that have to be chosen with it; empty where choosing does not help. */
      needs: z.array(z.uuid()),
    }),
  ),
  freshness: ImportFreshness.nullable(),
})
export type ImportPlan = z.infer<typeof ImportPlan>
export const ImportPlanRequest = z.object({
  /** One pull request per repository, or more: split by kind, by service, and at most so many resources in each. */
  by: z.enum(['repository', 'service', 'kind']).default('repository'),
  atMost: z.number().int().min(1).max(50).default(50),
})
export type ImportPlanRequest = z.infer<typeof ImportPlanRequest>
export const ImportProposeRequest = ImportPlanRequest.extend({
  groups: z.array(z.string()).min(1),
  idempotencyKey: z.uuid(),
})
export type ImportProposeRequest = z.infer<typeof ImportProposeRequest>
export const ImportProposed = z.object({
  proposals: z.array(z.object({ key: z.string(), id: z.uuid() })),
  /** Set where assets changed or went away since the review: nothing was opened, look again. */
  freshness: ImportFreshness.nullable(),
  problems: z.array(z.object({ key: z.string(), message: z.string() })),
})
export type ImportProposed = z.infer<typeof ImportProposed>

/** The proof that nothing changed, per resource. */
export const AdoptionRow = z.object({
  row: z.uuid(),
  name: z.string(),
  kind: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  resource: z.string(),
  adoption: Adoption,
  /** A sentence. */
  message: z.string(),
  /** Leaves of the asset that differ from the snapshot, without those that the service itself counts or dates. */
  differences: z.array(
    z.object({
      path: z.array(z.union([z.string(), z.number()])),
      before: z.json().nullable(),
      after: z.json().nullable(),
      expected: z.boolean(),
    }),
  ),
  proposalId: z.uuid().nullable(),
  checkedAt: z.iso.datetime().nullable(),
})
export type AdoptionRow = z.infer<typeof AdoptionRow>
export const AdoptionReport = z.object({
  run: ImportRun,
  counts: z.record(Adoption, z.number().int()),
  items: z.array(AdoptionRow),
  nextCursor: z.string().nullable(),
})
export type AdoptionReport = z.infer<typeof AdoptionReport>

/** "What is not in Git yet", by project. */
export const UnmanagedProject = z.object({
  cluster: z.string(),
  namespace: z.string(),
  team: z.string().nullable(),
  cloudProjectId: z.string().nullable(),
  /** Null where it was never scanned. */
  unmanaged: z.number().int().nullable(),
  managed: z.number().int().nullable(),
  /** When the oldest of them was last changed in the cloud. */
  oldest: z.iso.datetime().nullable(),
  scannedAt: z.iso.datetime().nullable(),
  runId: z.uuid().nullable(),
  /** Newest last, one point a day at most. */
  trend: z.array(z.object({ day: z.iso.date(), unmanaged: z.number().int(), managed: z.number().int() })),
})
export type UnmanagedProject = z.infer<typeof UnmanagedProject>
export const UnmanagedView = z.object({
  projects: z.array(UnmanagedProject),
  /** The oldest unmanaged assets over all of them, oldest first. */
  oldest: z.array(
    ImportRow.pick({ id: true, name: true, displayName: true, assetType: true, kind: true, namespace: true, updatedAt: true }).extend({
      cluster: z.string(),
      runId: z.uuid(),
    }),
  ),
})
export type UnmanagedView = z.infer<typeof UnmanagedView>
