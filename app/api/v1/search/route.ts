import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { hiddenKinds } from '#lib/catalogue/catalogue.ts'
import { SearchResult } from '#lib/inventory/contract.ts'
import { search } from '#lib/inventory/search.ts'

export const GET = route({
  summary: 'Find resources, kinds, projects and proposals by name',
  access: 'signed-in',
  query: z.object({ q: z.string().max(200) }),
  reply: { 200: SearchResult },
  handle: async ({ query, actor }) => search(query.q, actor, await hiddenKinds(actor)),
})
