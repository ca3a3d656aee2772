import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { seeNotice } from '#lib/break-glass/notices.ts'

export const POST = route({
  summary: 'Say that one has seen a notice',
  access: 'signed-in',
  params: z.object({ notice: z.uuid() }),
  reply: { 204: null },
  audit: 'none: nothing is done but that a person’s own list gets shorter',
  handle: ({ params, actor }) => seeNotice(params.notice, actor),
})
