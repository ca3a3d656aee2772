import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportRun } from '#lib/imports/contract.ts'
import { readImport } from '#lib/imports/read-imports.ts'

export const GET = route({
  summary: 'One import with its progress and counts',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  reply: { 200: ImportRun },
  handle: ({ params, actor }) => readImport(params.run, actor),
})
