import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ResourceRelations } from '#lib/inventory/contract.ts'
import { resourceRelations } from '#lib/inventory/relations.ts'

export const GET = route({
  summary: 'What a resource refers to, and what refers to it',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
  reply: { 200: ResourceRelations },
  handle: ({ params, query, actor }) => resourceRelations(params, query.limit, actor),
})
