import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'

export const GET = route({
  summary: 'One kind compiled for forms: the field tree of lib/schema/field-tree.ts',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), kind: z.string() }),
  reply: { 200: z.looseObject({ key: z.string(), kind: z.string(), group: z.string(), apiVersion: z.string(), hash: z.string() }) },
  handle: ({ params }) => compiledKind(params.cluster, params.kind),
})
