import { route } from '#lib/api/route.ts'
import { listDrafts } from '#lib/drafts/drafts.ts'
import { DraftList } from '#lib/proposals/contract.ts'

export const GET = route({
  summary: 'The drafts of the signed-in person, without their texts',
  access: 'signed-in',
  reply: { 200: DraftList },
  handle: ({ actor }) => listDrafts(actor),
})
