import { route } from '#lib/api/route.ts'
import { KindList } from '#lib/inventory/contract.ts'
import { listKinds } from '#lib/inventory/kinds.ts'

export const GET = route({
  summary: 'Every kind offered, on every cluster',
  access: 'signed-in',
  reply: { 200: KindList },
  handle: ({ actor }) => listKinds(actor),
})
