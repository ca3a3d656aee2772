import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { HistoryPage } from '#lib/inventory/contract.ts'
import { history } from '#lib/inventory/read-resource.ts'

export const GET = route({
  summary: 'What changed on a resource, newest first',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(30), cursor: z.string().max(1000).optional() }),
  reply: { 200: HistoryPage },
  handle: ({ params, query, actor }) => history(params, query, actor),
})
