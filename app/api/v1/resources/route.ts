import { route } from '#lib/api/route.ts'
import { ResourcePage, ResourceQuery } from '#lib/inventory/contract.ts'
import { listResources } from '#lib/inventory/list-resources.ts'

export const GET = route({
  summary: 'One page of the resources you may see',
  access: 'signed-in',
  query: ResourceQuery,
  reply: { 200: ResourcePage },
  handle: ({ query, actor }) => listResources(query, actor),
})
