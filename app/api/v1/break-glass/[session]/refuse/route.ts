import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { SessionDecision, SessionDetail } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { refuseSession } from '#lib/break-glass/session-life.ts'

export const POST = route({
  summary: 'Refuse a break-glass session',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: SessionDecision,
  reply: { 200: SessionDetail, 409: Problem },
  audit: 'break-glass.refused',
  handle: async ({ params, body, actor, requestId }) => {
    await refuseSession(params.session, body, actor, requestId)
    return sessionDetail(params.session, actor)
  },
})
