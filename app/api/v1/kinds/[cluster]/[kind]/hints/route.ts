import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { readKindHints } from '#lib/catalogue/catalogue.ts'
import { KindHintsReply } from '#lib/catalogue/contract.ts'

export const GET = route({
  summary: 'What the company says about a kind: order, help and recommended values of fields',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), kind: z.string() }),
  reply: { 200: KindHintsReply },
  handle: ({ params }) => readKindHints(params.cluster, params.kind),
})
