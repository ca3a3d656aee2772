import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { SessionDetail, SessionEnding } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { endSession } from '#lib/break-glass/session-life.ts'

export const POST = route({
  summary: 'End a break-glass session: its gate in the cluster is shut at once',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: SessionEnding,
  reply: { 200: SessionDetail, 409: Problem },
  audit: 'break-glass.ended',
  handle: async ({ params, body, actor, requestId }) => {
    await endSession(params.session, body, actor, requestId)
    return sessionDetail(params.session, actor)
  },
})
