import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportRun } from '#lib/imports/contract.ts'
import { cancelImport } from '#lib/imports/start-import.ts'

export const POST = route({
  summary: 'Stop reading the inventory; what was read is kept',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  reply: { 200: ImportRun },
  audit: 'import.cancelled',
  handle: ({ params, actor, requestId }) => cancelImport(params.run, actor, requestId),
})
