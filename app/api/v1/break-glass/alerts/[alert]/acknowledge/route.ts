import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { Alert, AlertNote } from '#lib/break-glass/contract.ts'
import { acknowledgeAlert } from '#lib/cluster-audit/alerts.ts'

export const POST = route({
  summary: 'Says what an alert was about, once somebody has looked',
  access: 'signed-in',
  params: z.object({ alert: z.uuid() }),
  body: AlertNote,
  reply: { 200: Alert },
  audit: 'break-glass.alert-acknowledged',
  handle: ({ params, body, actor, requestId }) => acknowledgeAlert(params.alert, body.note, actor, requestId),
})
