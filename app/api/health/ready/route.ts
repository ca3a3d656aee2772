import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { database } from '#lib/database/client.ts'

export const GET = route({
  summary: 'Whether this process can serve people: its database answers',
  access: 'public',
  reply: { 200: z.object({ status: z.literal('ok') }) },
  handle: async () => {
    await database().$queryRaw`SELECT 1`
    return { status: 'ok' as const }
  },
})
