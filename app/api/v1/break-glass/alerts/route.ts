import { route } from '#lib/api/route.ts'
import { AlertList } from '#lib/break-glass/contract.ts'
import { listAlerts } from '#lib/cluster-audit/alerts.ts'

export const GET = route({
  summary: 'Alerts about break-glass, and how far each cluster’s own audit log is read',
  access: 'signed-in',
  reply: { 200: AlertList },
  handle: ({ actor }) => listAlerts(actor),
})
