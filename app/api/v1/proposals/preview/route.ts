import { route } from '#lib/api/route.ts'
import { PreviewRequest, ProposalPreview } from '#lib/proposals/contract.ts'
import { previewChanges } from '#lib/proposals/preview-changes.ts'

export const POST = route({
  summary: 'What proposals would change, one for each repository: files, differences, words and dry runs',
  access: { on: 'project', verb: 'propose' },
  body: PreviewRequest,
  reply: { 200: ProposalPreview },
  audit: 'none: nothing is created; the cluster audits the dry run',
  handle: ({ body, actor }) => previewChanges(body, actor),
})
