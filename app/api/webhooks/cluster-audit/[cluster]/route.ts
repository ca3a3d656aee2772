import { z } from 'zod'
import { route } from '#lib/api/route.ts'
import { receiveEvents } from '#lib/cluster-audit/receive-events.ts'

export const POST = route({
  summary: 'The audit webhook of an API server, with CORBEL_CLUSTER_AUDIT_TOKEN as its bearer token',
  access: 'public',
  origin: 'any',
  params: z.object({ cluster: z.string() }),
  reply: { 200: null },
  audit: 'none: what the cluster tells is kept as it is; what follows from it is audited',
  handle: ({ params, request }) => receiveEvents(params.cluster, request),
})
