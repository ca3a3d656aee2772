import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { SessionDetail } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { openSession } from '#lib/break-glass/session-life.ts'

export const POST = route({
  summary: 'Open a break-glass session of one’s own',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: z.strictObject({}),
  reply: { 200: SessionDetail, 409: Problem },
  audit: 'break-glass.opened',
  handle: async ({ params, actor, requestId }) => {
    await openSession(params.session, actor, requestId)
    return sessionDetail(params.session, actor)
  },
})
