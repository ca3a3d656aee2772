import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { undoChange } from '#lib/break-glass/change-undo.ts'
import { ChangeUndo, SessionChange } from '#lib/break-glass/contract.ts'

export const POST = route({
  summary: 'Take an applied emergency change back: judged and sent as a change of its own',
  access: 'signed-in',
  params: z.object({ session: z.uuid(), change: z.uuid() }),
  body: ChangeUndo,
  audit: 'break-glass.undo',
  reply: { 201: SessionChange },
  handle: ({ params, body, actor, requestId }) => undoChange(params.session, params.change, body, actor, requestId),
})
