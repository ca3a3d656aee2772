import { route } from '#lib/api/route.ts'
import { ResourceFacets, ResourceQuery } from '#lib/inventory/contract.ts'
import { facets } from '#lib/inventory/list-resources.ts'

export const GET = route({
  summary: 'How many of the resources you may see have each project, kind, team and state',
  access: 'signed-in',
  query: ResourceQuery,
  reply: { 200: ResourceFacets },
  handle: ({ query, actor }) => facets(query, actor),
})
