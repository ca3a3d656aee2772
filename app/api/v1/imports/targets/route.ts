import { route } from '#lib/api/route.ts'
import { ImportTargets } from '#lib/imports/contract.ts'
import { importTargets } from '#lib/imports/import-targets.ts'

export const GET = route({
  summary: 'Where the person may import to, and what is missing where they may not',
  access: 'signed-in',
  reply: { 200: ImportTargets },
  handle: ({ actor }) => importTargets(actor),
})
