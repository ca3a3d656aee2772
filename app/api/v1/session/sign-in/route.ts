import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { beginSignIn, safeReturnTo } from '#lib/identity/sign-in.ts'

export const POST = route({
  summary: 'Start signing in: sends the browser to the identity provider',
  access: 'public',
  query: z.object({ returnTo: z.string().max(2000).optional() }),
  reply: { 303: null },
  audit: 'none: nothing has happened yet; the login itself is recorded by the callback',
  handle: ({ request, query }) => beginSignIn(request, safeReturnTo(query.returnTo)),
})
