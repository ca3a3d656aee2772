import { route } from '#lib/api/route.ts'
import { finishLink } from '#lib/proposals/github-account.ts'

export const GET = route({
  summary: 'Where GitHub sends the person back to after linking',
  access: 'signed-in',
  reply: { 303: null },
  handle: ({ actor, request, requestId }) => finishLink(actor, request, requestId),
})
