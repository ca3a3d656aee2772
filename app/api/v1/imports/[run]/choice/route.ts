import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { chooseRows } from '#lib/imports/choose-rows.ts'
import { ImportChoice, ImportRun } from '#lib/imports/contract.ts'

export const POST = route({
  summary: 'Choose assets of an import, or leave them out: those named, or all that fit a filter',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  body: ImportChoice,
  reply: { 200: ImportRun },
  audit: 'none: a choice changes nothing but the import itself; what is proposed of it is recorded',
  handle: ({ params, body, actor }) => chooseRows(params.run, body, actor),
})
