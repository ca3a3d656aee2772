/** A proposal as the database keeps it, and its words. */
import { z } from 'zod'
import type { Prisma } from '#db/client.ts'
import { config } from '#lib/config/config.ts'
import { CheckView, ProposalState } from './contract.ts'
import type { ProposalTexts, ProposedResource } from './pull-request-text.ts'

/** What is read with every proposal. */
export const withParts = {
  resources: { orderBy: { id: 'asc' } },
  requestedBy: { select: { username: true, name: true, email: true } },
} as const
export type StoredProposal = Prisma.ProposalGetPayload<{ include: typeof withParts }>

/** The files of a proposal, whole: null where there is none before or after. */
export const ProposedFiles = z.array(
  z.object({ path: z.string(), blob: z.string().nullable(), before: z.string().nullable(), after: z.string().nullable() }),
)
export type ProposedFiles = z.infer<typeof ProposedFiles>

export const stateOf = (proposal: { state: string }): ProposalState => ProposalState.parse(proposal.state)
export const filesOf = (proposal: { files: unknown }): ProposedFiles => ProposedFiles.parse(proposal.files)
export const checkOf = (stored: unknown): CheckView | null => CheckView.nullable().parse(stored ?? null)

const Action = z.enum(['create', 'update', 'delete'])
type StoredResource = StoredProposal['resources'][number]
export const resourceOf = ({ cluster, namespace, kind, name, action }: StoredResource): ProposedResource => ({
  cluster,
  namespace,
  kind,
  name,
  action: Action.parse(action),
})

/** A proposal's page. */
export const pageUrl = (id: string): string => `${config().url}/proposals/${id}`

/** What the texts on GitHub need to know. */
export const textsOf = (proposal: StoredProposal, openedAs: ProposalTexts['openedAs'], session?: string): ProposalTexts => ({
  id: proposal.id,
  title: proposal.title,
  message: proposal.message,
  report: proposal.report,
  requestedBy: proposal.requestedBy,
  openedAs,
  resources: proposal.resources.map(resourceOf),
  session,
  pageUrl: pageUrl(proposal.id),
})
