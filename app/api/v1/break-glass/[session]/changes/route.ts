import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { startChange } from '#lib/break-glass/change-editor.ts'
import { ChangeEditor, ChangeStart } from '#lib/break-glass/contract.ts'

export const POST = route({
  summary: 'Start an emergency edit or deletion of a live resource, or go on with the one that was started',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  body: ChangeStart,
  audit: 'none: only a draft is made; the dry run and the write are told',
  reply: { 201: ChangeEditor },
  handle: ({ params, body, actor }) => startChange(params.session, body, actor),
})
