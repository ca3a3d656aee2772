import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { sessionEvidence } from '#lib/break-glass/make-evidence.ts'

export const GET = route({
  summary: 'The evidence bundle of a session: one signed file that corbel audit verify --bundle proves elsewhere',
  access: 'signed-in',
  // a download tells of itself in the log
  origin: 'ours',
  audit: 'break-glass.evidence-taken',
  params: z.object({ session: z.uuid() }),
  reply: { 200: null },
  handle: async ({ params, actor, requestId }) => {
    const { fileName, bundle } = await sessionEvidence(params.session, actor, requestId)
    return new Response(`${JSON.stringify(bundle, null, 2)}\n`, {
      headers: {
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="${fileName}"`,
        'x-content-type-options': 'nosniff',
      },
    })
  },
})
