import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Project } from '#lib/inventory/contract.ts'
import { project } from '#lib/inventory/projects.ts'

export const GET = route({
  summary: 'One project',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), namespace: z.string() }),
  reply: { 200: Project },
  handle: ({ params, actor }) => project(params.cluster, params.namespace, actor),
})
