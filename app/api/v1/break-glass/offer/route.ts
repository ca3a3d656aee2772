import { route } from '#lib/api/route.ts'
import { Offer, OfferQuery } from '#lib/break-glass/contract.ts'
import { readOffer } from '#lib/break-glass/offer.ts'

export const GET = route({
  summary: 'What a person can do about a resource by break-glass, before asking for a session',
  access: { on: 'project', verb: 'read' },
  query: OfferQuery,
  reply: { 200: Offer },
  handle: ({ query, actor }) => readOffer(query, actor),
})
