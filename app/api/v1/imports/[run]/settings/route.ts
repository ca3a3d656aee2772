import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { ImportRun, ImportSettings } from '#lib/imports/contract.ts'
import { changeSettings } from '#lib/imports/plan-settings.ts'

export const PUT = route({
  summary: 'Change how the manifests of an import are laid out in files',
  access: 'signed-in',
  params: z.object({ run: z.uuid() }),
  body: ImportSettings,
  reply: { 200: ImportRun },
  audit: 'none: it changes nothing but the import itself; what is proposed of it is recorded',
  handle: ({ params, body, actor }) => changeSettings(params.run, body, actor),
})
