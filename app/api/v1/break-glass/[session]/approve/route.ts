import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { SessionDecision, SessionDetail } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { approveSession } from '#lib/break-glass/session-life.ts'

export const POST = route({
  summary: 'Agree to a break-glass session as the second person',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: SessionDecision,
  reply: { 200: SessionDetail, 409: Problem },
  audit: 'break-glass.approved',
  handle: async ({ params, body, actor, requestId }) => {
    await approveSession(params.session, body, actor, requestId)
    return sessionDetail(params.session, actor)
  },
})
