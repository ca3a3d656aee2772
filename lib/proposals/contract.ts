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
  /** The file the manifest goes to, inside the project's folder; without it the file it stands in, or the one the layout gives. */
  path: z.string().min(1).max(500).optional(),
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

/** An open proposal for a resource that somebody wants to change. */
export const OpenProposal = z.object({
  id: z.uuid(),
  title: z.string(),
  pullNumber: z.number().int().nullable(),
  pullUrl: z.string().nullable(),
  requestedBy: z.string(),
  /** Whether a commit can be added to it: its pull request is open, and the person may propose what it changes. */
  extendable: z.boolean(),
})
export type OpenProposal = z.infer<typeof OpenProposal>

/** What is wrong with a change, as a sentence. `conflict`: it no longer fits what stands in Git. */
export const ChangeProblem = z.object({
  code: z.enum(['conflict', 'invalid', 'not-found', 'forbidden', 'unavailable']),
  message: z.string(),
  fields: z.array(FieldProblem),
})
export type ChangeProblem = z.infer<typeof ChangeProblem>

/** What would become of one change. In the order of the request. */
export const PreviewedChange = z.object({
  /** The resource's name, from the manifest where the request has none; null where neither can be read. */
  name: z.string().nullable(),
  /** Null where the project has none. */
  repository: z.string().nullable(),
  /** The file it changes; null where that cannot be told. */
  path: z.string().nullable(),
  /** Why it cannot be proposed as it is; null where it can. */
  problem: ChangeProblem.nullable(),
  openProposals: z.array(OpenProposal),
  dryRun: DryRunResult,
})
export type PreviewedChange = z.infer<typeof PreviewedChange>

/** What one pull request would hold, before anything is created: one for each repository. */
export const PreviewGroup = z.object({
  repository: z.string(),
  repositoryUrl: z.string(),
  /** The branch it goes into; of an open pull request that gets a commit: that one's own branch. */
  baseBranch: z.string(),
  title: z.string(),
  message: z.string(),
  openedAs: z.enum(['github-user', 'github-app']),
  /** Places in the request of the changes that belong here, those with a problem too. */
  changes: z.array(z.number().int()),
  files: z.array(
    z.object({
      path: z.string(),
      existsBefore: z.boolean(),
      existsAfter: z.boolean(),
      /** Unified diff, redacted. */
      diff: z.string(),
      /** Places in the request of the changes that touch it. */
      changes: z.array(z.number().int()),
    }),
  ),
})
export type PreviewGroup = z.infer<typeof PreviewGroup>

export const ProposalPreview = z.object({ changes: z.array(PreviewedChange), groups: z.array(PreviewGroup) })
export type ProposalPreview = z.infer<typeof ProposalPreview>

/** How many resources one proposal, and a person's basket, hold at most. */
export const maxChanges = 50
const Changes = z.array(ResourceChange).min(1).max(maxChanges)

export const PreviewRequest = z.object({
  changes: Changes,
  /** An open proposal: what a commit added to its branch would change. */
  onto: z.uuid().optional(),
})
export type PreviewRequest = z.infer<typeof PreviewRequest>

/** What goes away when the change is recorded, in the same transaction. */
const sentFrom = {
  draftKey: z.string().optional(),
  /** Items of the person's basket, by id: one replaced or taken out meanwhile is a conflict. */
  basketItems: z.array(z.uuid()).max(maxChanges).optional(),
}

export const ProposalRequest = z.object({
  /** All of one repository. */
  changes: Changes,
  title: z.string().trim().min(1).max(200),
  message: z.string().max(20_000),
  /** Sent again with the same key, the same proposal is answered: a double click opens one pull request. */
  idempotencyKey: z.uuid(),
  /** Open proposals for the same resources that the person was shown, and next to which this one is wanted all the same. */
  beside: z.array(z.uuid()).max(200).optional(),
  ...sentFrom,
})
export type ProposalRequest = z.infer<typeof ProposalRequest>

/** A commit to add to an open proposal's pull request. */
export const CommitRequest = z.object({
  changes: Changes,
  title: z.string().trim().min(1).max(200),
  message: z.string().max(20_000),
  /** Sent again with the same key, nothing is added twice. */
  idempotencyKey: z.uuid(),
  ...sentFrom,
})
export type CommitRequest = z.infer<typeof CommitRequest>

/** A change put aside by a person, to be proposed together with others. Replaced, it has another id. */
export const BasketItem = z.object({
  id: z.uuid(),
  change: ResourceChange.extend({ name: z.string() }),
  title: z.string(),
  addedAt: z.iso.datetime(),
})
export type BasketItem = z.infer<typeof BasketItem>
export const BasketList = z.object({ items: z.array(BasketItem) })
export type BasketList = z.infer<typeof BasketList>
export const BasketAddition = z.object({
  change: ResourceChange,
  /** The draft the text comes from: it goes when the item is kept. */
  draftKey: z.string().optional(),
})
export type BasketAddition = z.infer<typeof BasketAddition>

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
  /** GitHub login of who merged it, where GitHub says. */
  mergedBy: z.string().nullable(),
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

/** A commit that was added to the pull request after it was opened. */
export const AddedCommit = z.object({
  id: z.uuid(),
  title: z.string(),
  requestedBy: z.string(),
  state: z.enum(['waiting', 'added', 'failed']),
  /** Why it waits, or was not added. */
  problem: z.string().nullable(),
  createdAt: z.iso.datetime(),
})
export type AddedCommit = z.infer<typeof AddedCommit>

export const ProposalDetail = Proposal.extend({
  files: z.array(z.object({ path: z.string(), diff: z.string() })),
  commits: z.array(AddedCommit),
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

/** What to know before changing a file that another tool reads or makes: see lib/manifest/managed-files.ts. */
export const ManifestNote = z.object({
  severity: z.enum(['refused', 'warning']),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).nullable(),
  /** Where to look instead. */
  url: z.string().nullable(),
})
export type ManifestNote = z.infer<typeof ManifestNote>

/** A manifest as it stands in Git now. */
export const ManifestSource = z.object({
  repository: z.string(),
  path: z.string(),
  fileUrl: z.string(),
  blob: z.string(),
  /** The whole file, and which of its documents is the resource. */
  text: z.string(),
  document: z.number().int(),
  notes: z.array(ManifestNote),
})
export type ManifestSource = z.infer<typeof ManifestSource>

/** An earlier version of the file, and which of its documents is the resource. */
export const ManifestVersion = z.object({ blob: z.string(), text: z.string(), document: z.number().int() })
export type ManifestVersion = z.infer<typeof ManifestVersion>

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
