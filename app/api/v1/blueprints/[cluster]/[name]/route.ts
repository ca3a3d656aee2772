import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { readBlueprint } from '#lib/catalogue/catalogue.ts'
import { BlueprintDetail } from '#lib/catalogue/contract.ts'

export const GET = route({
  summary: 'One blueprint, to be filled for a project of this cluster: the types of lib/blueprint/blueprint.ts',
  access: 'signed-in',
  params: z.object({ cluster: z.string(), name: z.string() }),
  reply: { 200: BlueprintDetail },
  handle: ({ params, actor }) => readBlueprint(params.cluster, params.name, actor),
})
