import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { applyChange } from '#lib/break-glass/change-apply.ts'
import { ChangeApply, SessionChange } from '#lib/break-glass/contract.ts'

export const POST = route({
  summary: 'Send exactly the bytes of an emergency change that the dry run accepted',
  access: 'signed-in',
  params: z.object({ session: z.uuid(), change: z.uuid() }),
  body: ChangeApply,
  audit: 'break-glass.apply',
  reply: { 200: SessionChange },
  handle: ({ params, body, actor, requestId }) => applyChange(params.session, params.change, body, actor, requestId),
})
