import { route } from '#lib/api/route.ts'
import { OpenSessions } from '#lib/break-glass/contract.ts'
import { openSessions } from '#lib/break-glass/read-sessions.ts'

export const GET = route({
  summary: 'Break-glass sessions that are open now, and how many wait for the person',
  access: 'signed-in',
  reply: { 200: OpenSessions },
  handle: ({ actor }) => openSessions(actor),
})
