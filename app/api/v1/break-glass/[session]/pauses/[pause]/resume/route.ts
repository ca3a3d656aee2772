import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Pause } from '#lib/break-glass/contract.ts'
import { resume } from '#lib/break-glass/pause-resume.ts'

export const POST = route({
  summary: 'Let a GitOps controller go on that was held back',
  access: 'signed-in',
  params: z.object({ session: z.uuid(), pause: z.uuid() }),
  audit: 'break-glass.resumed',
  reply: { 200: Pause },
  handle: ({ params, actor, requestId }) => resume(params.session, params.pause, actor, requestId),
})
