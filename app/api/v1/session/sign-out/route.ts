import { route } from '#lib/api/route.ts'
import { signOut } from '#lib/identity/sign-out.ts'

export const POST = route({
  summary: 'End this login here and at the identity provider',
  access: 'public',
  reply: { 303: null },
  audit: 'login.ended',
  handle: ({ actor, requestId }) => signOut(actor, requestId),
})
