import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ResourceDetail } from '#lib/inventory/contract.ts'
import { resourceDetail } from '#lib/inventory/read-resource.ts'

export const GET = route({
  summary: 'One resource, read with your own rights',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), namespace: z.string(), kind: z.string(), name: z.string() }),
  reply: { 200: ResourceDetail },
  handle: ({ params, actor }) => resourceDetail(params, actor),
})
