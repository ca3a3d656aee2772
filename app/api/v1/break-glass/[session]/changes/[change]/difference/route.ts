import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { changeDifference } from '#lib/break-glass/change-difference.ts'
import { Difference } from '#lib/break-glass/contract.ts'

export const GET = route({
  summary: 'What an emergency change does, who holds the fields, who will undo it, and what is sent',
  access: 'signed-in',
  params: z.object({ session: z.uuid(), change: z.uuid() }),
  reply: { 200: Difference },
  handle: ({ params, actor }) => changeDifference(params.session, params.change, actor),
})
