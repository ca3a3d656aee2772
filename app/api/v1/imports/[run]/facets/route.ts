import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportFacets } from '#lib/imports/contract.ts'
import { readFacets } from '#lib/imports/read-rows.ts'

export const GET = route({
  summary: 'How many assets of an import there are by kind and by reason',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  reply: { 200: ImportFacets },
  handle: ({ params, actor }) => readFacets(params.run, actor),
})
