import { route } from '#lib/api/route.ts'
import { blueprintsPushed } from '#lib/catalogue/catalogue.ts'
import { receiveWebhook } from '#lib/proposals/receive-webhook.ts'

export const POST = route({
  summary: 'Webhooks of GitHub, signed with GITHUB_WEBHOOK_SECRET',
  access: 'public',
  origin: 'any',
  reply: { 202: null },
  audit: 'none: a webhook is a hint to look at GitHub; what follows from it is audited',
  handle: async ({ request }) => {
    const received = await receiveWebhook(request)
    if (received.pushed !== undefined) blueprintsPushed(received.pushed)
  },
})
