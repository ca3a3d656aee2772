import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Pause, PauseRequest } from '#lib/break-glass/contract.ts'
import { pause } from '#lib/break-glass/pause.ts'

export const POST = route({
  summary: 'Hold a GitOps controller back, so that it does not undo an emergency change',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: PauseRequest,
  audit: 'break-glass.paused',
  reply: { 201: Pause },
  handle: ({ params: { session }, body, actor, requestId }) => pause(session, body, actor, requestId),
})
