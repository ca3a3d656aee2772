import { route } from '#lib/api/route.ts'
import { finishSignIn } from '#lib/identity/sign-in.ts'

export const GET = route({
  summary: 'Where the identity provider sends the browser back to',
  access: 'public',
  reply: { 303: null },
  handle: ({ request, requestId }) => finishSignIn(request, requestId),
})
