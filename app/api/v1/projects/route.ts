import { route } from '#lib/api/route.ts'
import { ProjectList } from '#lib/inventory/contract.ts'
import { listProjects } from '#lib/inventory/projects.ts'

export const GET = route({
  summary: 'The projects you may see, those of your teams first',
  access: 'signed-in',
  reply: { 200: ProjectList },
  handle: ({ actor }) => listProjects(actor),
})
