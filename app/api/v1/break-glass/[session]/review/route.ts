import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { SessionDetail, SessionReview } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { reviewSession } from '#lib/break-glass/review.ts'

export const POST = route({
  summary: 'Sign the review of a break-glass session, which closes it',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: SessionReview,
  audit: 'break-glass.reviewed',
  reply: { 200: SessionDetail },
  handle: async ({ params: { session }, body, actor, requestId }) => {
    await reviewSession(session, body, actor, requestId)
    return sessionDetail(session, actor)
  },
})
