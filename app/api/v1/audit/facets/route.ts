import { route } from '#lib/api/route.ts'
import { AuditFacets } from '#lib/audit/contract.ts'
import { auditFacets } from '#lib/audit/read-audit.ts'

export const GET = route({
  summary: 'Actions and people in the audit log, to filter by',
  access: 'signed-in',
  reply: { 200: AuditFacets },
  handle: ({ actor }) => auditFacets(actor),
})
