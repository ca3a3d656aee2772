import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import { route } from '#lib/api/route.ts'
import { ImportPlan, ImportPlanRequest } from '#lib/imports/contract.ts'
import { planImport } from '#lib/imports/plan-import.ts'

export const POST = route({
  summary: 'The pull requests that the chosen assets of an import would make, and what cannot go into one',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  body: ImportPlanRequest,
  reply: { 200: ImportPlan, 409: Problem },
  audit: 'none: it shows what would be proposed and changes nothing',
  handle: ({ params, body, actor }) => planImport(params.run, body, actor),
})
