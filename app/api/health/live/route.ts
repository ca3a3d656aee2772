import { z } from 'zod'
import { route } from '#lib/api/route.ts'

export const GET = route({
  summary: 'Whether this process answers at all',
  access: 'public',
  reply: { 200: z.object({ status: z.literal('ok') }) },
  handle: () => ({ status: 'ok' as const }),
})
