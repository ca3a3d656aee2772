import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { ImportProposed, ImportProposeRequest } from '#lib/imports/contract.ts'
import { proposeImport } from '#lib/imports/propose-import.ts'

export const POST = route({
  summary: 'Open pull requests of an import, unless something changed in the cloud since it was reviewed',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  body: ImportProposeRequest,
  reply: { 200: ImportProposed, 409: Problem },
  audit: 'import.proposed',
  handle: ({ params, body, actor, requestId }) => proposeImport(params.run, body, actor, requestId),
})
