import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { HandBackPreview, HandBackRequest, HandedBack } from '#lib/break-glass/contract.ts'
import { handBack, handBackPreview } from '#lib/break-glass/hand-back.ts'

const params = z.object({ session: z.uuid(), change: z.uuid() })

export const GET = route({
  summary: 'The pull request that would bring an emergency change back to Git',
  access: 'signed-in',
  params,
  reply: { 200: HandBackPreview },
  handle: ({ params: { session, change }, actor }) => handBackPreview(session, change, actor),
})

export const POST = route({
  summary: 'Open the pull request that brings an emergency change back to Git',
  access: 'signed-in',
  params,
  body: HandBackRequest,
  audit: 'break-glass.handed-back',
  reply: { 201: HandedBack },
  handle: ({ params: { session, change }, body, actor, requestId }) => handBack(session, change, body, actor, requestId),
})
