import { route } from '#lib/api/route.ts'
import { AuditExport } from '#lib/audit/contract.ts'
import { exportAudit, streamOf } from '#lib/audit/export-audit.ts'

export const GET = route({
  summary: 'The audit log as a file: JSON lines that corbel audit verify takes, CSV, or OCSF events',
  access: 'signed-in',
  // a download tells of itself in the log
  origin: 'ours',
  audit: 'audit.exported',
  query: AuditExport,
  reply: { 200: null },
  handle: async ({ query, actor, requestId }) => {
    const { fileName, type, pieces } = await exportAudit(query, actor, requestId)
    return new Response(streamOf(pieces), {
      headers: {
        'content-type': type,
        'content-disposition': `attachment; filename="${fileName}"`,
        'x-content-type-options': 'nosniff',
      },
    })
  },
})
