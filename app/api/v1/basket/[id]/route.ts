import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { removeFromBasket } from '#lib/basket/basket.ts'

export const DELETE = route({
  summary: 'Take a change out of the basket',
  access: 'signed-in',
  params: z.object({ id: z.uuid() }),
  reply: { 204: null },
  audit: 'none: a basket is private to the person who fills it',
  handle: ({ params, actor }) => removeFromBasket(params.id, actor),
})
