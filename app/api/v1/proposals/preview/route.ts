import { route } from '#lib/api/route.ts'
import { PreviewRequest, ProposalPreview } from '#lib/proposals/contract.ts'
import { previewChange } from '#lib/proposals/preview-change.ts'

export const POST = route({
  summary: 'What a proposal would change: file, difference, words and dry run',
  access: { on: 'project', verb: 'propose' },
  body: PreviewRequest,
  reply: { 200: ProposalPreview },
  audit: 'none: nothing is created; the cluster audits the dry run',
  handle: ({ body, actor }) => previewChange(body.change, actor),
})
