import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { beginLink } from '#lib/proposals/github-account.ts'

export const GET = route({
  summary: 'Send the person to GitHub to link their account',
  access: 'signed-in',
  origin: 'ours',
  query: z.object({ returnTo: z.string().max(2000).optional() }),
  reply: { 303: null },
  handle: ({ actor, query }) => beginLink(actor, query.returnTo),
})
