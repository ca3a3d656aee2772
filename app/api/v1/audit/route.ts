import { route } from '#lib/api/route.ts'
import { AuditPage, AuditQuery } from '#lib/audit/contract.ts'
import { listAudit } from '#lib/audit/read-audit.ts'

export const GET = route({
  summary: 'Entries of the audit log, newest first: everybody’s for administrators and auditors, one’s own for others',
  access: 'signed-in',
  query: AuditQuery,
  reply: { 200: AuditPage },
  handle: ({ query, actor }) => listAudit(query, actor),
})
