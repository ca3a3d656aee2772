import { route } from '#lib/api/route.ts'
import { addToBasket, listBasket } from '#lib/basket/basket.ts'
import { BasketAddition, BasketItem, BasketList } from '#lib/proposals/contract.ts'

export const GET = route({
  summary: 'The changes the signed-in person has put aside to propose together',
  access: 'signed-in',
  reply: { 200: BasketList },
  handle: ({ actor }) => listBasket(actor),
})

export const POST = route({
  summary: 'Put a change into the basket, in place of an earlier one of the same resource',
  access: { on: 'project', verb: 'propose' },
  body: BasketAddition,
  reply: { 201: BasketItem },
  audit: 'none: a basket is private to the person who fills it',
  handle: ({ body, actor }) => addToBasket(body, actor),
})
