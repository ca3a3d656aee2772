import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { beginStepUp, safeReturnTo } from '#lib/identity/sign-in.ts'

export const POST = route({
  summary: 'Prove again who one is: sends the browser to the identity provider, which must ask',
  access: 'signed-in',
  query: z.object({ returnTo: z.string().max(2000).optional() }),
  reply: { 303: null },
  audit: 'none: nothing has happened yet; the login itself is recorded by the callback',
  handle: ({ request, query, actor }) => beginStepUp(request, safeReturnTo(query.returnTo), actor),
})
