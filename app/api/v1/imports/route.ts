import { route } from '#lib/api/route.ts'
import { ImportRun, ImportRunList, ImportStart } from '#lib/imports/contract.ts'
import { listImports } from '#lib/imports/read-imports.ts'
import { startImport } from '#lib/imports/start-import.ts'

export const GET = route({
  summary: 'The newest imports of the projects the person may see',
  access: 'signed-in',
  reply: { 200: ImportRunList },
  handle: ({ actor }) => listImports(actor),
})

export const POST = route({
  summary: 'Read the inventory of a project, or of a folder or an organization (admins); one that is being read is answered',
  access: 'signed-in',
  body: ImportStart,
  reply: { 201: ImportRun },
  audit: 'import.started',
  handle: ({ body, actor, requestId }) => startImport(body, actor, requestId),
})
