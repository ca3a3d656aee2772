/** Wire shapes of drafts, dry runs and proposals: what `/api/v1` gives and takes. Pages import the types only. */
import { z } from 'zod'
import { maxManifestBytes } from '#lib/manifest/parse-manifest.ts'

/** See lib/proposals/proposal-life.ts for who moves a proposal from state to state. */
export const ProposalState = z.enum([
  'submitted', // recorded; the job has not finished opening the pull request
  'open', // pull request open
  'merged', // merged; CI has not begun to apply
  'applying', // CI applies
  'applied', // applied; not every resource is reconciled yet
  'ready', // every resource reconciled (or gone, for deletions): the end
  'failed', // CI's apply failed or a resource ended not ready; a new proposal mends it
  'closed', // pull request closed without merging: the end
  'stuck', // opening the pull request failed for good; `problem` says why; can be retried
])
export type ProposalState = z.infer<typeof ProposalState>

export const ManifestText = z.string().min(1)

/** One resource's manifest as the person wants it. `text` is one YAML document; null deletes. */
export const ResourceChange = z.object({
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  /** The name before the change (edit, delete); absent for create, where the manifest names it. */
  name: z.string().optional(),
  action: z.enum(['create', 'update', 'delete']),
  text: ManifestText.nullable(),
  /** Blob id of the file the edit was based on; another one at submit is a conflict. */
  baseBlob: z.string().nullable().default(null),
})
export type ResourceChange = z.infer<typeof ResourceChange>

export const FieldProblem = z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() })

export const DryRunRequest = z.object({
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  action: z.enum(['create', 'update', 'delete']).default('create'),
  text: ManifestText,
})
export const DryRunResult = z.object({
  accepted: z.boolean(),
  /** Said in words when the cluster could not judge: unreachable, no right to dry-run. */
  unavailable: z.string().nullable(),
  message: z.string().nullable(),
  fields: z.array(FieldProblem),
  warnings: z.array(z.string()),
  milliseconds: z.number(),
})
export type DryRunResult = z.infer<typeof DryRunResult>

/** Where a change will go and what it will say, before anything is created. */
export const ProposalPreview = z.object({
  repository: z.string(),
  repositoryUrl: z.string(),
  baseBranch: z.string(),
  baseSha: z.string(),
  path: z.string(),
  fileExists: z.boolean(),
  baseBlob: z.string().nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Unified diff, redacted. */
  diff: z.string(),
  title: z.string(),
  message: z.string(),
  openedAs: z.enum(['github-user', 'github-app']),
  openProposal: z.object({ id: z.uuid(), title: z.string(), pullUrl: z.string().nullable(), requestedBy: z.string() }).nullable(),
  dryRun: DryRunResult,
})
export type ProposalPreview = z.infer<typeof ProposalPreview>

export const PreviewRequest = z.object({ change: ResourceChange })
export const ProposalRequest = z.object({
  change: ResourceChange,
  title: z.string().trim().min(1).max(200),
  message: z.string().max(20_000),
  /** Sent again with the same key, the same proposal is answered: a double click opens one pull request. */
  idempotencyKey: z.uuid(),
  draftKey: z.string().optional(),
})
export type ProposalRequest = z.infer<typeof ProposalRequest>

export const CheckView = z.object({
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.string().nullable(),
  summary: z.string().nullable(),
  url: z.string().nullable(),
  updatedAt: z.iso.datetime(),
})
export type CheckView = z.infer<typeof CheckView>

export const ProposalResourceView = z.object({
  cluster: z.string(),
  namespace: z.string(),
  kind: z.string(),
  kindName: z.string(),
  name: z.string(),
  action: z.enum(['create', 'update', 'delete']),
  /** What the index knows of it now; null while it does not exist. */
  state: z.string().nullable(),
  headline: z.string().nullable(),
})

export const Proposal = z.object({
  id: z.uuid(),
  state: ProposalState,
  title: z.string(),
  message: z.string(),
  repository: z.string(),
  branch: z.string(),
  baseBranch: z.string(),
  pullNumber: z.number().int().nullable(),
  pullUrl: z.string().nullable(),
  mergeSha: z.string().nullable(),
  mergeUrl: z.string().nullable(),
  openedAs: z.enum(['github-user', 'github-app']).nullable(),
  requestedBy: z.object({ username: z.string(), name: z.string() }),
  problem: z.string().nullable(),
  plan: CheckView.nullable(),
  apply: CheckView.nullable(),
  resources: z.array(ProposalResourceView),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  openedAt: z.iso.datetime().nullable(),
  mergedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
})
export type Proposal = z.infer<typeof Proposal>

export const ProposalDetail = Proposal.extend({
  files: z.array(z.object({ path: z.string(), diff: z.string() })),
})
export type ProposalDetail = z.infer<typeof ProposalDetail>

export const ProposalQuery = z.object({
  who: z.enum(['mine', 'team', 'all']).default('mine'),
  state: z.array(ProposalState).default([]),
  namespace: z.string().optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
})
export type ProposalQuery = z.infer<typeof ProposalQuery>
export const ProposalPage = z.object({ items: z.array(Proposal), nextCursor: z.string().nullable() })
export type ProposalPage = z.infer<typeof ProposalPage>

/** A manifest as it stands in Git now. */
export const ManifestSource = z.object({
  repository: z.string(),
  path: z.string(),
  fileUrl: z.string(),
  blob: z.string(),
  /** The whole file, and which of its documents is the resource. */
  text: z.string(),
  document: z.number().int(),
})
export type ManifestSource = z.infer<typeof ManifestSource>

/** Drafts: text a person typed, kept on the server. Saving names the revision it is based on; another is a conflict. */
export const DraftContent = z.object({
  text: z.string().max(maxManifestBytes),
  view: z.enum(['form', 'yaml']).optional(),
  baseBlob: z.string().nullable().optional(),
})
export const Draft = z.object({
  key: z.string(),
  title: z.string(),
  content: DraftContent,
  revision: z.number().int(),
  updatedAt: z.iso.datetime(),
})
export type Draft = z.infer<typeof Draft>
export const DraftSave = z.object({ title: z.string().max(300), content: DraftContent, baseRevision: z.number().int().nullable() })
export const DraftList = z.object({ items: z.array(Draft.omit({ content: true })) })
export type DraftList = z.infer<typeof DraftList>
