import { Problem } from '#lib/api/problem.ts'
import { Reply, route } from '#lib/api/route.ts'
import { SessionDetail, SessionPage, SessionQuery, SessionRequest } from '#lib/break-glass/contract.ts'
import { listSessions, sessionDetail } from '#lib/break-glass/read-sessions.ts'
import { requestSession } from '#lib/break-glass/session-life.ts'

export const GET = route({
  summary: 'Break-glass sessions, newest first',
  access: 'signed-in',
  query: SessionQuery,
  reply: { 200: SessionPage },
  handle: ({ query, actor }) => listSessions(query, actor),
})

export const POST = route({
  summary: 'Ask for a break-glass session',
  access: { on: 'project', verb: 'read' },
  body: SessionRequest,
  reply: { 201: SessionDetail, 409: Problem, 429: Problem },
  audit: 'break-glass.requested',
  handle: async ({ body, actor, requestId }) => new Reply(201, await sessionDetail(await requestSession(body, actor, requestId), actor)),
})
