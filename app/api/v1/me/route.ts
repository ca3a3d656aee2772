import { route } from '#lib/api/route.ts'
import { Me } from '#lib/identity/contract.ts'
import { describeMe } from '#lib/identity/describe-me.ts'

export const GET = route({
  summary: 'The signed-in person, the clusters and what is linked',
  access: 'signed-in',
  reply: { 200: Me },
  handle: ({ actor }) => describeMe(actor),
})
