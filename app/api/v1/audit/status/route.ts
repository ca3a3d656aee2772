import { route } from '#lib/api/route.ts'
import { AuditStatus } from '#lib/audit/contract.ts'
import { auditStatus } from '#lib/audit/read-audit.ts'

export const GET = route({
  summary: 'How the audit chain stands: what was verified, the last checkpoint, what weakens its guards',
  access: 'signed-in',
  reply: { 200: AuditStatus },
  handle: ({ actor }) => auditStatus(actor),
})
