import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportDetail } from '#lib/imports/contract.ts'
import { readRow } from '#lib/imports/read-row.ts'

export const GET = route({
  summary: 'One asset of an import with its manifests, the account of every leaf and the verdict',
  access: 'signed-in',
  params: z.object({ run: z.uuid(), row: z.uuid() }),
  reply: { 200: ImportDetail },
  handle: ({ params, actor }) => readRow(params.run, params.row, actor),
})
