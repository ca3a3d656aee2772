import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportRun } from '#lib/imports/contract.ts'
import { resumeImport } from '#lib/imports/start-import.ts'

export const POST = route({
  summary: 'Go on reading an import that was cancelled or failed, where it stopped',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  reply: { 200: ImportRun },
  audit: 'import.resumed',
  handle: ({ params, actor, requestId }) => resumeImport(params.run, actor, requestId),
})
