import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { dryRunChange } from '#lib/break-glass/change-dry-run.ts'
import { SessionChange } from '#lib/break-glass/contract.ts'

export const POST = route({
  summary: 'Let the API server judge an emergency change as the break-glass account, without writing',
  access: 'signed-in',
  params: z.object({ session: z.uuid(), change: z.uuid() }),
  audit: 'break-glass.dry-run',
  reply: { 200: SessionChange },
  handle: ({ params, actor, requestId }) => dryRunChange(params.session, params.change, actor, requestId),
})
