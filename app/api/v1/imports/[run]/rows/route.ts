import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportRowPage, ImportRowQuery } from '#lib/imports/contract.ts'
import { readRows } from '#lib/imports/read-rows.ts'

export const GET = route({
  summary: 'One page of the assets of an import, by category, service and name',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  query: ImportRowQuery,
  reply: { 200: ImportRowPage },
  handle: ({ params, query, actor }) => readRows(params.run, query, actor),
})
