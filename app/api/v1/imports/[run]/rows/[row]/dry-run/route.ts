import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportDetail } from '#lib/imports/contract.ts'
import { dryRunRow } from '#lib/imports/dry-run-row.ts'

export const POST = route({
  summary: 'Let the cluster judge the manifests of an asset, without writing anything',
  access: 'signed-in',
  params: z.object({ run: z.uuid(), row: z.uuid() }),
  reply: { 200: ImportDetail },
  audit: 'none: a dry run writes nothing',
  handle: ({ params, actor }) => dryRunRow(params.run, params.row, actor),
})
