import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { requireFewChecks } from '#lib/break-glass/change-limits.ts'
import { SessionDetail } from '#lib/break-glass/contract.ts'
import { sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { checkResidue } from '#lib/break-glass/residue.ts'

export const POST = route({
  summary: 'Look now at what is left of a session: where the cluster and Git still differ',
  access: 'signed-in',
  params: z.object({ session: z.uuid() }),
  audit: 'break-glass.residue-checked',
  reply: { 200: SessionDetail },
  handle: async ({ params: { session }, actor, requestId }) => {
    await sessionDetail(session, actor)
    await requireFewChecks(actor.username)
    await checkResidue(session, { actor: actor.username, requestId })
    return sessionDetail(session, actor)
  },
})
