import { route } from '#lib/api/route.ts'
import { unlink } from '#lib/proposals/github-account.ts'

export const DELETE = route({
  summary: 'Unlink the GitHub account of the signed-in person',
  access: 'signed-in',
  reply: { 204: null },
  audit: 'github.unlinked',
  handle: ({ actor, requestId }) => unlink(actor, requestId),
})
