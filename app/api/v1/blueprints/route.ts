import { route } from '#lib/api/route.ts'
import { listBlueprints } from '#lib/catalogue/catalogue.ts'
import { BlueprintList } from '#lib/catalogue/contract.ts'

export const GET = route({
  summary: 'The blueprints the person may use, broken ones they write, and which kinds are curated or hidden',
  access: 'signed-in',
  reply: { 200: BlueprintList },
  handle: ({ actor }) => listBlueprints(actor),
})
