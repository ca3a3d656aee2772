import { route } from '#lib/api/route.ts'
import { NoticeList } from '#lib/break-glass/contract.ts'
import { listNotices } from '#lib/break-glass/notices.ts'

export const GET = route({
  summary: 'What the person was told because of break-glass sessions and has not seen yet',
  access: 'signed-in',
  reply: { 200: NoticeList },
  handle: ({ actor }) => listNotices(actor),
})
