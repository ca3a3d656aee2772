import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { SessionDetail } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'

export const GET = route({
  summary: 'One break-glass session with its changes',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  reply: { 200: SessionDetail },
  handle: ({ params, actor }) => sessionDetail(params.session, actor),
})
