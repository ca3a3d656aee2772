import { Reply, route } from '#lib/api/route.ts'
import { requestVerification } from '#lib/audit/request-verification.ts'

export const POST = route({
  summary: 'Have the worker verify the whole audit chain now',
  access: 'signed-in',
  audit: 'audit.verification-requested',
  reply: { 204: null },
  handle: async ({ actor, requestId }) => {
    await requestVerification(actor, requestId)
    return new Reply(204)
  },
})
